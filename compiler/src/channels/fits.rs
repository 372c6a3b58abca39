//! Whether a message fits a channel: its text, its menu, its labels.

use std::collections::BTreeSet;

use flowright_nlu::lang::Lang;

use super::message::{Label, Menu, Message};
use super::render::{Rendered, Renderer};
use super::table::{Capabilities, MenuForm, Unit};
use crate::base::{FileSpan, SourceMap};
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::Project;

/// Characters of a value that a message shows.
const SHOWN_CHARS_MAX: usize = 40;

/// Checks messages; says one thing of a text once, however many steps say it.
pub(super) struct Fits<'p> {
    pub(super) project: &'p Project,
    pub(super) sources: &'p SourceMap,
    pub(super) said: BTreeSet<(Code, FileSpan, Lang)>,
    /// With the language that it is about.
    pub(super) found: Vec<(Lang, Diagnostic)>,
}

/// A channel, and the language that is spoken on it.
#[derive(Clone, Copy)]
struct On<'p> {
    name: &'p str,
    row: &'static Capabilities,
    lang: Lang,
}

impl<'p> Fits<'p> {
    /// Checks one message on one channel in every language of the bot.
    pub(super) fn check(
        &mut self,
        message: &Message<'p>,
        channel: usize,
        row: &'static Capabilities,
    ) {
        if row.text_max.is_none() && row.menus.iter().all(|form| form.label_max.is_none()) {
            return;
        }
        let Some(def) = self.project.channels.get(channel) else { return };
        for lang in &self.project.bot.languages {
            let renderer = Renderer {
                project: self.project,
                flow: message.flow,
                channel,
                lang: *lang,
                unit: row.unit,
            };
            let on = On { name: &def.name, row, lang: *lang };
            let body = message.body(renderer, row);
            let labels = message.labels(Renderer { unit: row.label_unit, ..renderer });
            self.message(message, &body, &labels, on);
        }
    }

    fn message(&mut self, message: &Message<'p>, body: &Rendered, labels: &[Label], on: On<'_>) {
        let at = message.text.map(|said| said.text.at);
        let choices = message.choices(self.project);
        let forms: Vec<&MenuForm> =
            on.row.menus.iter().filter(|form| carries(form, choices, body, on.row)).collect();
        if choices == 0 || !forms.is_empty() {
            self.text(at, body, on);
            if choices > 0 {
                self.labels(labels, &forms, on);
            }
            return;
        }
        let Some(at) = at.or_else(|| labels.first().map(|label| label.at)) else { return };
        let mut numbered = body.clone();
        for (number, label) in (1..).zip(labels) {
            numbered.push(&format!("\n{number}. "));
            numbered.append(&label.text);
        }
        let (alone, with_list) = (length(&body.certain, on.row), length(&numbered.certain, on.row));
        match on.row.text_max {
            Some(most) if alone <= most && with_list > most && known(&message.menu) => {
                self.too_many(at, choices, with_list, on);
            }
            _ => self.text(Some(at), &numbered, on),
        }
    }

    /// A text that is, or may be, longer than the channel carries.
    fn text(&mut self, at: Option<FileSpan>, text: &Rendered, on: On<'_>) {
        let (Some(at), Some(most)) = (at, on.row.text_max) else { return };
        let (certain, possible) = (length(&text.certain, on.row), length(&text.most, on.row));
        let (name, lang, unit) = (on.name, on.lang, on.row.unit.name());
        if certain > most {
            let message = format!(
                "this text is {} {unit} long in `{lang}`, `{name}` carries {}",
                grouped(certain),
                grouped(most)
            );
            let over = format!("{} too long for {}", grouped(certain - most), on.row.name);
            self.report(Code::E0610, at, on, message, |d| d.label(over).help(own_text(on)));
        } else if possible > most {
            let message = format!(
                "this text can become {} {unit} long in `{lang}`, `{name}` carries {}",
                grouped(possible),
                grouped(most)
            );
            let largest = text.largest.as_ref().map(|(at, value)| {
                let shown: String = value.chars().take(SHOWN_CHARS_MAX).collect();
                let dots = if shown.len() < value.len() { "…" } else { "" };
                (
                    *at,
                    format!("can be `{shown}{dots}`, {} {unit}", grouped(on.row.unit.count(value))),
                )
            });
            let over = format!("may be too long for {}", on.row.name);
            self.report(Code::W0610, at, on, message, |mut d| {
                if let Some((at, words)) = largest {
                    d = d.related(at, words);
                }
                d.label(over).help(own_text(on))
            });
        }
    }

