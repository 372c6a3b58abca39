//! Findings for machines keep to the published schemas and to the limits of those who read them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use flowright_compiler::base::{FileSpan, SourceMap, Span};
use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::gitlab::render_gitlab;
use flowright_compiler::diag::json::render_json_report;
use flowright_compiler::diag::sarif::{LOCATIONS_MAX, RESULTS_MAX, render_sarif};
use flowright_compiler::diag::short::render_short;
use flowright_compiler::diag::{Code, Diagnostic, Label, Report, Suppressed, SuppressedBy};
use flowright_tests::root;
use serde_json::Value;

const SOURCE: &str = "bot b {\n  languages en, zh\n  timezone \"UTC\"\n}\nchannel web: websocket\n\
    skill s\nroute { otherwise -> s }\nflow a {\n  on start\n  \
    slot 名字: text { ask { en \"名字 😀?\" } }\n  allow(W0403, \"for reports\")\n  \
    slot y: number { ask { en \"y?\"  zh \"y?\" } }\n  state x {\n    fill 名字, y\n    end resolved\n  }\n}\n\
    flow a { state x { -> z } }\n";

/// A checked source, its one suppressed finding made up.
struct Checked {
    sources: SourceMap,
    findings: Vec<Diagnostic>,
    suppressed: Vec<Suppressed>,
}

impl Checked {
    fn new(source: &str) -> Self {
        let analysis = flowright_compiler::analyse(&MemorySources::one("a b/ü.flow", source));
        let analysis = analysis.unwrap();
        let suppressed = analysis.allowed.iter().map(|allowed| Suppressed {
            diagnostic: allowed.diagnostic.clone(),
            by: SuppressedBy::Source,
            reason: allowed.reason.clone(),
        });
        let suppressed = suppressed.collect();
        Self { sources: analysis.sources, findings: analysis.diagnostics, suppressed }
    }

    fn report(&self) -> Report<'_> {
        Report {
            sources: &self.sources,
            findings: &self.findings,
            suppressed: &self.suppressed,
            cut: 0,
        }
    }

    fn sarif(&self) -> Value {
        serde_json::from_str(&render_sarif(&self.report())).unwrap()
    }
}

/// Every error page's wrong example, one after the other, as one report.
fn all_pages() -> Vec<Checked> {
    let blocks = Code::ALL.iter().filter_map(|code| code.page().split("```flow\n").nth(1));
    blocks.map(|block| Checked::new(block.split("```").next().unwrap())).collect()
}

/// Python with `jsonschema`, which a machine may have; the checks by hand run anyway.
fn validate(schema: &Path, documents: &[String]) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let name = schema.file_stem().unwrap().to_string_lossy().into_owned();
    let place = folder.join(format!("{name}.documents.json"));
    std::fs::write(&place, format!("[{}]", documents.join(","))).unwrap();
    let script = "import json,sys\ntry:\n  import jsonschema\nexcept ImportError:\n  sys.exit(77)\n\
        v=jsonschema.Draft7Validator(json.load(open(sys.argv[1])))\n\
        bad=[(i,list(e.absolute_path),e.message[:300]) for i,d in enumerate(json.load(open(sys.argv[2]))) for e in v.iter_errors(d)]\n\
        print(bad[:5])\nsys.exit(1 if bad else 0)\n";
    let run = Command::new("python3").arg("-c").arg(script).arg(schema).arg(&place).output();
    match run {
        Ok(run) if run.status.code() == Some(77) => {
            eprintln!("skipped: python3 has no jsonschema");
        }
        Err(error) => eprintln!("skipped: no python3: {error}"),
        Ok(run) => {
            let said = String::from_utf8_lossy(&run.stdout);
            assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
        }
    }
}

