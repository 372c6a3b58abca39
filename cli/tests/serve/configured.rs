//! `--config`: one configuration for what is compiled and for what is served.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const BOT: &str = "bot b {\n  languages en\n  timezone \"UTC\"\n}\nskill s\nroute { otherwise -> s }\n\
                   flow f {\n  on start\n  state a { say \"Hello.\"  end resolved }\n}\n";
const WITH_ENCODER: &str = "[nlu]\nencoder = \"models/none\"\n";
const OF_ENCODER: &str = if cfg!(feature = "encoder") { "R0208" } else { "R0207" };

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bot.flow"), BOT).unwrap();
    folder
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    command.args(args).current_dir(folder).output().unwrap()
}

/// What is said by a server that gets as far as its address, and is stopped there: it may not listen
/// on all addresses without a token.
fn said(folder: &Path, path: &str, config: &[&str]) -> String {
    let store = folder.join("s.sqlite");
    let mut args = vec!["serve", path, "--listen", "0.0.0.0:0", "--store"];
    args.push(store.to_str().unwrap());
    args.extend(config);
    let output = run(folder, &args);
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_configuration_that_is_named_holds_for_all_of_it() {
    let folder = folder("configured");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    assert!(run(&folder, &["build", ".", "-o", "b.flowb"]).status.success());
    write("bare.toml", "");
    write("other.toml", WITH_ENCODER);
    for path in [".", "b.flowb"] {
        write("flowright.toml", WITH_ENCODER);
        let own = said(&folder, path, &[]);
        assert!(own.contains(OF_ENCODER), "{path}: {own}");
        let named = said(&folder, path, &["--config", "bare.toml"]);
        assert!(named.contains("R0204") && !named.contains(OF_ENCODER), "{path}: {named}");
        write("flowright.toml", "not = [ TOML");
        let named = said(&folder, path, &["--config", "bare.toml"]);
        assert!(named.contains("R0204"), "{path}: {named}");
        write("flowright.toml", "");
        let named = said(&folder, path, &["--config", "other.toml"]);
        assert!(named.contains(OF_ENCODER), "{path}: {named}");
    }
}

#[test]
fn a_configuration_that_is_named_and_faulty_is_said_with_its_line() {
    let folder = folder("configured-badly");
    std::fs::write(folder.join("faulty.toml"), "[serve]\nlisten = 8080\n").unwrap();
    let said = said(&folder, ".", &["--config", "faulty.toml"]);
    let message = "R0202: faulty.toml:2: `listen` must be a text in quotes, such as \
                   `listen = \"127.0.0.1:8080\"`";
    assert!(said.contains(message), "{said}");
}
