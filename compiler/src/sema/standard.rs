//! What the standard library does not say in the bot's default language: one finding for all of it.

use super::cx::{Checker, quoted};
use super::recall::Note;
use super::symbols::Found;
use crate::diag::Code;
use crate::syntax::ast::{Field, TypeExpr};

/// A standard declaration that lacks words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lack {
    kind: &'static str,
    /// With its parameters.
    name: String,
}

impl Checker<'_> {
    /// The standard declaration being checked lacks words in the bot's default language.
    pub(super) fn standard_lacks(&mut self) {
        let Some(lack) = self.standard_name() else { return };
        self.lacks(&lack);
    }

    /// A standard declaration lacks words.
    pub(super) fn lacks(&mut self, lack: &Lack) {
        self.recall.note(|| Note::Lacks(lack.clone()));
        if !self.lacks.contains(lack) {
            self.lacks.push(lack.clone());
        }
    }

    fn standard_name(&self) -> Option<Lack> {
        fn here<T>(checker: &Checker<'_>, found: &Found<'_, T>) -> bool {
            (found.file, found.origin) == (checker.file, checker.origin)
        }
        let symbols = &self.symbols;
        if let Some(text) = symbols.texts.items.iter().find(|found| here(self, found)) {
            let name = format!("{}{}", text.node.name.text, params(&text.node.params));
            return Some(Lack { kind: "text", name });
        }
        if let Some(flow) = symbols.flows.items.iter().find(|found| here(self, found)) {
            return Some(Lack { kind: "flow", name: flow.node.name.text.clone() });
        }
        let intent = symbols.intents.items.iter().find(|found| here(self, found))?;
        Some(Lack { kind: "intent", name: intent.node.name.text.clone() })
    }

    /// Reports all of it, where the bot says which language that is.
    pub(super) fn report_lacks(&mut self) {
        let lacks = std::mem::take(&mut self.lacks);
        let (Some(first), Some(bot)) = (lacks.first(), self.symbols.bots.first().copied()) else {
            return;
        };
        self.enter(&bot);
        let Some(lang) = bot.node.languages.first() else { return };
        let message = format!(
            "the standard library does not speak `{}`, the bot's default language",
            lang.text
        );
        let texts_alone = lacks.iter().all(|lack| lack.kind == "text");
        let what = if texts_alone { "texts" } else { "declarations" };
        let label = match lacks.len() {
            1 => format!("missing in one of its {what}"),
            count => format!("missing in {count} of its {what}"),
        };
        let mut finding = self.finding(Code::E0501, lang.span, message).label(label);
        for (kind, help) in [
            ("text", "declare these texts in the project"),
            ("flow", "declare these flows, or leave their module out"),
            ("intent", "declare these intents, or leave their module out"),
        ] {
            let names: Vec<&str> =
                lacks.iter().filter(|l| l.kind == kind).map(|l| l.name.as_str()).collect();
            let example = match kind {
                "text" => format!(", as `text {} {{ {} \"…\" }}`", first.name, lang.text),
                _ => String::new(),
            };
            if !names.is_empty() {
                finding = finding.help(format!("{help}{example}: {}", quoted(&names)));
            }
        }
        self.report(finding);
    }
}

/// `(what: text)`
fn params(fields: &[Field]) -> String {
    let param = |field: &Field| match &field.ty {
        TypeExpr::Named(ty) => format!("{}: {}", field.name.text, ty.text),
        _ => field.name.text.clone(),
    };
    match fields {
        [] => String::new(),
        fields => format!("({})", fields.iter().map(param).collect::<Vec<_>>().join(", ")),
    }
}
