//! Runs the binary in folders of a test's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A project without findings.
pub(crate) const BOT: &str = "bot b {\n  languages en\n  timezone \"UTC\"\n}\nchannel web: websocket\nskill s\nroute { otherwise -> s }\n";

/// Takes from the environment what would change what the binary says.
pub(crate) fn clean(command: &mut Command) {
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "FLOWRIGHT_LOG"] {
        command.env_remove(name);
    }
    for name in ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"] {
        command.env_remove(name);
    }
}

/// The binary, to be run in a folder.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    clean(&mut command);
    command.args(args).current_dir(folder);
    command
}

/// Runs it to its end, with nothing to read.
pub(crate) fn flowright(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A folder of its own, with these files.
pub(crate) fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// A diff of a folder's files is what `patch` and `git apply` take, where they are.
pub(crate) fn assert_patches(folder: &Path, diff: &str, expected: &[(&str, &str)]) {
    let tools: [(&str, &[&str]); 2] =
        [("patch", &["-p1", "-i", "x.diff"]), ("git", &["apply", "x.diff"])];
    let mut tried = 0;
    for (tool, args) in tools {
        let copy = folder.join("patched");
        for (file, _) in expected {
            std::fs::create_dir_all(copy.join(file).parent().unwrap()).unwrap();
            std::fs::copy(folder.join(file), copy.join(file)).unwrap();
        }
        std::fs::write(copy.join("x.diff"), diff).unwrap();
        // `git apply` outside of any repository.
        let ceiling = std::fs::canonicalize(folder).unwrap();
        let mut command = Command::new(tool);
        command.args(args).current_dir(&copy).env("GIT_CEILING_DIRECTORIES", ceiling);
        match command.output() {
            Ok(run) => {
                tried += 1;
                assert!(run.status.success(), "{run:?}");
                for (file, text) in expected {
                    assert_eq!(
                        std::fs::read_to_string(copy.join(file)).unwrap(),
                        *text,
                        "{tool:?}"
                    );
                }
            }
            Err(error) => eprintln!("skipped: no {tool}: {error}"),
        }
        std::fs::remove_dir_all(copy).unwrap();
    }
    assert!(tried > 0, "neither `patch` nor `git` is there to take the diff");
}
