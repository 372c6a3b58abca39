//! The members of a declaration, and that none of those which say one thing is there twice: the first
//! would be lost without a word.

use std::collections::BTreeMap;

use super::{Fault, Lower};
use crate::base::Span;
use crate::diag::Code;
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    /// What stands in each `rule` child: its one child.
    pub(super) fn members<'n>(&mut self, node: &'n Node, rule: Rule) -> Vec<&'n Node> {
        let members: Vec<&Node> =
            self.parts(node, &[rule]).into_iter().filter_map(|m| m.children.first()).collect();
        let mut first = BTreeMap::new();
        for member in members.iter().filter(|member| !may_repeat(member.rule)) {
            match first.get(&member.rule) {
                Some(first) => self.twice(*first, member),
                None => drop(first.insert(member.rule, member.span)),
            }
        }
        members
    }

    /// Reports a member that is there already.
    pub(super) fn twice(&mut self, first: Span, again: &Node) {
        let word = self.str(again).split_whitespace().next().unwrap_or("");
        let message = match again.rule {
            Rule::request => "an action makes one request".to_owned(),
            _ => format!("`{word}` is there twice"),
        };
        let fault = Fault::new(Code::E0202, again.span, message, "keep one of them");
        self.faults.push(Fault { label: "again here", first: Some(first), ..fault });
    }
}

/// Members that add to each other.
const fn may_repeat(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::languages
            | Rule::hours
            | Rule::closed
            | Rule::pattern
            | Rule::negative
            | Rule::lang_strings
            | Rule::check
            | Rule::action_error
            | Rule::handoff_when
            | Rule::header
            | Rule::source
            | Rule::variant
            | Rule::say_choices
            | Rule::link
            | Rule::image
    )
}
