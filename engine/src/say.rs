//! What is said: texts in the session's language, with their values.

use flowright_compiler::ir::{
    CardDef, ChannelId, EmitDef, EmitId, Exit, FuncId, MediaDef, SayDef, TextPart, TextUse,
    TextVariantDef, Type, fitting_variant, turn,
};
use flowright_nlu::lang::Lang;
use flowright_nlu::locale::{ShowContext, show};
use flowright_nlu::value::Value;

use crate::LoadedProgram;
use crate::model::{Card, Choice, Command, Media, Reply, Session, Speaker};
use crate::stepper::Stepper;

/// A button that says its own label.
const SAY_PAYLOAD: &str = "say";

/// A text's values.
#[derive(Clone, Copy)]
struct Filled<'a> {
    params: &'a [Type],
    args: &'a [Option<Value>],
    /// Whose plural forms it uses.
    lang: Lang,
}

/// What one of the engine's own phrases says in a session, for a channel of the program.
#[must_use]
pub fn phrase(
    program: &LoadedProgram,
    session: &Session,
    channel: &str,
    function: FuncId,
    args: &[String],
    now_ms: i64,
) -> String {
    let mut session = Session { channel: channel.to_owned(), ..session.clone() };
    Stepper::new(program, &mut session, now_ms).phrase(function, args)
}

impl Stepper<'_> {
    /// Sends a reply.
    pub(crate) fn reply(&mut self, reply: Reply) {
        self.session.record(Speaker::Bot, &reply.text, self.now_ms);
        self.commands.push(Command::Reply(reply));
    }

    /// Sends a text.
    pub(crate) fn reply_text(&mut self, text: String) {
        self.reply(Reply { text, ..Reply::default() });
    }

    /// Carries out what a run emitted.
    pub(crate) fn emitted(&mut self, emit: EmitId, args: &[Option<Value>]) {
        match self.program.program.emits.get(emit.index()) {
            Some(EmitDef::Say(say)) => {
                let reply = self.rendered(say, args);
                self.reply(reply);
            }
            Some(EmitDef::Mark(name)) => self.commands.push(Command::Mark { name: name.clone() }),
            None => {}
        }
    }

    fn rendered(&self, say: &SayDef, args: &[Option<Value>]) -> Reply {
        let choice = |used: &TextUse| Choice {
            payload: SAY_PAYLOAD.to_owned(),
            label: self.render(*used, args),
        };
        Reply {
            text: self.render(say.text, args),
            choices: say.choices.iter().map(choice).collect(),
            links: self.media(&say.links, args),
            images: self.media(&say.images, args),
            card: say.card.as_ref().map(|card| self.card(card, args)),
            agent: None,
        }
    }

    fn media(&self, media: &[MediaDef], args: &[Option<Value>]) -> Vec<Media> {
        let render = |m: &MediaDef| Media {
            url: self.render(m.url, args),
            label: m.label.map(|label| self.render(label, args)),
        };
        media.iter().map(render).collect()
    }

    fn card(&self, card: &CardDef, args: &[Option<Value>]) -> Card {
        Card {
            title: self.render(card.title, args),
            body: card.body.map(|body| self.render(body, args)),
            links: self.media(&card.links, args),
            images: self.media(&card.images, args),
        }
    }

    /// A text in the session's language, for its channel.
    pub(crate) fn render(&self, used: TextUse, args: &[Option<Value>]) -> String {
        let Some(text) = self.program.program.texts.get(used.text.index()) else {
            return String::new();
        };
        let Some(variant) = self.variant(&text.variants) else { return String::new() };
        let default = self.program.program.bot.languages.first().copied();
        let filled = Filled {
            params: &text.params,
            args: args.get(used.first_arg as usize..).unwrap_or_default(),
            // The words are of the variant's language, whatever the session's.
            lang: variant.lang.or(default).unwrap_or(self.session.lang),
        };
        let mut out = String::new();
        self.render_parts(&variant.parts, filled, &mut out);
        out
    }

    fn render_parts(&self, parts: &[TextPart], filled: Filled<'_>, out: &mut String) {
        let value = |number: u32| filled.args.get(number as usize).and_then(Option::as_ref);
        for part in parts {
            match part {
                TextPart::Literal(literal) => out.push_str(literal),
                TextPart::Arg(number) => {
                    let ty = filled.params.get(*number as usize);
                    if let Some((value, ty)) = value(*number).zip(ty) {
                        out.push_str(&self.shown(value, ty, self.session.lang));
                    }
                }
                TextPart::Plural(plural) => {
                    let number = match value(plural.arg) {
                        Some(Value::Number(number)) => Some(*number),
                        _ => None,
                    };
                    self.render_parts(plural.branch(number, filled.lang), filled, out);
                }
            }
        }
    }

    fn variant<'t>(&self, variants: &'t [TextVariantDef]) -> Option<&'t TextVariantDef> {
        let program = &self.program.program;
        let channel = program.channels.iter().position(|c| c.name == self.session.channel);
        let channel = channel.and_then(|number| u32::try_from(number).ok()).map(ChannelId);
        let default = program.bot.languages.first().copied();
        fitting_variant(variants, self.session.lang, channel, default)
    }

    /// A value as a text shows it.
    pub(crate) fn shown(&self, value: &Value, ty: &Type, lang: Lang) -> String {
        let cx = ShowContext {
            today: self.today(),
            timezone: self.program.program.bot.timezone.clone(),
        };
        match (value, ty) {
            (Value::Choice(option), Type::Choice(choice)) => {
                let choice = self.program.program.choices.get(choice.index());
                let option = choice.and_then(|choice| choice.options.get(usize::from(*option)));
                option.map_or_else(String::new, |option| {
                    let label = option.labels.iter().find(|(l, _)| *l == lang);
                    label.map_or_else(|| option.name.replace('_', " "), |(_, label)| label.clone())
                })
            }
            (Value::List(items), Type::List(item)) => {
                let shown: Vec<String> = items.iter().map(|v| self.shown(v, item, lang)).collect();
                shown.join(if lang == Lang::ZH { "、" } else { ", " })
            }
            _ => show(value, lang, &cx).unwrap_or_default(),
        }
    }

    /// The text that a function chooses. A function that cannot be run says nothing.
    pub(crate) fn text_of(&mut self, function: FuncId) -> String {
        match self.run(function) {
            Ok(exited) => match exited.exit {
                Exit::Text(used) => self.render(used, &exited.args),
                _ => String::new(),
            },
            Err(_) => String::new(),
        }
    }

    /// One of the engine's own phrases.
    pub(crate) fn phrase(&mut self, function: FuncId, args: &[String]) -> String {
        for (cell, arg) in (turn::PHRASE_ARGS..turn::CELLS).zip(args) {
            self.set_turn(cell, Some(Value::Text(arg.clone())));
        }
        self.text_of(function)
    }
}
