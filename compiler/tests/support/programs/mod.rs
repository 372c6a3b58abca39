//! Random programs that are right in form, as text, with a random layout: blanks, line ends and
//! comments wherever the lexer takes them. Needs nothing but the standard library, so that a fuzz
//! target can include it and feed it bytes ([`Choices::from_bytes`]).
//!
//! What they say makes no sense: they are for what reads and writes text, not for what checks it.

mod choices;
mod declarations;
mod flows;
mod layout;
mod values;

use self::layout::{blank_between, lay_out};

pub use self::choices::Choices;

/// A program of a few declarations.
pub fn program(choices: &mut Choices) -> String {
    let mut text = String::new();
    if choices.once_in(12) {
        text.push('\u{FEFF}');
    }
    blank_between(choices, &mut text);
    for _ in 0..1 + choices.below(2) {
        let mut made = Maker { choices, tokens: Vec::new(), depth: 0, alone: false };
        made.decl();
        let tokens = made.tokens;
        lay_out(choices, &tokens, &mut text);
        text.push_str(choices.pick(&["\n", "\n\n", "\r\n", "  \n", " // behind\n", "\n\n\n\n"]));
        blank_between(choices, &mut text);
    }
    if choices.once_in(4) {
        text.truncate(text.trim_end().len());
    }
    text
}

const NAMES: &[&str] =
    &["order", "due_date", "x", "tier", "found", "a1", "修改订单", "été", "vip", "_hidden", "CNYX"];

const DOTTED: &[&str] = &["orders.get", "crm.permission", "a.b.c", "std.dates", "order", "名.字"];
const LANGUAGES: &[&str] = &["en", "zh", "fr"];

/// Writes one declaration as tokens.
struct Maker<'c> {
    choices: &'c mut Choices,
    tokens: Vec<String>,
    /// Of steps and values in each other.
    depth: usize,
    /// The step being written is all that stands behind an arrow: no `otherwise` may follow it.
    alone: bool,
}

impl Maker<'_> {
    fn put(&mut self, token: &str) {
        self.tokens.push(token.to_owned());
    }

    /// Words and signs, parted by blanks.
    fn puts(&mut self, tokens: &str) {
        tokens.split(' ').for_each(|token| self.put(token));
    }

    fn name(&mut self) {
        let name = self.choices.pick(NAMES);
        self.put(name);
    }

    fn dotted(&mut self) {
        let name = self.choices.pick(DOTTED);
        self.put(name);
    }

    fn one(&mut self, from: &[&'static str]) {
        let token = self.choices.pick(from);
        self.put(token);
    }

    fn chance(&mut self, n: usize) -> bool {
        self.choices.once_in(n)
    }

    /// Something some times, at least `least`, with something in between.
    fn some(&mut self, least: usize, most: usize, comma: bool, each: fn(&mut Self)) {
        let count = least + self.choices.below(most - least + 1);
        for i in 0..count {
            if i > 0 && comma {
                self.put(",");
            }
            each(self);
        }
    }

    fn braces(&mut self, least: usize, most: usize, each: fn(&mut Self)) {
        self.put("{");
        self.some(least, most, false, each);
        self.put("}");
    }
}
