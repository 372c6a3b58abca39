//! The formatter on every source of the repository and on ten thousand random programs: it says
//! the same, keeps every comment, and changes nothing when it runs again.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests; texts are cut at token boundaries"
)]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use flowright_compiler::base::FileId;
use flowright_compiler::diag::Code;
use flowright_compiler::fmt::format;
use flowright_compiler::syntax::ast::Decl;
use flowright_compiler::syntax::{Parsed, TokenKind, parse};
use regex::Regex;

#[path = "support/programs/mod.rs"]
mod programs;

use programs::{Choices, program};

/// Trees without their places.
fn trees(parsed: &Parsed) -> Vec<String> {
    static PLACE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"Span \{ start: \d+, end: \d+ \}").unwrap());
    let tree = |decl: &Decl| PLACE.replace_all(&format!("{:?}", decl.node), "").into_owned();
    parsed.decls.iter().map(tree).collect()
}

fn comments<'t>(text: &'t str, parsed: &Parsed) -> Vec<&'t str> {
    let is_comment = |kind| matches!(kind, TokenKind::Comment | TokenKind::DocComment);
    let tokens = parsed.tokens.iter().filter(|token| is_comment(token.kind));
    tokens.map(|token| text[token.span.range()].trim_end()).collect()
}

fn assert_kept(label: &str, text: &str, before: &Parsed) -> String {
    let formatted = format(text);
    assert_eq!(formatted.finding, None, "{label}:\n{text}");
    let after = parse(&formatted.text, FileId(0));
    assert_eq!(trees(&after), trees(before), "{label}:\n{text}\n{}", formatted.text);
    assert_eq!(comments(&formatted.text, &after), comments(text, before), "{label}:\n{text}");
    assert_eq!(format(&formatted.text).text, formatted.text, "{label}:\n{text}");
    let plain = formatted.left.is_empty() && !formatted.text.contains("\"\"\"");
    for line in formatted.text.lines().filter(|_| plain) {
        assert_eq!(line, line.trim_end(), "{label}: trailing blanks:\n{}", formatted.text);
    }
    formatted.text
}

/// Every `.flow` file of the repository.
fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut found, mut folders) = (Vec::new(), vec![root.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            let skipped = name == "target" || name == "node_modules" || name == ".git";
            if path.is_dir() && !skipped {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "flow") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_source_of_the_repository_keeps_what_it_says() {
    let sources = sources();
    assert!(sources.len() > 30, "{}", sources.len());
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        let label = path.display().to_string();
        let formatted = assert_kept(&label, &text, &parse(&text, FileId(0)));
        let broken = ["/corpus/", "/upgrades/", "/grammar/cases/"]
            .iter()
            .any(|folder| label.contains(folder));
        assert!(broken || formatted == text, "{label}: run `flowright fmt`");
    }
}

#[test]
fn ten_thousand_random_programs_round_trip() {
    // Other programs: `SEED=1 cargo test -p flowright-compiler --test fmt`.
    let chosen = std::env::var("SEED").ok().and_then(|seed| seed.parse::<u64>().ok());
    let first = chosen.unwrap_or(0) * 10_000;
    let halves = [first..first + 5_000, first + 5_000..first + 10_000].map(|seeds| {
        std::thread::spawn(move || {
            for seed in seeds {
                let text = program(&mut Choices::from_seed(seed));
                let parsed = parse(&text, FileId(0));
                // What is made up may say a thing twice; its form is right.
                let form = parsed.diagnostics.iter().all(|d| d.code == Code::E0202);
                assert!(form, "{seed}: {:?}\n{text}", parsed.diagnostics);
                assert_kept(&seed.to_string(), &text, &parsed);
            }
        })
    });
    for half in halves {
        half.join().unwrap();
    }
}

/// One token gone, one too many, or a piece of the text cut off.
fn broken(choices: &mut Choices) -> String {
    let mut text = program(choices);
    let tokens = parse(&text, FileId(0)).tokens;
    let token = tokens[choices.below(tokens.len())].span.range();
    match choices.below(4) {
        0 => text.truncate(token.start),
        1 => text.insert_str(
            token.start,
            ["}", "{", "\"", "\"\"\"", "?", ")", "\nflow"][choices.below(7)],
        ),
        _ => text.replace_range(token, ""),
    }
    text
}

#[test]
fn a_thousand_broken_programs_lose_nothing() {
    let mut left = 0;
    for seed in 0..1_000 {
        let text = broken(&mut Choices::from_seed(1_000_000 + seed));
        let before = parse(&text, FileId(0));
        assert_kept(&seed.to_string(), &text, &before);
        for span in format(&text).left {
            left += 1;
            let piece = &text[span.range()];
            assert!(format(&text).text.contains(piece), "{seed}: {piece}\n{text}");
        }
    }
    assert!(left > 500, "{left}");
}

#[test]
fn bytes_of_a_fuzzer_make_programs_too() {
    for bytes in [&b""[..], b"\x01\x13flow \xff\x80\x11 anything at all", &[255; 300]] {
        let text = program(&mut Choices::from_bytes(bytes));
        let parsed = parse(&text, FileId(0));
        assert!(parsed.diagnostics.is_empty(), "{:?}\n{text}", parsed.diagnostics);
        assert_kept("bytes", &text, &parsed);
    }
}
