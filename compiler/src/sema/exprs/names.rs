//! Names that are texts when the bot runs: `channel`, `language`, `intent`. What they are compared
//! with must be one; so must what a choice is compared with.

use flowright_nlu::value::Value;

use crate::base::{FileSpan, Span};
use crate::diag::Code;
use crate::ir::{ChoiceId, Helper, Place, Space, Type, turn};
use crate::sema::cx::{Checker, quoted};
use crate::sema::hir::{Expr, ExprKind};
use crate::syntax::ast::{self, Name, TemplatePart};

/// What a text must be the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Channel,
    Language,
    Intent,
}

/// What an expression gives the name of.
fn named(expr: &Expr) -> Option<Named> {
    let ExprKind::Load(place) = &expr.kind else { return None };
    match (place.space, place.index) {
        (Space::Turn, turn::CHANNEL) => Some(Named::Channel),
        (Space::Turn, turn::LANGUAGE) => Some(Named::Language),
        (Space::Turn, turn::INTENT) => Some(Named::Intent),
        _ => None,
    }
}

/// A text written out, with its place inside the quotes.
fn written(expr: &ast::Expr) -> Option<Name> {
    let ast::ExprKind::Str(template) = &expr.kind else { return None };
    match template.parts.as_slice() {
        [TemplatePart::Literal { text, span }] => Some(Name { text: text.clone(), span: *span }),
        _ => None,
    }
}

impl Checker<'_> {
    /// For `channel is web`, `language is zh`, `intent is x`: whether the name behind `is` exists.
    pub(super) fn is_about_names(&mut self, left: &Expr, option: &Name) -> Option<Option<()>> {
        named(left).map(|kind| self.exists(kind, option))
    }

    /// A comparison of a name with a text that nothing is called is never true.
    pub(super) fn compared_names(
        &mut self,
        (left, left_expr): (&ast::Expr, &Expr),
        (right, right_expr): (&ast::Expr, &Expr),
    ) -> Option<()> {
        let of_left = named(left_expr).zip(written(right));
        match of_left.or_else(|| named(right_expr).zip(written(left))) {
            Some((kind, name)) => self.exists(kind, &name),
            None => Some(()),
        }
    }

    /// Like [`Self::compared_names`], for `x in [a, b]`.
    pub(super) fn names_in(&mut self, value: &Expr, items: &[ast::Expr]) -> Option<()> {
        let Some(kind) = named(value) else { return Some(()) };
        let mut all = Some(());
        for name in items.iter().filter_map(written) {
            all = all.and(self.exists(kind, &name));
        }
        all
    }

    /// `reachable on mail`: whether the channel is among those on which the customer can be written to.
    pub(super) fn reachable(&mut self, channel: &Name, at: FileSpan) -> Option<Expr> {
        self.lookup(|s| &s.channels, "channel", channel)?;
        let place = Place { space: Space::Turn, index: turn::REACHABLE };
        let channels = Type::List(Box::new(Type::Text));
        let set = Expr { kind: ExprKind::Load(place), ty: channels, at };
        let name = Value::Text(channel.text.clone());
        let name = Expr { kind: ExprKind::Const(name), ty: Type::Text, at };
        let kind = ExprKind::Call { helper: Helper::ListContains, args: vec![set, name] };
        Some(Expr { kind, ty: Type::Bool, at })
    }

    fn exists(&mut self, kind: Named, name: &Name) -> Option<()> {
        match kind {
            Named::Channel => self.lookup(|s| &s.channels, "channel", name).map(|_| ()),
            Named::Intent => self.lookup(|s| &s.intents, "intent", name).map(|_| ()),
            Named::Language => self.language(name).map(|_| ()),
        }
    }

    /// A choice compared with a text: the choice that was meant, where the text is nearly one.
    /// Gives whether that is what is wrong.
    pub(super) fn choice_as_text(&mut self, ty: &Type, text: &ast::Expr, span: Span) -> bool {
        let (Type::Choice(choice), Some(name)) = (ty, written(text)) else { return false };
        let options = self.options(*choice);
        let known = options.iter().map(String::as_str);
        let exact = options.iter().find(|option| **option == name.text);
        let meant = exact.map(String::as_str).or_else(|| crate::diag::closest(&name.text, known));
        let message = format!("a choice is a word, not a text: `\"{}\"`", name.text);
        let finding = self.finding(Code::E0302, span, message).label("a choice and a text");
        let finding = match meant {
            Some(meant) => finding.help(format!("write `{meant}` without quotes")).fix(
                format!("replace `\"{}\"` by `{meant}`", name.text),
                self.at(text.span),
                meant,
            ),
            None => finding.help(format!("one of {}, without quotes", quoted(&options))),
        };
        self.report(finding);
        true
    }

    /// The names of a choice's options.
    pub(super) fn options(&self, choice: ChoiceId) -> Vec<String> {
        let choice = self.choices.get(choice.index());
        choice.map(|c| c.options.iter().map(|o| o.name.clone()).collect()).unwrap_or_default()
    }
}
