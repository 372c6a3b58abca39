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

/// What a reply is made of, beside its texts.
struct Words<'a> {
    args: &'a [Option<Value>],
    /// The channel that it is for.
    channel: &'a str,
}

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

/// What people at the desk have ready for the customer of a session, with its name, in her language. What says
/// something of her that is not known is not among it.
#[must_use]
pub fn ready_texts(
    program: &LoadedProgram,
    session: &Session,
    now_ms: i64,
) -> Vec<(String, String)> {
    let mut session = session.clone();
    let mut stepper = Stepper::new(program, &mut session, now_ms);
    stepper.set_turn_cells();
    let mut filled = |function: FuncId| {
        let exited = stepper.run(function).ok()?;
        match exited.exit {
            Exit::Text(used) if exited.args.iter().all(Option::is_some) => {
                Some(stepper.render(used, &exited.args))
            }
            _ => None,
        }
    };
    let all = program.program.ready.iter();
    all.filter_map(|ready| Some((ready.name.clone(), filled(ready.text)?))).collect()
}

impl Stepper<'_> {
    /// Sends a reply.
    pub(crate) fn reply(&mut self, reply: Reply) {
        self.session.record(Speaker::Bot, &reply.text, self.now_ms);
        if let Some(line) = self.session.transcript.last_mut() {
            line.on.clone_from(&reply.on);
            line.article.clone_from(&reply.article);
        }
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
                self.say(say, args);
            }
            Some(EmitDef::Mark(name)) => self.commands.push(Command::Mark { name: name.clone() }),
            None => {}
        }
    }

    /// Says something where the flow wants it, or where the customer last wrote.
    fn say(&mut self, say: &SayDef, args: &[Option<Value>]) {
        let program = &self.program.program;
        let wanted = say.on.and_then(|on| program.channels.get(on.index()));
        let Some(wanted) = wanted.filter(|wanted| wanted.name != self.session.channel) else {
            let reply = self.rendered(say, &Words { args, channel: &self.session.channel });
            return self.reply(reply);
        };
        if self.reaches(wanted) {
            let reply = self.rendered(say, &Words { args, channel: &wanted.name });
            return self.reply(Reply { on: Some(wanted.name.clone()), ..reply });
        }
        let reply = self.rendered(say, &Words { args, channel: &self.session.channel });
        self.commands.push(Command::NotReached { channel: wanted.name.clone() });
        self.reply(reply);
    }

    fn rendered(&self, say: &SayDef, words: &Words<'_>) -> Reply {
        let choice = |used: &TextUse| Choice {
            payload: SAY_PAYLOAD.to_owned(),
            label: self.render_on(*used, words),
        };
        Reply {
            text: self.render_on(say.text, words),
            choices: say.choices.iter().map(choice).collect(),
            links: self.media(&say.links, words),
            images: self.media(&say.images, words),
            card: say.card.as_ref().map(|card| self.card(card, words)),
            on: None,
            agent: None,
            article: None,
        }
    }

    fn media(&self, media: &[MediaDef], words: &Words<'_>) -> Vec<Media> {
        let render = |m: &MediaDef| Media {
            url: self.render_on(m.url, words),
            label: m.label.map(|label| self.render_on(label, words)),
        };
        media.iter().map(render).collect()
    }

    fn card(&self, card: &CardDef, words: &Words<'_>) -> Card {
        Card {
            title: self.render_on(card.title, words),
            body: card.body.map(|body| self.render_on(body, words)),
            links: self.media(&card.links, words),
            images: self.media(&card.images, words),
        }
    }

    /// A text in the session's language, for its channel.
    pub(crate) fn render(&self, used: TextUse, args: &[Option<Value>]) -> String {
        self.render_on(used, &Words { args, channel: &self.session.channel })
    }

    /// A text in the session's language, for a channel.
    fn render_on(&self, used: TextUse, words: &Words<'_>) -> String {
        let args = words.args;
        let Some(text) = self.program.program.texts.get(used.text.index()) else {
            return String::new();
        };
        let Some(variant) = self.variant(&text.variants, words.channel) else {
            return String::new();
        };
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

    fn variant<'t>(
        &self,
        variants: &'t [TextVariantDef],
        channel: &str,
    ) -> Option<&'t TextVariantDef> {
        let program = &self.program.program;
        let channel = program.channels.iter().position(|c| c.name == channel);
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