#[test]
fn sarif_keeps_to_its_schema() {
    let mut documents: Vec<String> =
        all_pages().iter().map(|checked| render_sarif(&checked.report())).collect();
    documents.push(render_sarif(&Checked::new(SOURCE).report()));
    documents.push(render_sarif(&Report { cut: 3, ..Checked::new(SOURCE).report() }));
    assert!(documents.len() > 50);
    validate(&root().join("tests/fixtures/sarif-schema-2.1.0.json"), &documents);
    for document in &documents {
        let log: Value = serde_json::from_str(document).unwrap();
        check_by_hand(&log);
    }
}

/// The part of the schema and of the services' rules that matters to us.
fn check_by_hand(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for text in ["shortDescription", "fullDescription"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{rule}");
        }
        assert!(
            rule["helpUri"]
                .as_str()
                .unwrap()
                .ends_with(&format!("{}.md", rule["id"].as_str().unwrap()))
        );
        assert!(matches!(
            rule["defaultConfiguration"]["level"].as_str(),
            Some("error" | "warning")
        ));
        assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 20);
    }
    let mut prints = BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%", "{result}");
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.starts_with('/') && !uri.contains(' ') && uri.is_ascii(), "{uri}");
        let at = |name: &str| place["region"][name].as_u64().unwrap();
        assert!((at("startLine"), at("startColumn")) <= (at("endLine"), at("endColumn")));
        assert!(at("startLine") > 0 && at("startColumn") > 0);
        let print = &result["partialFingerprints"]["primaryLocationLineHash"];
        assert!(prints.insert((result["ruleId"].to_string(), uri, print.to_string())), "{print}");
        for fix in result["fixes"].as_array().into_iter().flatten() {
            let changes = fix["artifactChanges"].as_array().unwrap();
            assert!(!changes.is_empty());
            for change in changes {
                assert!(!change["replacements"].as_array().unwrap().is_empty());
            }
        }
    }
}

#[test]
fn sarif_says_what_was_found_where_and_what_hides_it() {
    let source = SOURCE.replace("flow a { state x { -> z } }\n", "");
    let log = Checked::new(&source).sarif();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let shown: Vec<_> = results
        .iter()
        .map(|r| {
            let region = &r["locations"][0]["physicalLocation"]["region"];
            (
                r["ruleId"].as_str().unwrap(),
                region["startLine"].as_u64(),
                region["startColumn"].as_u64(),
            )
        })
        .collect();
    // `名字` is two UTF-16 units, and so is the smiling face.
    assert_eq!(shown[0], ("W0403", Some(10), Some(8)));
    assert_eq!(shown[1].0, "W0501");
    let region = &results[1]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (region["startColumn"].as_u64(), region["endColumn"].as_u64()),
        (Some(23), Some(38))
    );
    let hidden = results.last().unwrap();
    assert_eq!(hidden["suppressions"][0]["kind"], "inSource");
    assert_eq!(hidden["suppressions"][0]["justification"], "for reports");
    assert!(results.iter().filter(|r| r.get("suppressions").is_some()).count() == 1);
}

#[test]
fn fingerprints_do_not_move_with_the_lines_above() {
    let prints = |source: &str| -> Vec<(String, String)> {
        let log = Checked::new(source).sarif();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let print = |r: &Value| r["partialFingerprints"]["primaryLocationLineHash"].to_string();
        results.iter().map(|r| (r["ruleId"].to_string(), print(r))).collect()
    };
    let before = prints(SOURCE);
    assert!(before.len() > 2, "{before:?}");
    let moved =
        format!("// One.\n\n// Two.\n{}", SOURCE.replace("  slot 名字", "\n\t  slot   名字"));
    assert_eq!(prints(&moved), before);
    let gitlab = |source: &str| -> BTreeSet<String> {
        let checked = Checked::new(source);
        let issues: Value = serde_json::from_str(&render_gitlab(&checked.report())).unwrap();
        issues.as_array().unwrap().iter().map(|i| i["fingerprint"].to_string()).collect()
    };
    assert_eq!(gitlab(&moved), gitlab(SOURCE));
    assert_eq!(gitlab(SOURCE).len(), Checked::new(SOURCE).findings.len());
}

