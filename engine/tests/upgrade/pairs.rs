//! The pairs of `flowright diff`'s own tests: every place of the old program moves just when that
//! is safe.

use std::path::Path;

use flowright_compiler::upgrade::Class;
use flowright_engine::compare::{Limits, places};
use flowright_engine::model::{Command, Event, Session};
use flowright_engine::upgrade::{Stays, move_session};
use flowright_engine::{LoadedProgram, step};

use super::talk::{between, load};

/// The pairs of `flowright diff`'s own tests.
fn pairs() -> Vec<(String, LoadedProgram, LoadedProgram)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler/tests/upgrades");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "flow"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let (old, new) = text.split_once("// ---- then\n").unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), load(old), load(new))
    };
    paths.iter().map(read).collect()
}

/// What is called safe is: every session moves and goes on. What is not is refused to some.
#[test]
fn every_place_of_every_pair_moves_just_when_it_is_safe() {
    let limits = Limits { moves: 12, conversations: 400, customers: 3 };
    let mut moved_count = 0;
    for (name, old, new) in pairs() {
        let diff = between(&old, &new);
        let mut refused = Vec::new();
        let same = between(&old, &old).plan;
        for (session, now_ms) in places(&old, limits) {
            match move_session(&same, &session, &old.program) {
                Ok(moved) => assert_eq!(moved, session, "{name}"),
                Err(why) => assert_eq!(why, Stays::Calling, "{name}"),
            }
            match move_session(&diff.plan, &session, &new.program) {
                Ok(mut moved) => {
                    moved_count += 1;
                    goes_on(&name, &new, &mut moved, now_ms);
                }
                Err(Stays::Calling) => assert!(session.is_calling(), "{name}"),
                Err(why) => refused.push(why),
            }
        }
        // Who is on a channel or waits for a skill that the search does not come to.
        let only_tables = diff.changes.iter().filter(|change| change.class != Class::Safe);
        let unseen = only_tables.clone().all(|c| matches!(c.what, "skill" | "channel"));
        if diff.class() == Class::Safe {
            assert!(refused.is_empty(), "{name}: {refused:?} {:#?}", diff.changes);
        } else if !unseen {
            assert!(!refused.is_empty(), "{name}: {:#?}", diff.changes);
        }
    }
    assert!(moved_count > 500, "{moved_count}");
}

/// A moved session takes what comes without a fault.
fn goes_on(name: &str, program: &LoadedProgram, session: &mut Session, now_ms: i64) {
    let mut events = Vec::new();
    if session.wake_at_ms.is_some_and(|due| due <= now_ms) {
        events.push(Event::Wake);
    }
    for text in ["yes", "12345", "2026-06-15", "1"] {
        let (channel, payload) = ("web".to_owned(), None);
        events.push(Event::Message {
            channel,
            text: text.to_owned(),
            payload,
            external: None,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        });
    }
    for event in events {
        if session.is_calling() {
            return;
        }
        for command in step(program, session, event, now_ms).unwrap().commands {
            assert!(!matches!(command, Command::Note { .. }), "{name}: {command:?}");
        }
    }
}
