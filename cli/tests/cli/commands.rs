//! Commands without a file of their own here.

use std::process::Stdio;

use crate::support::{BOT, command, err, flowright, folder, out, root};

const GREET: &str = "flow greet {\n  on start\n  slot name: text { ask \"Name?\" }\n  state start { fill name  say \"Hello {name}.\"  end resolved }\n}\n";

#[test]
fn diff_compares_folders_and_bundles() {
    let renamed = GREET.replace("state start", "state hello");
    let said = format!("{renamed}migrate {{ state greet.start is greet.hello }}\n");
    let texts = GREET.replace("Name?", "Your name?");
    let place = folder("diff", &[("broken.flow", "flow {\n")]);
    for (name, text) in [("old", GREET), ("renamed", &renamed), ("said", &said), ("texts", &texts)]
    {
        std::fs::create_dir_all(place.join(name)).unwrap();
        std::fs::write(place.join(name).join("b.flow"), format!("{BOT}{text}")).unwrap();
    }
    let built = flowright(&place, &["build", "old", "-o", "old.flowb"]);
    assert_eq!(built.status.code(), Some(0), "{}", err(&built));
    for old in ["old", "old.flowb"] {
        for (new, code) in [("old", 0), ("texts", 0), ("renamed", 1), ("said", 0)] {
            let run = flowright(&place, &["diff", old, new]);
            assert_eq!(run.status.code(), Some(code), "{old} {new}: {}{}", out(&run), err(&run));
        }
    }
    let run = flowright(&place, &["diff", "old", "renamed"]);
    let text = out(&run);
    assert!(text.contains("needs migrate [E0914]: state `greet.start`: is gone"), "{text}");
    assert!(text.contains("say `state greet.start is greet.hello`"), "{text}");
    assert!(text.contains("was at b.flow:11"), "{text}");
    let run = flowright(&place, &["diff", "old.flowb", "texts", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&run)).unwrap();
    assert_eq!(json["class"], "safe", "{json}");
    assert_eq!(json["changes"][0]["what"], "texts", "{json}");
    assert!(json["conversation"]["difference"].is_null(), "{json}");
    assert!(json["plan"]["flows"].is_array(), "{json}");
    for (old, new) in [("old", "nothing"), ("broken.flow", "old")] {
        let run = flowright(&place, &["diff", old, new]);
        assert_eq!(run.status.code(), Some(2), "{old} {new}: {}{}", out(&run), err(&run));
        assert!(err(&run).contains("error"), "{}", err(&run));
    }
}

