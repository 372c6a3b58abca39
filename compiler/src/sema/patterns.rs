//! Patterns: that they are some, and that they tell texts apart.

use regex_syntax::hir::Properties;

use super::cx::Checker;
use crate::base::Span;
use crate::diag::Code;
use crate::syntax::ast::Spanned;

/// Compiled size of one pattern.
const REGEX_BYTES_MAX: usize = 1 << 20;

impl Checker<'_> {
    /// Whether a pattern is one; reports it if not.
    pub(super) fn pattern_compiles(&mut self, pattern: &str, span: Span) -> bool {
        let built = regex::RegexBuilder::new(pattern).size_limit(REGEX_BYTES_MAX).build();
        let Err(error) = built else { return true };
        let cause = error.to_string();
        let cause = cause.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
        self.error(
            Code::E0311,
            span,
            format!("this is not a pattern: {cause}"),
            "does not compile",
            "patterns are regular expressions without look-around or back-references",
        );
        false
    }

    /// Reports a pattern of an entity that no text has a part for. One that finds only nothing finds
    /// no value.
    pub(super) fn pattern_finds(&mut self, pattern: &Spanned<String>) {
        let Some(known) = properties(&pattern.value) else { return };
        if known.minimum_len().is_none() || known.maximum_len() == Some(0) {
            let help = "write what the value looks like, as `r\"#?(\\d{5,10})\"`";
            self.pattern_is_idle(pattern.span, "this pattern finds nothing", help);
        }
    }

    /// Reports a pattern that every text fits, or none.
    pub(super) fn pattern_decides(&mut self, pattern: &str, span: Span) {
        let Some(known) = properties(pattern) else { return };
        if known.minimum_len().is_none() {
            self.pattern_is_idle(span, "no text fits this pattern", "write what a text looks like");
        } else if known.maximum_len() == Some(0) && known.look_set().is_empty() {
            let help = "write what a text has in it; `^` and `$` are its beginning and end";
            self.pattern_is_idle(span, "every text fits this pattern", help);
        }
    }

    fn pattern_is_idle(&mut self, span: Span, message: &str, help: &str) {
        self.error(Code::E0311, span, message, "decides nothing", help);
    }
}

fn properties(pattern: &str) -> Option<Properties> {
    regex_syntax::parse(pattern).ok().map(|hir| hir.properties().clone())
}
