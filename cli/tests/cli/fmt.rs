//! `flowright fmt` as people, editors and CI use it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::support::{self, assert_patches, command, err, flowright, out, root};

const UGLY: &str = "use   std.repair // why\nskill s\nroute{otherwise->s}\n";
const NEAT: &str = "use std.repair  // why\nskill s\n\nroute { otherwise -> s }\n";
const BROKEN: &str = "flow f{ sya   \"x\" }\nuse   std.dates\n";
const BROKEN_NEAT: &str = "flow f{ sya   \"x\" }\n\nuse std.dates\n";

fn fmt(folder: &Path, args: &[&str]) -> Output {
    flowright(folder, &[&["fmt"], args].concat())
}

/// With a text piped into it.
fn piped(args: &[&str], text: &[u8]) -> Output {
    let mut command = command(Path::new("."), &[&["fmt"], args].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    child.wait_with_output().unwrap()
}

fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    support::folder(&format!("fmt/{name}"), files)
}

fn read(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn a_folder_is_formatted_in_place_and_only_where_it_has_to_be() {
    let place = folder("place", &[("a.flow", UGLY), ("sub/b.flow", NEAT), ("c.txt", UGLY)]);
    let before = std::fs::metadata(place.join("sub/b.flow")).unwrap().modified().unwrap();
    let run = fmt(&place, &[]);
    assert_eq!(run.status.code(), Some(0), "{}", err(&run));
    assert_eq!(read(&place, "a.flow"), NEAT);
    assert_eq!(read(&place, "c.txt"), UGLY);
    assert_eq!(err(&run), "formatted a.flow\n2 files, 1 formatted\n");
    assert_eq!(out(&run), "");
    assert_eq!(
        std::fs::metadata(place.join("sub/b.flow")).unwrap().modified().unwrap(),
        before,
        "a file that does not change is not written"
    );
    let again = fmt(&place, &["."]);
    assert_eq!(err(&again), "2 files, nothing to change\n");
    let names: Vec<_> =
        std::fs::read_dir(&place).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "nothing is left behind: {names:?}");
}

