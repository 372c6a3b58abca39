//! The files for CI services, run as the services run them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{BROKEN, UNREAD, project};
use crate::support::{clean, code, command, err, out, root};

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
    let run = command(&folder, &args).output().unwrap();
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
