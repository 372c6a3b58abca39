//! Names in what the bot says and in example utterances.

use flowright_compiler::syntax::ast::{
    Intent, LangStrings, NamedText, Template, TemplatePart, Text, TextRef,
};

use super::scope::Scope;
use super::types::ty_of;
use super::walk::Walk;
use super::{Kind, Role, Symbol};

impl Walk<'_> {
    pub(super) fn text_ref(&mut self, text: &TextRef, scope: &Scope) {
        match text {
            TextRef::Inline(text) => self.text(text, scope),
            TextRef::Named { name, args } => {
                self.uses(Kind::Text, name);
                let params = self.model.text_params(&name.text);
                self.args_for(args, scope, &params);
            }
        }
    }

    pub(super) fn text(&mut self, text: &Text, scope: &Scope) {
        for variant in &text.variants {
            if let Some(lang) = &variant.lang {
                self.uses(Kind::Language, lang);
            }
            if let Some(channel) = &variant.channel {
                self.uses(Kind::Channel, channel);
            }
            self.template(&variant.template, scope);
        }
    }

    pub(super) fn template(&mut self, template: &Template, scope: &Scope) {
        self.template_parts(&template.parts, scope);
    }

    fn template_parts(&mut self, parts: &[TemplatePart], scope: &Scope) {
        for part in parts {
            match part {
                TemplatePart::Expr(expr) => self.expr(expr, scope, None),
                TemplatePart::Plural(plural) => {
                    self.expr(&plural.value, scope, None);
                    for branch in &plural.branches {
                        self.template_parts(&branch.parts, scope);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn named_text(&mut self, text: &NamedText) {
        let name = &text.name.text;
        self.declares(Kind::Text, &text.name);
        let mut scope = Scope::default();
        for param in &text.params {
            self.inside(Kind::TextParam, name, &param.name, Role::Declares);
            let owner = format!("text {name}.{}", param.name.text);
            self.written(&param.ty, &owner, "");
            let symbol = Symbol::inside(Kind::TextParam, name, &param.name.text);
            let ty = ty_of(&param.ty, &owner, "");
            scope.locals.insert(param.name.text.clone(), (symbol, ty));
        }
        self.text(&text.text, &scope);
    }

    pub(super) fn intent(&mut self, intent: &Intent) {
        self.declares(Kind::Intent, &intent.name);
        if let Some(title) = &intent.title {
            self.text(title, &Scope::default());
        }
        let flow = self.model.flow_of_intent(&intent.name.text);
        for group in intent.examples.iter().chain(&intent.negatives) {
            if let Some(lang) = &group.lang {
                self.uses(Kind::Language, lang);
            }
            for part in group.strings.iter().flat_map(|string| &string.parts) {
                let TemplatePart::Annotation { slot, entity, .. } = part else { continue };
                self.uses(Kind::Entity, entity);
                // What it fills is a slot of the flow that the intent starts, else the session's.
                let of_flow =
                    flow.filter(|flow| flow.slots.iter().any(|own| own.name.text == slot.text));
                if let Some(flow) = of_flow {
                    self.inside(Kind::Slot, &flow.name.text, slot, Role::Uses);
                } else if self.model.session_slot(&slot.text).is_some() {
                    self.uses(Kind::SessionSlot, slot);
                }
            }
        }
    }

    /// Words of choices by language.
    pub(super) fn words(&mut self, words: &[LangStrings]) {
        for lang in words.iter().filter_map(|group| group.lang.as_ref()) {
            self.uses(Kind::Language, lang);
        }
    }
}