#[test]
fn a_new_project_checks_tests_and_builds() {
    let place = folder("new", &[]);
    let made = flowright(&place, &["new", "Support-Desk"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    for command in ["check", "test"] {
        let run = flowright(&place, &[command, "Support-Desk"]);
        assert_eq!(run.status.code(), Some(0), "{command}: {}{}", out(&run), err(&run));
        assert!(!err(&run).contains("warning"), "a new project has no findings: {}", err(&run));
    }
    let built = flowright(&place, &["build", "Support-Desk"]);
    let bundle = place.join("Support-Desk/support_desk.flowb");
    assert!(bundle.is_file(), "{}", err(&built));
    let from_bundle = flowright(&place, &["test", "Support-Desk/support_desk.flowb"]);
    assert_eq!(from_bundle.status.code(), Some(0), "{}", err(&from_bundle));
    let again = flowright(&place, &["new", "Support-Desk"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("is not empty"), "{}", err(&again));
}

#[test]
fn findings_go_to_stdout_messages_to_stderr() {
    let place = folder(
        "findings",
        &[
            ("bot.flow", BOT),
            ("a.flow", "flow a {\n  state x { -> y }\n  state z { end resolved }\n}\n"),
        ],
    );
    let checked = flowright(&place, &["check"]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(
        out(&checked).contains("error[E0203]") && out(&checked).contains("a.flow:2:16"),
        "{}",
        out(&checked)
    );
    assert!(
        err(&checked).contains("error") && !err(&checked).contains("E0203"),
        "{}",
        err(&checked)
    );
    assert!(!out(&checked).contains('\x1b'), "no colours where there is no terminal");
    let colored = flowright(&place, &["check", "--color", "always"]);
    assert!(out(&colored).contains('\x1b'));
    let json = flowright(&place, &["check", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let found = document["diagnostics"].as_array().unwrap();
    let wrong = found.iter().find(|finding| finding["code"] == "E0203").unwrap();
    assert_eq!(wrong["line"], 2);
    for command in ["build", "test", "chat", "serve"] {
        let run = flowright(&place, &[command]);
        assert_eq!(run.status.code(), Some(1), "{command}: {}", err(&run));
    }
}

#[test]
fn what_cannot_run_says_why_and_what_to_do() {
    let empty = folder("empty", &[("notes.txt", "nothing")]);
    let cases: &[(&[&str], &str, &str)] = &[
        (&["check", "nowhere"], "there is no such file or folder", ""),
        (&["check"], "there is no `.flow` file", "flowright new"),
        (&["check", "notes.txt"], "neither a folder nor", "folder of a project"),
        (&["test", "notes.txt"], "not a flowright bundle", "flowright build"),
        (&["explain", "E9999"], "there is no code", ""),
        (&["explain", "E0202x"], "there is no code", "did you mean `E0202`"),
        (&["new", "123"], "does not give a name", "letter"),
        (&["chek"], "chek", "check"),
        (&["serve", "--listen", "here"], "here", "--listen"),
    ];
    for (args, message, help) in cases {
        let run = flowright(&empty, args);
        assert_eq!(run.status.code(), Some(2), "{args:?}: {}", err(&run));
        let said = err(&run);
        assert!(said.contains(message) && said.contains(help), "{args:?}: {said}");
        assert!(out(&run).is_empty(), "{args:?}: {}", out(&run));
    }
}

#[test]
fn a_failing_test_shows_the_conversation_and_the_difference() {
    let flow = "intent hello { en \"hello there\", \"good morning\", \"hi you\", \"greetings\", \"hey hello\" }\n\
        flow hello {\n  on intent hello\n  state a { say { en \"Good day.\" } end resolved }\n}\n\
        test \"fine\" {\n  user \"hello there\"\n  bot \"Good day.\"\n}\n\
        test \"wrong\" {\n  user \"hello there\"\n  bot \"Good night.\"\n}\n";
    let place = folder("failing", &[("bot.flow", BOT), ("hello.flow", flow)]);
    let run = flowright(&place, &["test", "--coverage"]);
    assert_eq!(run.status.code(), Some(1));
    let text = out(&run);
    for part in [
        "ok   fine",
        "FAIL wrong",
        "user  hello there",
        "- bot   Good night.",
        "+ bot   Good day.",
        "hello.flow:12",
        "1/1",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let filtered = flowright(&place, &["test", "--filter", "fine"]);
    assert_eq!(filtered.status.code(), Some(0));
    assert!(!out(&filtered).contains("wrong"));
    let junit = flowright(&place, &["test", "--format", "junit"]);
    let xml = out(&junit);
    for part in ["tests=\"2\"", "failures=\"1\"", "name=\"wrong\"", "Good night."] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    let json = flowright(&place, &["test", "--format", "json", "--no-jit"]);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(document["failed"], 1);
    let none = flowright(&place, &["test", "--filter", "nothing like it"]);
    assert_eq!(none.status.code(), Some(2), "a filter that matches nothing is a mistake");
}

#[test]
fn damaged_bundles_are_refused_with_a_reason() {
    let place = folder("bundles", &[]);
    let good = place.join("good.flowb");
    let built = flowright(root(), &["build", "flows/order_change", "-o", good.to_str().unwrap()]);
    assert_eq!(built.status.code(), Some(0), "{}", err(&built));
    let bytes = std::fs::read(&good).unwrap();
    let mut altered = bytes.clone();
    altered[bytes.len() / 2] ^= 1;
    let mut newer = bytes.clone();
    newer[8] = 99;
    let longer = [bytes.clone(), vec![0]].concat();
    let cases: [(&str, &[u8], &str); 5] = [
        ("truncated", &bytes[..bytes.len() / 2], "truncated"),
        ("altered", &altered, "altered"),
        ("newer", &newer, "format 99"),
        ("longer", &longer, "too many"),
        ("empty", &[], "not a flowright bundle"),
    ];
    for (name, content, message) in cases {
        let path = place.join(name);
        std::fs::write(&path, content).unwrap();
        for command in ["test", "serve"] {
            let run = flowright(root(), &[command, path.to_str().unwrap()]);
            assert_eq!(run.status.code(), Some(2), "{name}");
            assert!(
                err(&run).contains(message) && err(&run).contains("help:"),
                "{name}: {}",
                err(&run)
            );
        }
    }
}

#[test]
fn graphs_come_in_every_form() {
    for (format, sign) in
        [("svg", "<svg"), ("dot", "digraph"), ("mermaid", "flowchart"), ("json", "\"flows\"")]
    {
        let run = flowright(root(), &["graph", "flows/order_change", "--format", format]);
        assert_eq!(run.status.code(), Some(0), "{}", err(&run));
        assert!(out(&run).contains(sign) && out(&run).contains("locate"), "{format}");
    }
    let wrong =
        flowright(root(), &["graph", "flows/order_change", "--flow", "change_delivery_dat"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("did you mean `change_delivery_date`"), "{}", err(&wrong));
}

#[test]
fn every_listed_code_is_explained() {
    let list = out(&flowright(root(), &["explain"]));
    let codes: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(codes.len() > 60);
    for code in codes {
        let page = flowright(root(), &["explain", &code.to_lowercase()]);
        assert_eq!(page.status.code(), Some(0));
        assert!(out(&page).starts_with(&format!("# {code}")), "{code}");
    }
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = flowright(root(), &["completions", shell]);
        assert_eq!(run.status.code(), Some(0));
        assert!(out(&run).contains("flowright"), "{shell}");
    }
}

/// The options that a help text describes, a line each.
fn options(help: &str) -> Vec<&str> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let options = lines.filter_map(|line| line.split([' ', ',']).find(|w| w.starts_with("--")));
    options.filter(|option| !matches!(*option, "--help" | "--version" | "--color")).collect()
}

#[test]
fn the_documentation_has_every_command_and_option() {
    let page = std::fs::read_to_string(root().join("docs/commands.md")).unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let help = out(&flowright(root(), &["--help"]));
    let commands = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap();
    let commands = commands.lines().filter_map(|line| line.split_whitespace().next());
    let commands: Vec<&str> = commands.filter(|command| *command != "help").collect();
    assert!(commands.len() >= 12 && page.contains("--color"), "{commands:?}");
    for command in commands {
        assert!(readme.contains(&format!("\nflowright {command} ")), "{command} in README.md");
        let mut sections = page.split("\n## `").skip(1);
        let section = sections.find(|section| section.split([' ', '`']).next() == Some(command));
        let section = section.unwrap_or_else(|| panic!("{command} in docs/commands.md"));
        let help = out(&flowright(root(), &[command, "--help"]));
        for option in options(&help) {
            let has = section.split(['`', ' ']).any(|word| word == option);
            assert!(has, "{command} {option} in docs/commands.md");
        }
    }
}

#[test]
fn output_that_nobody_reads_is_no_failure() {
    let mut child = command(root(), &["explain", "E0201"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).is_empty(), "{}", err(&output));
}

#[test]
fn reveals_are_listed_for_people_and_programs() {
    let flow = "role boss\ncustomer { worth: money visible to boss }\n\
                flow a {\n  on start\n  state x {\n    say \"{reveal(customer.worth) because \"on her own copy\"}\"\n    end\n  }\n}\n";
    let place = folder("reveals", &[("bot.flow", BOT), ("a.flow", flow)]);
    let listed = flowright(&place, &["check", "--reveals"]);
    assert_eq!(listed.status.code(), Some(0), "{}", err(&listed));
    assert_eq!(
        out(&listed),
        "a.flow:6:11: customer.worth (visible to boss)\n  to: the customer\n  because: on her own copy\n"
    );
    assert!(err(&listed).contains("1 reveal\n"), "{}", err(&listed));
    let json = flowright(&place, &["check", "--reveals", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out(&json)).unwrap();
    let reveal = &document["reveals"][0];
    assert_eq!(
        (&reveal["file"], &reveal["line"], &reveal["value"], &reveal["labels"][0]),
        (&"a.flow".into(), &6.into(), &"customer.worth".into(), &"visible to boss".into())
    );
    // What is let out without a reason, or not let out at all, still fails, with the list.
    let leak = flow.replace("because \"on her own copy\"", "because \"\"");
    std::fs::write(place.join("a.flow"), leak).unwrap();
    let failed = flowright(&place, &["check", "--reveals"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(out(&failed).contains("customer.worth (visible to boss)"), "{}", out(&failed));
    assert!(err(&failed).contains("E0705"), "{}", err(&failed));
    // Where names are wrong, there is no list to rely on.
    std::fs::write(place.join("a.flow"), "flow a { state x { -> y } }\n").unwrap();
    let wrong = flowright(&place, &["check", "--reveals", "--format", "json"]);
    assert_eq!((wrong.status.code(), out(&wrong).as_str()), (Some(1), ""));
}

/// One word in it that is wrong, wherever it stands: not only where the server looks.
#[test]
fn a_configuration_that_cannot_be_read_is_said_by_whoever_reads_it() {
    let config = "[serve]\nlisten = \"127.0.0.1:8080\"\nprot = 1\n";
    let intent = "intent hello { en \"hello\", \"hi\", \"hey\", \"good day\", \"good morning\" }\n";
    let bot = format!(
        "{BOT}{intent}flow f {{ on intent hello  state s {{ say \"Hi.\"  end resolved }} }}\n"
    );
    let data = "hello\thello\n";
    let place =
        folder("wrong-config", &[("a.flow", &bot), ("flowright.toml", config), ("data.tsv", data)]);
    for args in [
        &["check"][..],
        &["check", "--fix"],
        &["build"],
        &["test"],
        &["fuzz"],
        &["nlu", "eval", "data.tsv"],
        &["nlu", "explain", "hello"],
        &["chat"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        let run = flowright(&place, args);
        let said = err(&run);
        assert_eq!(run.status.code(), Some(2), "{args:?}: {}{said}", out(&run));
        assert!(
            said.contains("R0202: ./flowright.toml:3: ")
                || said.contains("R0202: flowright.toml:3: "),
            "{args:?}: {said}"
        );
        assert!(said.contains("`prot`"), "{args:?}: {said}");
    }
}
