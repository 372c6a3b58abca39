//! Sources with what the compiler says of them, as people see it: `corpus/NAME.flow` beside
//! `corpus/NAME.txt`. `UPDATE=1 cargo test -p flowright-compiler --test corpus` writes the texts.
#![expect(clippy::unwrap_used, reason = "tests")]

use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::render::render_human;

#[path = "support/expected.rs"]
mod expected;

#[test]
fn the_compiler_says_what_it_said() {
    expected::assert_as_expected("corpus", 10, |name, text| {
        let analysis = flowright_compiler::analyse(&MemorySources::one(name, text)).unwrap();
        let found = analysis.diagnostics.iter();
        found.map(|d| render_human(d, &analysis.sources, false)).collect()
    });
}
