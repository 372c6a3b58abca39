//! What counts: levels, `allow`s in the source, baselines.

use std::path::Path;

use serde_json::Value;

use super::{UNREAD, check, project};
use crate::support::{code, err, out};

#[test]
fn options_decide_what_counts_the_narrower_first() {
    let folder = project("levels", UNREAD);
    let cases: &[(&[&str], i32, &str)] = &[
        (&[], 0, "1 warning"),
        (&["--deny", "warnings"], 1, "1 error"),
        (&["--deny", "W0403"], 1, "1 error"),
        (&["--deny", "w0403"], 1, "1 error"),
        (&["--deny", "W04"], 1, "1 error"),
        (&["--deny", "W05"], 0, "1 warning"),
        (&["--deny", "W05", "--deny", "W0403"], 1, "1 error"),
        (&["--allow", "W0403"], 0, "no findings, 1 allowed"),
        (&["--allow", "warnings"], 0, "no findings, 1 allowed"),
        (&["--deny", "warnings", "--allow", "W0403"], 0, "no findings, 1 allowed"),
        (&["--deny", "warnings", "--warn", "W04"], 0, "1 warning"),
        (&["--allow", "warnings", "--deny", "W0403"], 1, "1 error"),
    ];
    for (options, exit, said) in cases {
        let mut args = vec!["bots"];
        args.extend(*options);
        let run = check(&folder, &args);
        assert_eq!(code(&run), Some(*exit), "{options:?}: {}", err(&run));
        assert!(err(&run).contains(said), "{options:?}: {}", err(&run));
    }
    let wrong: &[(&[&str], &str, &str)] = &[
        (&["--deny", "W0499"], "there is no such code", ""),
        (&["--deny", "W0430"], "there is no such code", "did you mean `W0403`"),
        (&["--deny", "warning"], "there is no such code", "did you mean `warnings`"),
        (&["--deny", "unused-slot"], "there is no such code", "did you mean `W0403`"),
        (&["--allow", "E0201"], "`E0201` is always an error", "mend"),
        (&["--allow", "E02"], "is always an error", "mend"),
        (&["--warn", "W0403", "--deny", "W0403"], "is given to --deny and to --warn", ""),
    ];
    for (options, message, help) in wrong {
        let run = check(&folder, &[&["bots"], *options].concat());
        assert_eq!(code(&run), Some(2), "{options:?}: {}", err(&run));
        assert!(err(&run).contains(message) && err(&run).contains(help), "{}", err(&run));
    }
}

#[test]
fn an_allow_in_the_source_hides_and_says_why() {
    let allowed = UNREAD.replace("  slot", "  allow(W0403, \"analytics reads it\")\n  slot");
    let folder = project("allow", &allowed);
    let run = check(&folder, &["bots", "--deny", "warnings"]);
    assert_eq!(code(&run), Some(0), "{}{}", out(&run), err(&run));
    assert!(err(&run).contains("no findings, 1 allowed"), "{}", err(&run));
    let run = check(&folder, &["bots", "--allowed"]);
    assert_eq!(
        out(&run),
        "bots/a.flow:4:8: W0403: nothing reads `note` (allowed: analytics reads it)\n"
    );
    let json: Value =
        serde_json::from_str(&out(&check(&folder, &["bots", "--format", "json"]))).unwrap();
    assert_eq!(json["diagnostics"].as_array().unwrap().len(), 0);
    assert_eq!(json["suppressed"][0]["reason"], "analytics reads it");
    let sarif: Value =
        serde_json::from_str(&out(&check(&folder, &["bots", "--format", "sarif"]))).unwrap();
    let suppression = sarif.pointer("/runs/0/results/0/suppressions/0").unwrap();
    assert_eq!(suppression["kind"], "inSource");

    // Nothing left to hide: it says so, and goes away by itself.
    let read = allowed.replace("end resolved", "say \"{note}\"\n    end resolved");
    std::fs::write(folder.join("bots/a.flow"), &read).unwrap();
    let run = check(&folder, &["bots", "--format", "short"]);
    assert!(out(&run).contains("bots/a.flow:3:3: warning[W0902]"), "{}", out(&run));
    let run = check(&folder, &["bots", "--fix"]);
    assert_eq!(out(&run), "", "{}", err(&run));
    let left = std::fs::read_to_string(folder.join("bots/a.flow")).unwrap();
    assert_eq!(left, read.replace("  allow(W0403, \"analytics reads it\")\n", ""));
}

