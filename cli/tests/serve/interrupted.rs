//! What the start says of sessions whose calls were under way when the last process ended.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::server::Server;
use super::{command, command_of, message, start, start_crm, store};

/// The lines of the start that are about sessions.
fn of_sessions(mut command: Command) -> Vec<String> {
    let mut child = command.spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut errors = child.stderr.take().unwrap();
    std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
    // Ends the process when it goes.
    let _server = Server { child, address: ([127, 0, 0, 1], 0).into() };
    let (send, lines) = channel();
    std::thread::spawn(move || {
        output.lines().map_while(Result::ok).try_for_each(|line| send.send(line))
    });
    while !lines.recv_timeout(Duration::from_secs(60)).unwrap().contains("Ctrl-C") {}
    // They follow at once, and are written together with it.
    std::iter::from_fn(|| lines.recv_timeout(Duration::from_millis(500)).ok())
        .filter(|line| line.contains("session"))
        .collect()
}

fn calling(store: &Path) -> u32 {
    let db = rusqlite::Connection::open(store).unwrap();
    db.query_row("SELECT count(*) FROM sessions WHERE calling = 1", [], |row| row.get(0)).unwrap()
}

#[test]
fn sessions_that_go_on_and_those_that_stand_still_are_told_apart() {
    let (crm, crm_address) = start_crm();
    let store = store("standing");
    crm.set_delay(Duration::from_secs(20));
    let server = start(&store, crm_address);
    let waiting = ["a", "b"]
        .map(|session| server.send(session, &message("m", "把订单12345改到2099-08-01交货")));
    let until = Instant::now() + Duration::from_secs(30);
    while calling(&store) < 2 {
        assert!(Instant::now() < until, "nothing was called");
        std::thread::sleep(Duration::from_millis(20));
    }
    server.kill();
    drop(waiting);
    let said = of_sessions(command(&store, crm_address));
    assert_eq!(said, ["  2 sessions go on where they were interrupted"]);
    assert_eq!(calling(&store), 2, "they are still under way");
    // Of the format before: its version follows the eight bytes that every bundle begins with.
    let db = rusqlite::Connection::open(&store).unwrap();
    let mut bytes: Vec<u8> =
        db.query_row("SELECT bytes FROM bundles", [], |row| row.get(0)).unwrap();
    *bytes.get_mut(8).unwrap() -= 1;
    assert_eq!(db.execute("UPDATE bundles SET bytes = ?1", [&bytes]).unwrap(), 1);
    drop(db);
    let said = of_sessions(command_of("invoice_query", &store, crm_address));
    let still = "  2 sessions stand still: their bundle cannot be read here; the log says why";
    assert_eq!(said, [still]);
    let db = rusqlite::Connection::open(&store).unwrap();
    db.execute(
        "UPDATE sessions SET bundle = (SELECT hash FROM bundles WHERE bytes != ?1) WHERE id = 'a'",
        [&bytes],
    )
    .unwrap();
    drop(db);
    let said = of_sessions(command_of("invoice_query", &store, crm_address));
    let one = "  1 session goes on where it was interrupted";
    let other = "  1 session stands still: its bundle cannot be read here; the log says why";
    assert_eq!(said, [one, other]);
}
