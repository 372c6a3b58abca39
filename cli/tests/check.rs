//! `flowright check`: forms of its findings, what counts, baselines, fixes, watching, CI files.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A project without findings, of two files.
const BOT: &str = "bot b {\n  languages en\n  timezone \"UTC\"\n}\nchannel web: websocket\n\
    skill s\nroute { otherwise -> s }\n";
/// Three errors that have fixes, on lines 4, 5 and 7.
const BROKEN: &str = "flow a {\n  on start\n  state x {\n    say \"Hello.\";\n    -> finsh\n  }\n  \
    state finish { end resolvd }\n}\n";
/// One finding W0403 on line 3.
const UNREAD: &str = "flow a {\n  on start\n  slot note: text { ask \"Anything else?\" }\n  \
    state x {\n    fill note\n    end resolved\n  }\n}\n";

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    clean(&mut command);
    command
}

fn clean(command: &mut Command) {
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "FLOWRIGHT_LOG"] {
        command.env_remove(name);
    }
    for name in ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"] {
        command.env_remove(name);
    }
}

fn check(folder: &Path, args: &[&str]) -> Output {
    binary().arg("check").args(args).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// A folder with a project in `bots`, of `BOT` and this flow.
fn project(name: &str, flow: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("check-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("bots")).unwrap();
    std::fs::write(folder.join("bots/bot.flow"), BOT).unwrap();
    std::fs::write(folder.join("bots/a.flow"), flow).unwrap();
    folder
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

const FORMATS: [&str; 7] = ["human", "short", "json", "sarif", "github", "gitlab", "junit"];

#[test]
fn every_format_has_the_findings_and_the_exit_code() {
    let (broken, fine) = (project("formats", BROKEN), project("formats-fine", ""));
    for format in FORMATS {
        let run = check(&broken, &["bots", "--format", format]);
        assert_eq!(code(&run), Some(1), "{format}: {}", err(&run));
        assert!(out(&run).contains("E0203") || format == "gitlab", "{format}: {}", out(&run));
        assert!(out(&run).contains("bots/a.flow"), "{format}: {}", out(&run));
        let said = "bots: 2 files, 3 errors";
        assert!(err(&run).contains(said), "{format}: {}", err(&run));

        let file = broken.join(format!("out.{format}"));
        let written = check(&broken, &["bots", "--format", format, "-o", file.to_str().unwrap()]);
        assert_eq!(code(&written), Some(1), "{format}");
        assert_eq!(out(&written), "", "{format}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), out(&run), "{format}");

        let run = check(&fine, &["bots", "--format", format]);
        assert_eq!(code(&run), Some(0), "{format}: {}", err(&run));
        if matches!(format, "json" | "sarif" | "gitlab") {
            serde_json::from_str::<Value>(&out(&run)).unwrap();
        }
    }
    let short = out(&check(&broken, &["bots", "--format", "short"]));
    let lines: Vec<_> = short.lines().collect();
    assert_eq!(
        lines,
        [
            "bots/a.flow:4:17: error[E0102]: `;` has no meaning here",
            "bots/a.flow:5:8: error[E0203]: there is no state `finsh`",
            "bots/a.flow:7:22: error[E0207]: there is no outcome `resolvd`",
        ]
    );
    let nowhere = check(&broken, &["bots", "-o", "no/such/folder/x"]);
    assert_eq!(code(&nowhere), Some(2));
    assert!(err(&nowhere).contains("no/such/folder/x"), "{}", err(&nowhere));
}

#[test]
fn services_get_paths_from_where_the_command_runs() {
    let folder = project("paths", UNREAD);
    let absolute = folder.join("bots");
    for path in ["bots", "./bots", "bots/../bots", absolute.to_str().unwrap(), "bots/a.flow"] {
        let run = check(&folder, &[path, "--format", "github"]);
        assert!(out(&run).contains(" file=bots/a.flow,line="), "{path}: {}", out(&run));
        let run = check(&folder, &[path, "--format", "sarif"]);
        let log: Value = serde_json::from_str(&out(&run)).unwrap();
        let place = log.pointer("/runs/0/results/0/locations/0/physicalLocation/artifactLocation");
        let place = place.unwrap();
        assert_eq!(place["uri"], "bots/a.flow", "{path}");
        assert_eq!(place["uriBaseId"], "%SRCROOT%", "{path}");
    }
    let elsewhere = project("paths-elsewhere", "");
    let path = format!("../{}/bots", folder.file_name().unwrap().to_str().unwrap());
    let log: Value =
        serde_json::from_str(&out(&check(&elsewhere, &[&path, "--format", "sarif"]))).unwrap();
    let place = log.pointer("/runs/0/results/0/locations/0/physicalLocation/artifactLocation");
    assert!(place.unwrap()["uri"].as_str().unwrap().starts_with("file:///"), "{place:?}");
}

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
        format!("{moved}\n{}", UNREAD.replace("flow a", "flow c")),
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
    patch(&folder, &out(&diff), &mended);
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

/// A diff is what `patch` takes, where there is one.
fn patch(folder: &Path, diff: &str, expected: &str) {
    let copy = folder.join("patched");
    std::fs::create_dir_all(copy.join("bots")).unwrap();
    std::fs::copy(folder.join("bots/a.flow"), copy.join("bots/a.flow")).unwrap();
    std::fs::write(copy.join("x.diff"), diff).unwrap();
    let run = Command::new("patch").args(["-p1", "-i", "x.diff"]).current_dir(&copy).output();
    match run {
        Ok(run) => {
            assert!(run.status.success(), "{run:?}");
            assert_eq!(std::fs::read_to_string(copy.join("bots/a.flow")).unwrap(), expected);
        }
        Err(error) => eprintln!("skipped: no patch: {error}"),
    }
    std::fs::remove_dir_all(copy).unwrap();
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

/// A process with its lines as they come.
struct Watched {
    child: Child,
    lines: Receiver<String>,
}

impl Watched {
    fn start(folder: &Path) -> Self {
        let mut command = binary();
        command.args(["check", "bots", "--watch", "--format", "short"]).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
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

#[cfg(unix)]
#[test]
fn watch_ends_on_an_interrupt() {
    use std::os::unix::process::ExitStatusExt as _;
    let folder = project("interrupt", BROKEN);
    let mut watched = Watched::start(&folder);
    watched.until("E0207");
    let id = watched.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(watched.child.wait().unwrap().signal(), Some(2));
}

/// A file of `ci/` or the root.
fn ci_file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

#[test]
fn the_action_annotates_and_keeps_the_exit_code() {
    let action = ci_file("ci/action.yml");
    let run_line = action.lines().find_map(|line| line.trim().strip_prefix("run: ")).unwrap();
    let steps = |folder: &Path, deny: &str, path: &str| {
        let mut command = Command::new("bash");
        clean(&mut command);
        for (name, value) in [
            ("FLOWRIGHT", env!("CARGO_BIN_EXE_flowright")),
            ("FLOWRIGHT_PATH", path),
            ("FLOWRIGHT_DENY", deny),
            ("FLOWRIGHT_FORMAT", "github"),
            ("FLOWRIGHT_SARIF", "flowright.sarif"),
            ("FLOWRIGHT_BASELINE", ""),
            ("GITHUB_STEP_SUMMARY", "summary.md"),
            ("GITHUB_OUTPUT", "outputs"),
        ] {
            if name.starts_with("FLOWRIGHT") {
                assert!(action.contains(&format!("        {name}: ${{{{ inputs.")), "{name}");
            }
            command.env(name, value);
        }
        command.env("GITHUB_ACTION_PATH", root().join("ci"));
        command.args(["-e", "-o", "pipefail", "-c", run_line]).current_dir(folder);
        command.output().unwrap()
    };
    let folder = project("action", UNREAD);
    for (deny, exit, level) in
        [("", 0, "warning"), ("W05, W0403", 1, "error"), ("warnings", 1, "error")]
    {
        let _ = std::fs::remove_file(folder.join("flowright.sarif"));
        let _ = std::fs::remove_file(folder.join("outputs"));
        let run = steps(&folder, deny, "bots");
        assert_eq!(code(&run), Some(exit), "{deny}: {}", err(&run));
        let said = format!("::{level} file=bots/a.flow,line=3,col=8,");
        assert!(out(&run).starts_with(&said), "{deny}: {}", out(&run));
        let log = std::fs::read(folder.join("flowright.sarif")).unwrap();
        let log: Value = serde_json::from_slice(&log).unwrap();
        assert_eq!(log.pointer("/runs/0/results/0/level").unwrap(), level);
        let outputs = std::fs::read_to_string(folder.join("outputs")).unwrap();
        assert_eq!(outputs, format!("exit-code={exit}\nsarif=flowright.sarif\n"));
        let summary = std::fs::read_to_string(folder.join("summary.md")).unwrap();
        assert!(summary.contains("bots/a.flow:3:8: "), "{summary}");
    }
    let run = steps(&folder, "W9999", "bots");
    assert_eq!(code(&run), Some(2), "{}", err(&run));
    assert_eq!(code(&steps(&folder, "", "nowhere")), Some(2));
}

#[test]
fn the_gitlab_template_runs_and_keeps_the_exit_code() {
    let template = ci_file("ci/gitlab.yml");
    let script =
        template.split("  script:\n").nth(1).unwrap().split("  artifacts:").next().unwrap();
    let lines: Vec<&str> =
        script.lines().map(|line| line.trim().strip_prefix("- ").unwrap()).collect();
    assert_eq!(lines.len(), 3, "{script}");
    let folder = project("gitlab", UNREAD);
    let bin = Path::new(env!("CARGO_BIN_EXE_flowright")).parent().unwrap();
    for (options, exit) in [("", 0), ("--deny warnings", 1), ("--deny W9999", 2)] {
        let mut command = Command::new("bash");
        clean(&mut command);
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", bin.display()));
        command.env("FLOWRIGHT_PATH", "bots").env("FLOWRIGHT_OPTIONS", options);
        command.args(["-e", "-c", &lines.join("\n")]).current_dir(&folder);
        let run = command.output().unwrap();
        assert_eq!(code(&run), Some(exit), "{options}: {}", err(&run));
    }
    for report in ["gl-code-quality-report.json", "flowright-junit.xml"] {
        assert!(template.contains(&format!(": {report}")));
        assert!(std::fs::metadata(folder.join(report)).unwrap().len() > 0);
    }
}

#[test]
fn the_ci_files_are_yaml_with_what_they_need() {
    let hooks = ci_file(".pre-commit-hooks.yaml");
    for key in [
        "- id: flowright-check",
        "  entry: flowright check ",
        "  language: system",
        "  files: \\.flow$",
    ] {
        assert!(hooks.lines().any(|line| line.starts_with(key)), "{key}");
    }
    // The hook as pre-commit runs it.
    let entry = hooks.lines().find_map(|line| line.strip_prefix("  entry: flowright ")).unwrap();
    let folder = project("hook", BROKEN);
    let args: Vec<&str> = entry.split(' ').chain(["bots"]).collect();
    let run = binary().args(&args).current_dir(&folder).output().unwrap();
    assert_eq!(code(&run), Some(1), "{}", err(&run));
    assert!(ci_file("ci/action.yml").contains("\n  using: composite\n"));
    let script = "import sys\ntry:\n  import yaml\nexcept ImportError:\n  sys.exit(77)\n\
        [yaml.safe_load(open(f)) for f in sys.argv[1:]]\n\
        a=yaml.safe_load(open(sys.argv[1]))\n\
        assert set(a['inputs'])=={'path','deny','format','sarif','baseline','flowright'}\n\
        s=a['runs']['steps'][0]\nassert s['shell']=='bash' and 'run' in s and s['id']=='check'\n";
    let files = ["ci/action.yml", "ci/gitlab.yml", ".pre-commit-hooks.yaml"];
    match Command::new("python3").arg("-c").arg(script).args(files).current_dir(root()).output() {
        Ok(run) if run.status.code() == Some(77) => eprintln!("skipped: python3 has no yaml"),
        Ok(run) => assert!(run.status.success(), "{}", err(&run)),
        Err(error) => eprintln!("skipped: no python3: {error}"),
    }
}