#[test]
fn a_baseline_holds_what_was_there_and_nothing_else() {
    let folder = project("baseline", UNREAD);
    let written = check(&folder, &["bots", "--write-baseline", "base.json"]);
    assert_eq!(code(&written), Some(0), "{}", err(&written));
    let base: Value =
        serde_json::from_slice(&std::fs::read(folder.join("base.json")).unwrap()).unwrap();
    assert_eq!(base["schema_version"], 1);
    assert_eq!(base["findings"][0]["code"], "W0403");
    assert_eq!(base["findings"][0]["file"], "a.flow");
    assert_eq!(base["findings"][0]["count"], 1);
    let with = |folder: &Path| {
        check(
            folder,
            &["bots", "--deny", "warnings", "--baseline", "base.json", "--format", "short"],
        )
    };
    let run = with(&folder);
    assert_eq!(code(&run), Some(0), "{}", err(&run));
    assert!(err(&run).contains("no findings, 1 in the baseline"), "{}", err(&run));

    // Lines above move nothing; the same once more is new.
    let moved = format!("// One.\n// Two.\n{UNREAD}");
    std::fs::write(folder.join("bots/a.flow"), &moved).unwrap();
    assert_eq!(code(&with(&folder)), Some(0));
    std::fs::write(
        folder.join("bots/a.flow"),
        format!(
            "{moved}\n{}intent again {{ pattern r\"again\" }}\n",
            UNREAD.replace("flow a", "flow c").replace("on start", "on intent again")
        ),
    )
    .unwrap();
    let run = with(&folder);
    assert_eq!(code(&run), Some(1), "{}", err(&run));
    assert!(err(&run).contains("1 error, 1 in the baseline"), "{}", err(&run));

    // Of what was not checked nothing is said.
    let alone = check(&folder, &["bots/bot.flow", "--baseline", "base.json", "--format", "short"]);
    assert!(!err(&alone).contains("no longer there"), "{}", err(&alone));

    // What is gone is said.
    std::fs::write(folder.join("bots/a.flow"), "").unwrap();
    let run = with(&folder);
    assert_eq!(code(&run), Some(0));
    let said = err(&run);
    assert!(said.contains("base.json: 1 entry is no longer there"), "{said}");
    assert!(said.contains("a.flow: W0403: nothing reads `note`"), "{said}");

    for (text, place, cause) in [
        ("", "base.json:1:0", "EOF"),
        ("{\n  \"schema_version\": 1,\n  \"findings\": 3\n}", "base.json:3:15", "invalid type"),
        (
            "{\"schema_version\": 1, \"findings\": [], \"x\": 1}",
            "base.json:1:41",
            "unknown field `x`",
        ),
        ("{\"schema_version\": 7, \"findings\": []}", "base.json", "version 7, not 1"),
        (
            "{\"schema_version\": 1, \"findings\": [{\"code\": \"W9\", \"file\": \"\", \"line_hash\": \"\", \"count\": 1}]}",
            "base.json:1:",
            "no code `W9`",
        ),
    ] {
        std::fs::write(folder.join("base.json"), text).unwrap();
        let run = with(&folder);
        assert_eq!(code(&run), Some(2), "{text}");
        let said = err(&run);
        assert!(said.contains(place) && said.contains(cause), "{text}: {said}");
    }
    std::fs::remove_file(folder.join("base.json")).unwrap();
    assert_eq!(code(&with(&folder)), Some(2));
}
