//! Plurals in strings: `{n, plural, =0 {none} one {# order} other {# orders}}`.

use super::Lower;
use crate::base::Span;
use crate::syntax::ast::{Branch, BranchKey, Expr, Plural, TemplatePart};
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    /// The plural of a placeholder that has one.
    pub(super) fn plural(&mut self, hole: &Node, value: &Expr) -> Option<TemplatePart> {
        let node = hole.child(Rule::plural).or_else(|| hole.child(Rule::long_plural))?;
        let branches = node.children.iter().filter_map(|child| self.branch(child)).collect();
        Some(TemplatePart::Plural(Plural { value: value.clone(), branches, span: hole.span }))
    }

    fn branch(&mut self, node: &Node) -> Option<Branch> {
        if !matches!(node.rule, Rule::branch | Rule::long_branch) {
            return None;
        }
        let key = match node.child(Rule::exact) {
            Some(exact) => BranchKey::Exact(self.own_number(exact)?),
            None => BranchKey::Form(self.name(node.child(Rule::ident)?)),
        };
        let text = node.child(Rule::branch_text).or_else(|| node.child(Rule::long_branch_text))?;
        let mut parts = Vec::new();
        for piece in &text.children {
            match piece.rule {
                Rule::branch_chars | Rule::long_branch_chars => {
                    counted(self.str(piece), piece.span, &mut parts);
                }
                _ => self.piece(piece, &mut parts),
            }
        }
        Some(Branch { key, parts })
    }
}

/// Text with its `#`s.
fn counted(text: &str, span: Span, parts: &mut Vec<TemplatePart>) {
    let mut at = span.start;
    for (number, words) in text.split('#').enumerate() {
        if number > 0 {
            parts.push(TemplatePart::Count(Span::new(at, at + 1)));
            at += 1;
        }
        let end = at + u32::try_from(words.len()).unwrap_or(0);
        if !words.is_empty() {
            super::texts::push_literal(parts, words.to_owned(), Span::new(at, end));
        }
        at = end;
    }
}
