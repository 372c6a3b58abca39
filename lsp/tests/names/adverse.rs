//! Names that are taken, or words of the language: whatever is not refused means the same as before.

use std::collections::BTreeSet;

use flowright_compiler::Workspace;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::Code;
use flowright_compiler::syntax::token::{
    DECLARATION_KEYWORDS, MEMBER_KEYWORDS, OTHER_KEYWORDS, STEP_KEYWORDS, TEST_KEYWORDS,
};
use flowright_lsp::ide::navigate::symbol_at;
use flowright_lsp::ide::rename::rename;
use flowright_lsp::ide::snapshot::Snapshot;

use super::{EXAMPLES, applied, declared, project, snapshot};

/// Keywords, and names of others, that every name is tried with. All get their turn.
const TRIED: usize = 1;

/// What examples are taken for may turn on the order of the intents' names.
const BY_THE_MODEL: [Code; 3] = [Code::W0507, Code::W0508, Code::W0604];

fn findings(snapshot: &Snapshot) -> Vec<&'static str> {
    let all = snapshot.analysis.diagnostics.iter();
    let all = all.filter(|finding| !BY_THE_MODEL.contains(&finding.code));
    let mut codes: Vec<&str> = all.map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn a_name_that_would_be_read_otherwise_is_refused() {
    let tables =
        [DECLARATION_KEYWORDS, MEMBER_KEYWORDS, STEP_KEYWORDS, TEST_KEYWORDS, OTHER_KEYWORDS];
    let words: Vec<&str> =
        tables.concat().into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let (mut tried, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for name in EXAMPLES {
        let files = project(name);
        let before = snapshot(&files);
        let own: Vec<_> = declared(&before).into_iter().collect();
        let text = |at: &flowright_compiler::base::FileSpan| {
            before.source(at.file).unwrap().text[at.span.range()].to_owned()
        };
        let mut workspace = Workspace::default();
        for (number, at) in own.iter().enumerate() {
            let symbol = symbol_at(&before, at.file, at.span.start).unwrap().symbol;
            let others = (0..TRIED).map(|k| text(&own[(number * 7 + k * 31 + 1) % own.len()]));
            let others: Vec<String> = others.collect();
            let keywords = (0..TRIED).map(|k| words[(number * TRIED + k) % words.len()].to_owned());
            for new in others.into_iter().chain(keywords) {
                tried += 1;
                let Ok(edits) = rename(&before, at.file, at.span.start, &new) else {
                    refused += 1;
                    continue;
                };
                let changed = applied(&before, &files, &edits);
                let analysis = workspace.check(&MemorySources(changed)).unwrap();
                let after = Snapshot::new(2, analysis, None);
                if findings(&after) != findings(&before) {
                    wrong.push(format!("{name}: {symbol:?} -> {new}: {:?}", findings(&after)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > refused + 100 && refused > 30, "{tried} tried, {refused} refused");
}