/// More findings than a service keeps, one of them with more places than it takes.
fn many() -> Checked {
    let mut sources = SourceMap::default();
    let text: String = (0..7_000).map(|n| format!("line {n}\n")).collect();
    let mut at = 0;
    let lines: Vec<Span> = text
        .lines()
        .map(|line| {
            let span = Span::new(at, at + u32::try_from(line.len()).unwrap());
            at = span.end + 1;
            span
        })
        .collect();
    let file = sources.add("many.flow", text.as_str());
    let place = |n: usize| FileSpan { file, span: lines[n] };
    let code = |n: usize| if n >= 6_000 { Code::E0201 } else { Code::W0403 };
    let mut findings: Vec<Diagnostic> = (0..lines.len())
        .map(|n| Diagnostic::new(code(n), place(n), format!("finding {n}")))
        .collect();
    let related = (0..2_000).map(|n| Label { at: place(n), text: "here too".to_owned() });
    findings[6_500].related = related.collect();
    Checked { sources, findings, suppressed: Vec::new() }
}

#[test]
fn sarif_stays_within_what_services_take() {
    let log = many().sarif();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), RESULTS_MAX);
    let errors = results.iter().take(1_000).filter(|r| r["level"] == "error").count();
    assert_eq!(errors, 1_000, "errors come first");
    let locations = results.iter().filter_map(|r| r["relatedLocations"].as_array()).map(Vec::len);
    assert_eq!(locations.max(), Some(LOCATIONS_MAX - 1));
    assert_eq!(run["properties"]["omitted"], 2_000);
    let said = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(said, "2000 more findings were left out");
    check_by_hand(&log);
}

#[test]
fn json_keeps_to_the_published_schema() {
    let mut documents: Vec<String> =
        all_pages().iter().map(|checked| render_json_report(&checked.report())).collect();
    let checked = Checked::new(SOURCE);
    documents.push(render_json_report(&checked.report()));
    validate(&root().join("docs/schemas/diagnostics.schema.json"), &documents);
    let schema = std::fs::read_to_string(root().join("docs/schemas/diagnostics.schema.json"));
    let schema: Value = serde_json::from_str(&schema.unwrap()).unwrap();
    let document: Value = serde_json::from_str(documents.last().unwrap()).unwrap();
    // Every field that is printed is described, and every one that is required is printed.
    let described = |object: &Value, parts: &[&Value]| {
        let names: BTreeSet<&str> = parts
            .iter()
            .flat_map(|part| part["properties"].as_object().unwrap().keys())
            .map(String::as_str)
            .collect();
        for name in object.as_object().unwrap().keys() {
            assert!(names.contains(name.as_str()), "`{name}` is not described");
        }
        for name in parts.iter().flat_map(|part| part["required"].as_array().unwrap()) {
            assert!(object.get(name.as_str().unwrap()).is_some(), "{name} is not printed");
        }
    };
    described(&document, &[&schema]);
    let (place, finding) =
        (&schema["definitions"]["place"], &schema["definitions"]["finding"]["allOf"][1]);
    for diagnostic in document["diagnostics"].as_array().unwrap() {
        described(diagnostic, &[place, finding]);
    }
    assert_eq!(document["schema_version"], schema["properties"]["schema_version"]["const"]);
}

#[test]
fn short_lines_are_what_editors_read() {
    let text = render_short(&Checked::new(SOURCE).report());
    assert!(text.lines().count() >= 2);
    let line = regex_like(text.lines().next().unwrap());
    assert!(line, "{text}");
}

/// `file:line:column: severity[code]: message`
fn regex_like(line: &str) -> bool {
    let mut parts = line.splitn(4, ':');
    let file = parts.next().is_some_and(|file| file.ends_with(".flow"));
    let numbers = parts.by_ref().take(2).all(|number| number.parse::<u32>().is_ok());
    let rest = parts.next().unwrap_or("");
    file && numbers && (rest.starts_with(" error[E") || rest.starts_with(" warning[W"))
}