    fn too_many(&mut self, at: FileSpan, choices: usize, with_list: usize, on: On<'_>) {
        let (name, lang, unit) = (on.name, on.lang, on.row.unit.name());
        let most = on.row.text_max.unwrap_or(usize::MAX);
        let message = format!(
            "{choices} choices do not fit a message of `{name}` in `{lang}`: numbered, they and the text are {} {unit} long, it carries {}",
            grouped(with_list),
            grouped(most)
        );
        let forms = || on.row.menus.iter();
        let holds = |form: &&MenuForm| form.choices_max.is_none_or(|most| choices <= most);
        let under = forms().filter(holds).filter_map(|form| form.text_max).max();
        let label = match (under, forms().filter_map(|form| form.choices_max).max()) {
            (Some(under), _) => {
                format!("{} shows buttons under {} {unit}", on.row.name, grouped(under))
            }
            (None, Some(buttons)) => format!("{} shows {buttons} buttons", on.row.name),
            (None, None) => format!("{} shows no buttons", on.row.name),
        };
        let help = "shorten the text, or ask in two steps";
        self.report(Code::E0611, at, on, message, |d| d.label(label).help(help));
    }

    /// Labels that no form of the menu shows whole.
    fn labels(&mut self, labels: &[Label], forms: &[&MenuForm], on: On<'_>) {
        let most = forms.iter().map(|form| form.label_max).reduce(|a, b| match (a, b) {
            (Some(a), Some(b)) => Some(a.max(b)),
            _ => None,
        });
        let Some(Some(most)) = most else { return };
        let unit = on.row.label_unit;
        for label in labels {
            let length = unit.count(&label.text.likely);
            if length > most {
                self.cut_label(label, length, most, unit, on);
            }
        }
    }

    fn cut_label(&mut self, label: &Label, length: usize, most: usize, unit: Unit, on: On<'_>) {
        let (name, lang, words) = (on.name, on.lang, unit.name());
        let message = format!(
            "`{}` is cut on `{name}` in `{lang}`: it is {} {words} long, a button there takes {}",
            label.text.likely.trim(),
            grouped(length),
            grouped(most)
        );
        let help = if label.is_option {
            "its first word in the entity is what it is called: put a shorter one there".to_owned()
        } else {
            format!("use fewer words, or give the channel its own: `{lang} on {name} \"…\"`")
        };
        self.report(Code::W0611, label.at, on, message, |d| {
            d.label(format!("{} too long for a button of {}", grouped(length - most), on.row.name))
                .help(help)
        });
    }

    fn report(
        &mut self,
        code: Code,
        at: FileSpan,
        on: On<'_>,
        message: String,
        finish: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        if super::is_std(self.sources, at) || !self.said.insert((code, at, on.lang)) {
            return;
        }
        self.found.push((on.lang, finish(Diagnostic::new(code, at, message))));
    }
}

/// Whether a menu of that form can hold the choices under that text.
fn carries(form: &MenuForm, choices: usize, body: &Rendered, row: &Capabilities) -> bool {
    let text_max = form.text_max.or(row.text_max).unwrap_or(usize::MAX);
    form.choices_max.is_none_or(|most| choices <= most) && length(&body.certain, row) <= text_max
}

fn length(text: &str, row: &Capabilities) -> usize {
    row.unit.count(text)
}

/// Whether every label of the menu is known.
const fn known(menu: &Menu<'_>) -> bool {
    matches!(menu, Menu::Texts(_) | Menu::Options(..))
}

fn own_text(on: On<'_>) -> String {
    format!("shorten it, or give the channel its own: `{} on {} \"…\"`", on.lang, on.name)
}

/// `2,048`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
