//! The bot: languages, timezone, business hours.

use std::collections::BTreeMap;

use flowright_nlu::lang::Lang;

use super::cx::Checker;
use super::languages;
use super::once::first_of;
use super::symbols::Found;
use crate::base::{FileSpan, Span};
use crate::diag::{Code, Diagnostic};
use crate::ir::{BotDef, HoursDef};
use crate::syntax::ast::{self, Name};

const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl<'a> Checker<'a> {
    /// The bot; its languages hold for everything else.
    pub(super) fn bot(&mut self) -> Option<BotDef> {
        let bots = self.symbols.bots.clone();
        let Some(found) = bots.first() else {
            self.languages_lost = true;
            if self.symbols.bot_lost {
                return None;
            }
            let at = FileSpan { file: self.file, span: Span::default() };
            let help = "begin with `bot my_bot { languages en  timezone \"Europe/London\" }`";
            self.report(Diagnostic::new(Code::E0211, at, "no bot is declared").help(help));
            return None;
        };
        for again in bots.iter().skip(1) {
            self.enter(again);
            if let (Some(name), Some(first)) = (&again.node.name, &found.node.name) {
                let (message, first) = ("a project has one `bot`".to_owned(), found.at(first.span));
                self.again(Code::E0202, message, name.span, first, "keep one of them");
            }
        }
        self.enter(found);
        let bot = found.node;
        let span = bot.name.as_ref().map_or(Span::default(), |name| name.span);
        let mut seen = BTreeMap::new();
        for name in &bot.languages {
            let first = first_of(&mut seen, name.text.as_str(), self.at(name.span));
            match Lang::parse(&name.text).filter(|_| languages::is_code(&name.text)) {
                Some(lang) if !self.languages.contains(&lang) => self.languages.push(lang),
                Some(_) => {
                    let message = format!("the language `{}` is there twice", name.text);
                    let first = first.unwrap_or_default();
                    self.again(Code::E0202, message, name.span, first, "name it once");
                }
                None => self.no_language(name),
            }
        }
        self.languages_lost |= found.broken;
        if self.languages.is_empty() && !self.languages_lost {
            self.error(
                Code::E0602,
                span,
                "the bot speaks no language",
                "no `languages`",
                "add `languages en`",
            );
        }
        Some(BotDef {
            name: bot.name.as_ref().map(|name| name.text.clone()).unwrap_or_default(),
            languages: self.languages.clone(),
            timezone: self.timezone(found, span)?,
            hours: bot.hours.iter().filter_map(|hours| self.hours(hours)).collect(),
            closed: bot.closed.iter().map(|day| day.value).collect(),
        })
    }

    fn no_language(&mut self, name: &Name) {
        let message = format!("`{}` is not a language's code", name.text);
        let finding = self.finding(Code::E0210, name.span, message).label("not a code");
        let finding = match languages::meant(&name.text) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix(
                format!("replace `{}` by `{meant}`", name.text),
                self.at(name.span),
                meant,
            ),
            None => finding.help("write the two letters of ISO 639-1, as `en` or `zh`"),
        };
        self.report(finding);
        // What is written in it is not wrong for that.
        self.languages_lost = true;
    }

    fn timezone(&mut self, found: &Found<'a, ast::Bot>, span: Span) -> Option<String> {
        let Some(timezone) = &found.node.timezone else {
            if found.broken {
                return None;
            }
            self.error(
                Code::E0602,
                span,
                "the bot has no timezone",
                "no `timezone`",
                "add `timezone \"Asia/Shanghai\"`: dates depend on it",
            );
            return None;
        };
        let known = jiff::tz::db().get(&timezone.value).is_ok();
        if !known {
            let names: Vec<String> =
                jiff::tz::db().available().map(|name| name.to_string()).collect();
            let name = Name { text: timezone.value.clone(), span: timezone.span };
            let meant = crate::diag::closest(&name.text, names.iter().map(String::as_str));
            let help = meant.map_or("write a name such as `Asia/Shanghai`".to_owned(), |meant| {
                format!("did you mean `{meant}`?")
            });
            self.error(
                Code::E0602,
                name.span,
                format!("there is no timezone `{}`", name.text),
                "unknown timezone",
                help,
            );
            return None;
        }
        Some(timezone.value.clone())
    }

    fn hours(&mut self, hours: &ast::Hours) -> Option<HoursDef> {
        let from_day = self.weekday(&hours.from_day)?;
        let to_day = match &hours.to_day {
            Some(day) => self.weekday(day)?,
            None => from_day,
        };
        if hours.open_s.value >= hours.close_s.value {
            self.error(
                Code::E0602,
                hours.close_s.span,
                "it closes before it opens",
                "not after the opening",
                "write the later time second",
            );
            return None;
        }
        Some(HoursDef {
            from_day,
            to_day,
            open_s: hours.open_s.value,
            close_s: hours.close_s.value,
        })
    }

    fn weekday(&mut self, day: &Name) -> Option<u8> {
        let number = WEEKDAYS.iter().position(|known| *known == day.text);
        if number.is_none() {
            self.unknown(Code::E0208, "weekday", day, WEEKDAYS);
        }
        u8::try_from(number? + 1).ok()
    }
}
