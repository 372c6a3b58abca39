//! Its forms: each has every finding, and services get paths that they know.

use serde_json::Value;

use super::{BROKEN, UNREAD, check, project};
use crate::support::{code, err, out};

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
