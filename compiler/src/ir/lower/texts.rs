//! Texts: templates into the text table, placeholders into registers, phrases into functions.

use flowright_nlu::value::Value;

use super::Lowering;
use super::builder::Builder;
use super::exprs::turn_cell;
use crate::ir::Const;
use crate::ir::{
    CardDef, EmitDef, EmitId, Exit, FuncId, Inst, MediaDef, Phrases, ReadyText, Reg, SayDef,
    StringId, TextDef, TextId, TextUse, turn,
};
use crate::sema::hir::{Card, DESK_TEXTS, Media, NamedText, Say, Text, TextRef};

impl Lowering<'_> {
    /// Evaluates a text's placeholders, appends them to `args` and says where they are.
    pub(super) fn text(&mut self, b: &mut Builder, text: &TextRef, args: &mut Vec<Reg>) -> TextUse {
        match text {
            TextRef::Inline(text) => self.inline_text(b, text, &[], args),
            TextRef::Named { text: number, args: given, .. } => {
                let given: Vec<Reg> = given.iter().map(|arg| self.value(b, arg, &[])).collect();
                let project = self.project;
                match project.texts.get(*number as usize) {
                    Some(named) => self.inline_text(b, &named.text, &given, args),
                    None => TextUse { text: self.add_text(TextDef::default()), first_arg: 0 },
                }
            }
        }
    }

    fn inline_text(
        &mut self,
        b: &mut Builder,
        text: &Text,
        params: &[Reg],
        args: &mut Vec<Reg>,
    ) -> TextUse {
        let first_arg = u32::try_from(args.len()).unwrap_or(u32::MAX);
        for placeholder in &text.params {
            let reg = self.value(b, placeholder, params);
            args.push(reg);
        }
        let types = text.params.iter().map(|param| param.ty.clone()).collect();
        let def = TextDef { params: types, variants: text.variants.clone() };
        TextUse { text: self.add_text(def), first_arg }
    }

    /// A function that chooses a text.
    pub(super) fn text_function(&mut self, name: String, text: &TextRef) -> FuncId {
        let mut b = Builder::new(name);
        let mut args = Vec::new();
        let used = self.text(&mut b, text, &mut args);
        b.exit(Exit::Text(used), args);
        self.add_function(b.finish(Exit::Text(used)))
    }

    /// `say`.
    pub(super) fn say(&mut self, b: &mut Builder, say: &Say) {
        let mut args = Vec::new();
        let def = SayDef {
            on: say.on,
            text: self.text(b, &say.text, &mut args),
            choices: say.choices.iter().map(|c| self.text(b, c, &mut args)).collect(),
            links: self.media(b, &say.links, &mut args),
            images: self.media(b, &say.images, &mut args),
            card: say.card.as_ref().map(|card| self.card(b, card, &mut args)),
        };
        let emit = self.add_emit(EmitDef::Say(def));
        b.push(Inst::Emit { emit, args });
    }

    fn media(&mut self, b: &mut Builder, media: &[Media], args: &mut Vec<Reg>) -> Vec<MediaDef> {
        let mut lower = |m: &Media| MediaDef {
            url: self.inline_text(b, &m.url, &[], args),
            label: m.label.as_ref().map(|label| self.text(b, label, args)),
        };
        media.iter().map(&mut lower).collect()
    }

    fn card(&mut self, b: &mut Builder, card: &Card, args: &mut Vec<Reg>) -> CardDef {
        CardDef {
            title: self.text(b, &card.title, args),
            body: card.body.as_ref().map(|body| self.text(b, body, args)),
            links: self.media(b, &card.links, args),
            images: self.media(b, &card.images, args),
        }
    }

    /// `mark "name"`.
    pub(super) fn mark(&mut self, b: &mut Builder, name: &str) {
        let emit = self.add_emit(EmitDef::Mark(name.to_owned()));
        b.push(Inst::Emit { emit, args: Vec::new() });
    }

    /// The engine's own phrases, from the texts called `core.…`.
    ///
    /// # Errors
    /// The name of a phrase that no text declares.
    pub(super) fn phrases(&mut self) -> Result<Phrases, super::LowerError> {
        Ok(Phrases {
            miss: self.phrase("core.miss")?,
            clarify: self.phrase("core.clarify")?,
            none_of_these: self.phrase("core.none_of_these")?,
            resume: self.phrase("core.resume")?,
            handoff: self.phrase("core.handoff")?,
            held: self.phrase("core.held")?,
            back: self.phrase("core.back")?,
            invalid: self.phrase("core.invalid")?,
            pick_one: self.phrase("core.pick_one")?,
            trouble: self.phrase("core.trouble")?,
            too_late: self.phrase("core.too_late")?,
            greeting: self.phrase("core.greeting")?,
            yes: self.phrase("core.yes")?,
            no: self.phrase("core.no")?,
            attached: self.phrase("core.attached")?,
            attached_what_for: self.phrase("core.attached_what_for")?,
            not_attached: self.phrase("core.not_attached")?,
            code_subject: self.phrase("core.code_subject")?,
            code_mail: self.phrase("core.code_mail")?,
            answer: self.phrase("core.answer")?,
        })
    }

    fn phrase(&mut self, name: &'static str) -> Result<FuncId, super::LowerError> {
        let project = self.project;
        let Some(named) = project.texts.iter().find(|text| text.name == name) else {
            return Err(super::LowerError::MissingPhrase(name));
        };
        Ok(self.said_by_name(named))
    }

    /// The texts called `desk.…`. Those with parameters are for other texts.
    pub(super) fn ready(&mut self) -> Vec<ReadyText> {
        let project = self.project;
        let named = |text: &'_ NamedText| text.name.strip_prefix(DESK_TEXTS).map(str::to_owned);
        let ready = project.texts.iter().filter(|text| text.params.is_empty());
        let ready = ready.filter_map(|text| Some((named(text)?, text)));
        ready.map(|(name, text)| ReadyText { name, text: self.said_by_name(text) }).collect()
    }

    fn said_by_name(&mut self, named: &NamedText) -> FuncId {
        let mut b = Builder::new(&named.name);
        let loads = (turn::PHRASE_ARGS..turn::CELLS).take(named.params.len());
        let params: Vec<Reg> =
            loads.map(|cell| b.define(|dst| Inst::Load { dst, place: turn_cell(cell) })).collect();
        let mut args = Vec::new();
        let used = self.inline_text(&mut b, &named.text, &params, &mut args);
        b.exit(Exit::Text(used), args);
        self.add_function(b.finish(Exit::Text(used)))
    }

    fn add_text(&mut self, def: TextDef) -> TextId {
        if let Some(id) = self.text_ids.get(&def) {
            return *id;
        }
        let id = TextId(super::number(self.texts.len()));
        self.text_ids.insert(def.clone(), id);
        self.texts.push(def);
        id
    }

    fn add_emit(&mut self, def: EmitDef) -> EmitId {
        self.emits.push(def);
        EmitId(super::number(self.emits.len() - 1))
    }

    /// A text constant.
    pub(super) fn text_const(&mut self, text: &str) -> Const {
        Const::Text(self.intern(&Value::Text(text.to_owned())))
    }

    /// The number of a constant among the program's heap constants.
    pub(super) fn intern(&mut self, value: &Value) -> StringId {
        if let Some(id) = self.string_ids.get(value) {
            return *id;
        }
        let id = StringId(super::number(self.strings.len()));
        self.string_ids.insert(value.clone(), id);
        self.strings.push(value.clone());
        id
    }
}
