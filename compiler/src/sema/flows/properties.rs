//! Properties that a flow claims with `ensure`.

use super::FlowScope;
use crate::ir::ActionId;
use crate::sema::cx::Checker;
use crate::sema::hir::{self, Ensure};
use crate::syntax::ast::{self, EnsureKind};

/// Most turns that a property may speak of.
const TURNS_MAX: i64 = 1_000;

impl Checker<'_> {
    /// A property: its names are checked here, that it holds where all flows are known.
    pub(super) fn ensure(&mut self, ensure: &ast::Ensure, cx: &FlowScope) -> Option<Ensure> {
        let (kind, text) = match &ensure.kind {
            EnsureKind::Before { cond, action } => {
                let number = self.lookup(|s| &s.actions, "action", action)?;
                let cond = self.condition(cond, &cx.scope)?;
                let text = format!("a condition holds before `{}`", action.text);
                (hir::EnsureKind::Before { cond, action: ActionId(number) }, text)
            }
            EnsureKind::AlwaysReachesEnd => {
                (hir::EnsureKind::ReachesEnd, "always reaches end".to_owned())
            }
            EnsureKind::AtMostTurns(turns) => {
                let count = self.count(Some(turns), 1..=TURNS_MAX, "turns")?;
                (hir::EnsureKind::AtMostTurns(count), format!("at most {count} turns"))
            }
            EnsureKind::HumanWithin(turns) => {
                let count = self.count(Some(turns), 1..=TURNS_MAX, "turns")?;
                (hir::EnsureKind::HumanWithin(count), format!("a human within {count} turns"))
            }
            EnsureKind::Error => return None,
        };
        Some(Ensure { text, kind, at: self.at(ensure.span) })
    }
}
