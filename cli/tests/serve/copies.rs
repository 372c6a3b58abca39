//! Backups of a store that a server has, damaged ones, and backups in the place of a store.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

use crate::server::Server;
use crate::{message, start, start_crm, texts};

/// A folder of a test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("copies-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs the command in a folder, without colours and variables of whoever tests.
pub(crate) fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "FLOWRIGHT_LOG", "CRM_URL"] {
        command.env_remove(name);
    }
    command.args(args).current_dir(folder).output().unwrap()
}

/// The exit code, and all that was said.
pub(crate) fn said(output: &Output) -> (i32, String) {
    let (out, err) = (&output.stdout, &output.stderr);
    let text = format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err));
    (output.status.code().unwrap(), text)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn is_known(server: &Server, id: &str) -> Json {
    server.post("s", &message(id, "我需要修改订单#12345的交货日期。"))["repeated"].clone()
}

#[test]
fn a_backup_is_made_while_a_server_writes_and_takes_its_place_later() {
    let (_, crm) = start_crm();
    let folder = folder("served");
    let store = folder.join("s.sqlite");
    let server = start(&store, crm);
    let first = server.post("s", &message("1", "我需要修改订单#12345的交货日期。"));
    let copied = std::thread::scope(|scope| {
        // Somebody talks all the while.
        let talk = scope.spawn(|| {
            for id in 0..20 {
                server.post("t", &message(&format!("t{id}"), "你好"));
            }
        });
        let copied = run(&folder, &["backup", "--store", "s.sqlite", "--to", "b.sqlite"]);
        talk.join().unwrap();
        copied
    });
    let (code, text) = said(&copied);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("b.sqlite holds ") && text.contains("verified"), "{text}");
    assert!(text.contains(" sessions in ") || text.contains(" session in "), "{text}");
    let again = ["backup", "--store", "s.sqlite", "--to", "b.sqlite"];
    let (code, text) = said(&run(&folder, &again));
    assert!(code == 2 && text.contains("there already") && text.contains("--force"), "{text}");
    let (code, text) = said(&run(&folder, &["restore", "b.sqlite", "--store", "s.sqlite"]));
    assert!(code == 2 && text.contains("R0308"), "a server has it: {text}");
    assert_eq!(is_known(&server, "2"), false);
    server.kill();
    let before = names(&folder);
    let (code, text) = said(&run(&folder, &["restore", "b.sqlite", "--verify"]));
    assert!(code == 0 && text.starts_with("b.sqlite is whole: "), "{text}");
    assert_eq!(names(&folder), before, "it only looked");
    let (code, text) = said(&run(&folder, &["restore", "b.sqlite", "--store", "s.sqlite"]));
    assert_eq!(code, 0, "{text}");
    let kept: Vec<String> =
        names(&folder).into_iter().filter(|name| name.starts_with("s.sqlite.20")).collect();
    let [kept] = kept.as_slice() else { panic!("one is kept: {kept:?}") };
    assert!(text.contains(kept), "{text}");
    assert_eq!(names(&folder), ["b.sqlite", "s.sqlite", kept, "s.sqlite.lock"]);
    let server = start(&store, crm);
    let known = server.post("s", &message("1", "我需要修改订单#12345的交货日期。"));
    assert_eq!((known["repeated"].clone(), texts(&known)), (json!(true), texts(&first)));
    assert_eq!(is_known(&server, "2"), false, "it came after the backup");
    server.kill();
    // What was there can come back, with what was only in the log when the server was killed.
    let (code, text) = said(&run(&folder, &["restore", kept, "--store", "s.sqlite"]));
    assert_eq!(code, 0, "{text}");
    let server = start(&store, crm);
    assert_eq!(is_known(&server, "2"), true);
}

