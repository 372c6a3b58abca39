//! `--watch`.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::{BROKEN, UNREAD, project};
use crate::support::command;

/// A process with its lines as they come.
struct Watched {
    child: Child,
    lines: Receiver<String>,
}

impl Watched {
    fn start(folder: &Path) -> Self {
        let mut command = command(folder, &["check", "bots", "--watch", "--format", "short"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (send, lines) = channel();
        let output = child.stdout.take().unwrap();
        let (errors, all) = (child.stderr.take().unwrap(), send.clone());
        std::thread::spawn(move || hand_on(output, &send));
        std::thread::spawn(move || hand_on(errors, &all));
        Self { child, lines }
    }

    /// Lines up to one that holds a text.
    fn until(&self, text: &str) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut seen = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left);
            assert!(line.is_ok(), "no `{text}` in {seen:?}");
            seen.push(line.unwrap());
            if seen.last().unwrap().contains(text) {
                return seen;
            }
        }
    }
}

fn hand_on(from: impl Read, to: &Sender<String>) {
    for line in BufReader::new(from).lines().map_while(Result::ok) {
        if to.send(line).is_err() {
            break;
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn watch_checks_again_when_a_file_changes_and_ends_with_its_input() {
    let folder = project("watch", BROKEN);
    let mut watched = Watched::start(&folder);
    watched.until("E0207");
    std::fs::write(folder.join("bots/a.flow"), UNREAD).unwrap();
    let seen = watched.until("W0403");
    assert!(seen.iter().any(|line| line.contains("changed")), "{seen:?}");
    // A new file counts, and so does one that cannot be read for a while.
    std::fs::write(folder.join("bots/c.flow"), b"\xff\xfe").unwrap();
    std::thread::sleep(Duration::from_millis(500));
    std::fs::write(folder.join("bots/c.flow"), "flow c { state x { -> y } }\n").unwrap();
    watched.until("c.flow:1:");
    drop(watched.child.stdin.take());
    let deadline = Instant::now() + Duration::from_secs(60);
    let status = loop {
        if let Some(status) = watched.child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "it goes on without its input");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(1), "as the last check");
}

/// A configuration that cannot be used is said, and the next one is read.
#[test]
fn watch_reads_the_configuration_again() {
    let folder = project("watch-config", UNREAD);
    let configuration = folder.join("bots/flowright.toml");
    let watched = Watched::start(&folder);
    watched.until("W0403");
    std::fs::write(&configuration, "[nlu]\nencoder = 7\n").unwrap();
    watched.until("flowright.toml:2: `encoder` must be a text in quotes");
    std::fs::write(&configuration, "[nlu]\nencoder = \"models/none\"\n").unwrap();
    watched.until(if cfg!(feature = "encoder") { "R0208" } else { "R0207" });
    std::fs::write(&configuration, "").unwrap();
    watched.until("W0403");
}

#[cfg(unix)]
#[test]
fn watch_ends_on_an_interrupt() {
    use std::os::unix::process::ExitStatusExt as _;
    // What is started in the background of a script is told to ignore interrupts, and so is all that
    // it starts: the second bit says so.
    let own = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = own.lines().find_map(|line| line.strip_prefix("SigIgn:")?.trim().chars().last());
    if ignored.is_some_and(|last| matches!(last, '2' | '3' | '6' | '7' | 'a' | 'b' | 'e' | 'f')) {
        eprintln!("skipped: interrupts are ignored here");
        return;
    }
    let folder = project("interrupt", BROKEN);
    let mut watched = Watched::start(&folder);
    watched.until("E0207");
    let id = watched.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(watched.child.wait().unwrap().signal(), Some(2));
}
