//! `--fix`, and `--diff` with it.

use serde_json::Value;

use super::{BROKEN, UNREAD, check, project};
use crate::support::{assert_patches, code, err, out};

#[test]
fn fix_mends_what_it_can_and_diff_only_shows_it() {
    let folder = project("fix", BROKEN);
    let place = folder.join("bots/a.flow");
    let mended =
        BROKEN.replace("\";", "\"").replace("finsh", "finish").replace("resolvd", "resolved");
    let diff = check(&folder, &["bots", "--fix", "--diff"]);
    assert_eq!(code(&diff), Some(1), "{}", err(&diff));
    assert_eq!(std::fs::read_to_string(&place).unwrap(), BROKEN, "nothing is written");
    assert_eq!(
        out(&diff),
        "--- a/bots/a.flow\n+++ b/bots/a.flow\n@@ -1,8 +1,8 @@\n flow a {\n   on start\n   state x {\n\
         -    say \"Hello.\";\n-    -> finsh\n+    say \"Hello.\"\n+    -> finish\n   }\n\
         -  state finish { end resolvd }\n+  state finish { end resolved }\n }\n"
    );
    assert_patches(&folder, &out(&diff), &[("bots/a.flow", &mended)]);
    let fixed = check(&folder, &["bots", "--fix"]);
    assert_eq!(code(&fixed), Some(0), "{}{}", out(&fixed), err(&fixed));
    assert_eq!(std::fs::read_to_string(&place).unwrap(), mended);
    let said = err(&fixed);
    assert!(said.contains("fixed 3 findings in 1 file"), "{said}");
    assert!(said.contains("replace `finsh` by `finish`"), "{said}");
    let again = check(&folder, &["bots", "--fix", "--diff"]);
    assert_eq!((code(&again), out(&again).as_str()), (Some(0), ""), "{}", err(&again));
    let left: Vec<_> = std::fs::read_dir(folder.join("bots")).unwrap().collect();
    assert_eq!(left.len(), 2, "no files of its own are left behind");
    assert_eq!(code(&check(&folder, &["bots", "--diff"])), Some(2), "--diff goes with --fix");
    let alone = check(&folder, &["bots/a.flow", "--fix"]);
    assert_eq!(code(&alone), Some(2));
    assert!(err(&alone).contains("flowright check --fix bots"), "{}", err(&alone));
}

#[test]
fn fix_goes_on_while_it_helps_and_never_makes_more_errors() {
    // The slot is seen to be unused once the state is found.
    let rounds = "flow a {\n  on start\n  slot old: text\n  state x { -> finsh }\n  \
        state finish { end resolved }\n}\n";
    let folder = project("rounds", rounds);
    let run = check(&folder, &["bots", "--fix"]);
    assert!(err(&run).contains("fixed 2 findings"), "{}", err(&run));
    let mended = rounds.replace("finsh", "finish").replace("  slot old: text\n", "");
    assert_eq!(std::fs::read_to_string(folder.join("bots/a.flow")).unwrap(), mended);

    // A comma instead of a full-width one uncovers two wrong names: it is left out, the rest is not.
    let worse = "flow a {\n  on start\n  slot x: text { ask \"x\" }\n  slot y: text { ask \"y\" }\n  state s {\n    \
        fill x\u{ff0c} yy, zzzzz, wwwwww\n    say \"{x} {y}\"\n    end resolvd\n  }\n}\n";
    let folder = project("worse", worse);
    let before = check(&folder, &["bots", "--format", "json"]);
    let before: Value = serde_json::from_str(&out(&before)).unwrap();
    let run = check(&folder, &["bots", "--fix", "--format", "json"]);
    let after: Value = serde_json::from_str(&out(&run)).unwrap();
    assert!(after["errors"].as_u64() <= before["errors"].as_u64(), "{before} {after}");
    let text = std::fs::read_to_string(folder.join("bots/a.flow")).unwrap();
    assert!(text.contains("end resolved"), "{text}");
    assert!(text.contains("x\u{ff0c} yy"), "{text}");
    assert!(err(&run).contains("1 fix left out"), "{}", err(&run));
}

#[test]
fn allowed_and_baselined_findings_are_not_fixed() {
    let unused = UNREAD.replace("    fill note\n", "");
    let folder = project("unfixed", &unused);
    check(&folder, &["bots", "--write-baseline", "base.json"]);
    for options in [&["--allow", "W0403"], &["--baseline", "base.json"]] {
        let run = check(&folder, &[&["bots", "--fix"], &options[..]].concat());
        assert!(err(&run).contains("nothing to fix"), "{}", err(&run));
        assert_eq!(std::fs::read_to_string(folder.join("bots/a.flow")).unwrap(), unused);
    }
    let run = check(&folder, &["bots", "--fix"]);
    assert!(err(&run).contains("remove the slot `note`"), "{}", err(&run));
}