#[test]
fn a_backup_takes_the_place_of_a_file_and_of_nothing_that_a_store_needs() {
    let folder = folder("places");
    stored(&folder);
    std::fs::create_dir(folder.join("links")).unwrap();
    std::os::unix::fs::symlink("../s.sqlite", folder.join("links/l.sqlite")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    let before = names(&folder);
    for (store, to, part) in [
        ("s.sqlite", "s.sqlite-wal", "belongs to the store"),
        ("s.sqlite", "links/../s.sqlite-shm", "belongs to the store"),
        ("s.sqlite", "./s.sqlite.lock", "belongs to the store"),
        ("s.sqlite", "s.sqlite.files", "belongs to the store"),
        ("links/l.sqlite", "s.sqlite-wal", "belongs to the store"),
        ("links/l.sqlite", "links/l.sqlite.lock", "belongs to the store"),
        ("links/l.sqlite", "s.sqlite", "the store itself"),
        ("s.sqlite", "socket", "no file that can be written over"),
    ] {
        let (code, text) =
            said(&run(&folder, &["backup", "--store", store, "--to", to, "--force"]));
        assert!(code == 2 && text.contains(part) && text.contains("help: "), "{to}: {text}");
    }
    assert_eq!(names(&folder), before);
    let backup = ["backup", "--store", "s.sqlite", "--to", "links/s.sqlite-wal"];
    let (code, text) = said(&run(&folder, &backup));
    assert_eq!(code, 0, "the same name in another folder: {text}");
    let restore = ["restore", "links/s.sqlite-wal", "--store", "links"];
    let (code, text) = said(&run(&folder, &restore));
    assert!(code == 2 && text.contains("`links` is not a file"), "{text}");
}

/// A store with some sessions that no server has.
fn stored(folder: &Path) -> PathBuf {
    let (_, crm) = start_crm();
    let store = folder.join("s.sqlite");
    let server = start(&store, crm);
    for session in ["a", "b"] {
        server.post(session, &message("1", "我需要修改订单#12345的交货日期。"));
    }
    server.kill();
    store
}

#[test]
fn what_is_damaged_is_named_and_is_no_backup() {
    let folder = folder("damaged");
    let store = stored(&folder);
    let backup = ["backup", "--store", "s.sqlite", "--to", "b.sqlite"];
    assert_eq!(said(&run(&folder, &backup)).0, 0);
    let good = std::fs::read(folder.join("b.sqlite")).unwrap();
    let db = rusqlite::Connection::open(&store).unwrap();
    db.execute_batch("UPDATE sessions SET reply_seq = 7 WHERE id = 'b'").unwrap();
    db.close().unwrap();
    let (code, text) = said(&run(&folder, &[&backup[..], &["--force"]].concat()));
    assert_eq!(code, 1, "{text}");
    for part in ["the session `b` is damaged", "R0304", "no copy of it was made", "restore"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(std::fs::read(folder.join("b.sqlite")).unwrap(), good, "the old one is kept");
    // The same bytes as a backup.
    std::fs::copy(&store, folder.join("d.sqlite")).unwrap();
    let before = std::fs::read(&store).unwrap();
    for more in [&["--verify"][..], &["--store", "s.sqlite"]] {
        let (code, text) = said(&run(&folder, &[&["restore", "d.sqlite"], more].concat()));
        assert!(code == 1 && text.contains("the session `b` is damaged"), "{text}");
        assert!(text.contains("nothing was changed"), "{text}");
    }
    assert_eq!(std::fs::read(&store).unwrap(), before);
    // The first page: not even the version can be read.
    let mut torn = good.clone();
    torn[..16].fill(0);
    std::fs::write(folder.join("d.sqlite"), torn).unwrap();
    let (code, text) = said(&run(&folder, &["restore", "d.sqlite", "--verify"]));
    assert!(code == 1 && text.contains("R0304"), "{text}");
    let (code, text) = said(&run(&folder, &["backup", "--store", "d.sqlite", "--to", "e.sqlite"]));
    assert!(code == 1 && text.contains("R0304"), "{text}");
    assert!(!folder.join("e.sqlite").exists());
    for (to, part) in
        [("s.sqlite", "the store itself"), ("no/b", "there is no folder"), (".", "is a folder")]
    {
        let (code, text) =
            said(&run(&folder, &["backup", "--store", "s.sqlite", "--to", to, "--force"]));
        assert!(code == 2 && text.contains(part), "{to}: {text}");
    }
    // A store that is damaged gives way to one that is not, and is kept.
    let (code, text) = said(&run(&folder, &["restore", "b.sqlite", "--store", "s.sqlite"]));
    assert_eq!(code, 0, "{text}");
    assert!(names(&folder).iter().all(|name| !name.ends_with(".part")), "{:?}", names(&folder));
}

#[test]
fn a_store_of_a_later_version_is_refused_by_all() {
    let folder = folder("newer");
    let store = stored(&folder);
    let db = rusqlite::Connection::open(&store).unwrap();
    db.execute_batch("PRAGMA user_version = 99").unwrap();
    db.close().unwrap();
    let before = std::fs::read(&store).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let project = root.join("flows/order_change");
    let project = project.to_str().unwrap();
    let config = folder.join("f.toml");
    std::fs::write(&config, "[env]\nCRM_URL = \"http://127.0.0.1:1\"\n").unwrap();
    let serve = ["serve", project, "--listen", "127.0.0.1:0", "--config", "f.toml"];
    let named = ["--store", "s.sqlite"];
    for (args, code) in [
        ([&serve[..], &named].concat(), 2),
        ([&["backup", "--to", "b.sqlite"][..], &named].concat(), 2),
        (vec!["restore", "s.sqlite", "--verify"], 2),
        (vec!["restore", "s.sqlite", "--store", "other.sqlite"], 2),
        ([&["doctor", project][..], &named].concat(), 1),
    ] {
        let (found, text) = said(&run(&folder, &args));
        assert_eq!(found, code, "{args:?}: {text}");
        assert!(text.contains("R0302") && text.contains("99"), "{args:?}: {text}");
    }
    assert_eq!(std::fs::read(&store).unwrap(), before);
    assert!(!folder.join("b.sqlite").exists() && !folder.join("other.sqlite").exists());
}

#[test]
fn a_backup_of_an_earlier_version_is_restored_and_other_files_are_not() {
    let folder = folder("older");
    let store = stored(&folder);
    let db = rusqlite::Connection::open(&store).unwrap();
    // The tables as version 2 had them.
    db.execute_batch(
        "ALTER TABLE sessions DROP COLUMN messages; ALTER TABLE sessions DROP COLUMN sum;
         ALTER TABLE messages DROP COLUMN first_reply; ALTER TABLE messages DROP COLUMN sum;
         ALTER TABLE replies DROP COLUMN sum; ALTER TABLE journal DROP COLUMN sum;
         DROP TABLE outbox; DROP TABLE meta; PRAGMA user_version = 2;",
    )
    .unwrap();
    db.close().unwrap();
    let (code, text) = said(&run(&folder, &["restore", "s.sqlite", "--store", "new.sqlite"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("2 sessions") && text.contains("schema 2"), "{text}");
    assert!(text.contains("the server makes them schema 11"), "{text}");
    let (_, crm) = start_crm();
    let server = start(&folder.join("new.sqlite"), crm);
    let known = server.post("a", &message("1", "我需要修改订单#12345的交货日期。"));
    assert_eq!(known["repeated"], true, "{known}");
    for (name, bytes) in
        [("empty.sqlite", &b""[..]), ("text.sqlite", b"no database at all, but a text")]
    {
        std::fs::write(folder.join(name), bytes).unwrap();
        let (code, text) = said(&run(&folder, &["restore", name, "--store", "x.sqlite"]));
        assert!(code > 0 && text.contains("R030"), "{name}: {text}");
    }
    let db = rusqlite::Connection::open(folder.join("notes.sqlite")).unwrap();
    db.execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    db.close().unwrap();
    let (code, text) = said(&run(&folder, &["restore", "notes.sqlite", "--store", "x.sqlite"]));
    assert!(code == 2 && text.contains("R0309"), "{text}");
    let (code, text) = said(&run(&folder, &["restore", "nothing", "--store", "x.sqlite"]));
    assert!(code == 2 && text.contains("no such file"), "{text}");
    assert!(!folder.join("x.sqlite").exists());
}
