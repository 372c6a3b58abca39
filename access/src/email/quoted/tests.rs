//! The table of mails as mail programs write them.

use super::strip;

/// `access/tests/email/quoted.txt`: a name behind `===`, a body, a line of `~~~`, what is new in it.
const TABLE: &str = include_str!("../../../tests/email/quoted.txt");

fn cases() -> Vec<(&'static str, &'static str, &'static str)> {
    let case = |text: &'static str| {
        let (name, rest) = text.split_once('\n').unwrap();
        let (body, new) = rest.split_once("\n~~~\n").unwrap_or_else(|| panic!("no ~~~ in {name}"));
        (name.trim(), body, new.trim_end_matches('\n'))
    };
    TABLE.split("=== ").skip(1).map(case).collect()
}

#[test]
fn what_is_new_is_what_is_left() {
    let cases = cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    let mut wrong = Vec::new();
    for (name, body, new) in cases {
        let stripped = strip(body);
        if stripped != new {
            wrong.push(format!("=== {name}\nexpected:\n{new}\ngot:\n{stripped}\n"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn line_ends_do_not_matter_and_stripping_twice_changes_nothing() {
    for (name, body, _) in cases() {
        let once = strip(body);
        assert_eq!(strip(&body.replace('\n', "\r\n")), once, "{name}");
        assert_eq!(strip(&once), once, "{name}");
    }
}

/// Bodies that are made to take long: each is read in one go, whatever it repeats.
#[test]
fn what_is_repeated_without_end_is_read_once() {
    let forward = "---------- Forwarded message ---------\n";
    for (line, count) in [
        ("> a\nb\n", 50_000),
        ("Thanks,\n", 50_000),
        ("Thanks,\n> a\n", 30_000),
        ("\n", 200_000),
        ("From: a\n\n\n", 30_000),
        ("____\n\n", 50_000),
        ("On 2026-06-01 a@b\n", 20_000),
        ("-- \n", 50_000),
        (forward, 5_000),
    ] {
        let body = line.repeat(count);
        assert!(strip(&body).len() <= body.len(), "{line:?}");
    }
}