#[test]
fn several_paths_and_one_file_twice() {
    let place = folder("paths", &[("p/a.flow", UGLY), ("q/b.flow", UGLY), ("q/c.flow", UGLY)]);
    let run = fmt(&place, &["p", "q/b.flow", "p/a.flow"]);
    assert_eq!(run.status.code(), Some(0), "{}", err(&run));
    assert_eq!(err(&run), "formatted p/a.flow\nformatted q/b.flow\n2 files, 2 formatted\n");
    assert_eq!(read(&place, "q/c.flow"), UGLY);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay_what_they_are() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = folder("links", &[("real/a.flow", UGLY)]);
    let real = place.join("real/a.flow");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real/a.flow", place.join("link.flow")).unwrap();
    let run = fmt(&place, &["link.flow"]);
    assert_eq!(run.status.code(), Some(0), "{}", err(&run));
    assert!(std::fs::symlink_metadata(place.join("link.flow")).unwrap().is_symlink());
    assert_eq!(read(&place, "real/a.flow"), NEAT);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn check_lists_and_writes_nothing() {
    let place = folder("check", &[("a.flow", UGLY), ("b.flow", NEAT)]);
    let run = fmt(&place, &["--check"]);
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(out(&run), "a.flow\n");
    assert_eq!(err(&run), "2 files, 1 would change\n");
    assert_eq!(read(&place, "a.flow"), UGLY);
    assert_eq!(fmt(&place, &["--check", "b.flow"]).status.code(), Some(0));
}

#[test]
fn diff_prints_what_patch_takes() {
    let place = folder("diff", &[("a.flow", UGLY), ("b.flow", NEAT)]);
    let run = fmt(&place, &["--diff"]);
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(
        out(&run),
        "--- a/a.flow\n+++ b/a.flow\n@@ -1,3 +1,4 @@\n-use   std.repair // why\n\
         +use std.repair  // why\n skill s\n-route{otherwise->s}\n+\n+route { otherwise -> s }\n"
    );
    assert_eq!(read(&place, "a.flow"), UGLY);
    assert_patches(&place, &out(&run), &[("a.flow", NEAT)]);
    let blanks = folder("diff-blanks", &[("my bot/订单 a.flow", UGLY)]);
    let run = fmt(&blanks, &["--diff"]);
    assert_patches(&blanks, &out(&run), &[("my bot/订单 a.flow", NEAT)]);
    let colored = fmt(&place, &["--diff", "--color", "always"]);
    assert!(out(&colored).contains("\x1b[32m+use std.repair"), "{}", out(&colored));
    let none = fmt(&place, &["--diff", "b.flow"]);
    assert_eq!((none.status.code(), out(&none)), (Some(0), String::new()));
}

#[test]
fn standard_input_goes_to_standard_output() {
    for args in [&["-"][..], &[]] {
        let run = piped(args, UGLY.as_bytes());
        assert_eq!(run.status.code(), Some(0), "{}", err(&run));
        assert_eq!((out(&run), err(&run)), (NEAT.to_owned(), String::new()));
    }
    let checked = piped(&["--check", "-"], UGLY.as_bytes());
    assert_eq!((checked.status.code(), out(&checked)), (Some(1), "<stdin>\n".to_owned()));
    let diff = piped(&["--diff", "-"], UGLY.as_bytes());
    assert!(out(&diff).starts_with("--- a/<stdin>\n+++ b/<stdin>\n"), "{}", out(&diff));
    assert_eq!(piped(&["-", "--check"], NEAT.as_bytes()).status.code(), Some(0));
    assert_eq!(piped(&["-"], b"").status.code(), Some(0));
}

#[test]
fn a_declaration_with_an_error_is_left_and_named() {
    let place = folder("broken", &[("a.flow", BROKEN)]);
    let run = fmt(&place, &[]);
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(read(&place, "a.flow"), BROKEN_NEAT);
    let said = err(&run);
    assert!(said.contains("note: a.flow:1: this declaration has a syntax error"), "{said}");
    assert!(said.contains("help: `flowright check`"), "{said}");
    let from_stdin = piped(&["-"], BROKEN.as_bytes());
    assert_eq!((from_stdin.status.code(), out(&from_stdin)), (Some(1), BROKEN_NEAT.to_owned()));
}

#[test]
fn what_cannot_run_says_why_and_what_to_do() {
    let place = folder("cannot", &[("notes.txt", "nothing"), ("a.flow", UGLY)]);
    let cases: &[(&[&str], &str, &str)] = &[
        (&["nowhere"], "there is no such file or folder", ""),
        (&["notes.txt"], "neither a folder nor", "folder of a project"),
        (&["-", "a.flow"], "`-` stands for standard input", ""),
    ];
    for (args, message, help) in cases {
        let run = fmt(&place, args);
        assert_eq!(run.status.code(), Some(2), "{args:?}: {}", err(&run));
        assert!(err(&run).contains(message) && err(&run).contains(help), "{}", err(&run));
    }
    assert_eq!(read(&place, "a.flow"), UGLY);
    let empty = piped(&[], b"");
    assert_eq!(empty.status.code(), Some(2));
    assert!(err(&empty).contains("is empty") && err(&empty).contains("flowright fmt ."));
    let bytes = piped(&["-"], b"use \xff\n");
    assert_eq!(bytes.status.code(), Some(2));
    assert!(err(&bytes).contains("not UTF-8"), "{}", err(&bytes));
}

#[test]
fn the_sources_of_this_repository_are_formatted() {
    let run = fmt(root(), &["--check", "flows", "stdlib", "tests/conformance", "cli/templates"]);
    assert_eq!(run.status.code(), Some(0), "{}{}", out(&run), err(&run));
}
