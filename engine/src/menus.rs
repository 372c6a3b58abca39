//! Questions with fixed answers: yes or no, menus, clarifying questions.

use flowright_compiler::ir::{FuncId, RecordCells, TextUse};
use flowright_nlu::entities::{place, places_in};
use flowright_nlu::value::{Decimal, Value};

use crate::drive::Next;
use crate::limits::MENU_ITEMS_MAX;
use crate::model::{Choice, Command, MenuArm, MenuItem, Reply, Wait};
use crate::stepper::{Stepper, Trouble};

impl Stepper<'_> {
    /// Buttons for labels; the payload says in which turn they were shown.
    pub(crate) fn buttons(&self, labels: &[String]) -> Vec<Choice> {
        let turn = self.session.turn;
        let button = |(i, label): (usize, &String)| Choice {
            payload: format!("{turn}:{i}"),
            label: label.clone(),
        };
        labels.iter().enumerate().map(button).collect()
    }

    pub(crate) fn yes_no_buttons(&mut self) -> Vec<Choice> {
        let phrases = self.program.program.phrases;
        let labels = [self.phrase(phrases.yes, &[]), self.phrase(phrases.no, &[])];
        self.buttons(&labels)
    }

    pub(crate) fn ask_confirm(
        &mut self,
        text: TextUse,
        args: &[Option<Value>],
        yes: FuncId,
        no: FuncId,
    ) -> Next {
        let text = self.render(text, args);
        if let Some(frame) = self.session.stack.last_mut() {
            frame.wait = Wait::Confirm { text: text.clone(), yes, no };
        }
        let choices = self.yes_no_buttons();
        self.reply(Reply { text, choices, ..Reply::default() });
        Next::Wait
    }

    pub(crate) fn ask_choice(
        &mut self,
        prompt: Option<TextUse>,
        args: &[Option<Value>],
        arms: &[(TextUse, FuncId)],
    ) -> Next {
        let prompt = prompt.map(|prompt| self.render(prompt, args));
        let arms: Vec<MenuArm> = arms
            .iter()
            .map(|(label, then)| MenuArm { label: self.render(*label, args), then: *then })
            .collect();
        let labels: Vec<String> = arms.iter().map(|arm| arm.label.clone()).collect();
        if let Some(frame) = self.session.stack.last_mut() {
            frame.wait = Wait::Choose { prompt: prompt.clone(), arms };
        }
        self.reply_menu(prompt, &labels);
        Next::Wait
    }

    pub(crate) fn ask_item(
        &mut self,
        prompt: Option<TextUse>,
        args: &[Option<Value>],
        item: RecordCells,
        label: FuncId,
        then: FuncId,
        none: Option<FuncId>,
    ) -> Result<Next, Trouble> {
        let values = match args.first() {
            Some(Some(Value::List(values))) => values.clone(),
            _ => Vec::new(),
        };
        if values.is_empty() {
            return none.map(Next::Run).ok_or(Trouble::Unsound("a menu over an empty list"));
        }
        let mut items = Vec::new();
        for value in values.into_iter().take(MENU_ITEMS_MAX) {
            self.spread(&item, Some(&value));
            items.push(MenuItem { label: self.text_of(label), value });
        }
        self.spread(&item, None);
        let prompt = prompt.map(|prompt| self.render(prompt, args));
        let labels: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
        if let Some(frame) = self.session.stack.last_mut() {
            frame.wait = Wait::ChooseFrom { prompt: prompt.clone(), items, item, then };
        }
        self.reply_menu(prompt, &labels);
        Ok(Next::Wait)
    }

    /// A menu under its prompt; without one, under what was just said.
    pub(crate) fn reply_menu(&mut self, prompt: Option<String>, labels: &[String]) {
        let choices = self.buttons(labels);
        match (prompt, self.commands.last_mut()) {
            (None, Some(Command::Reply(last))) if last.choices.is_empty() && last.on.is_none() => {
                last.choices = choices;
            }
            (prompt, _) => {
                let text = prompt.unwrap_or_default();
                self.reply(Reply { text, choices, ..Reply::default() });
            }
        }
    }

    /// Puts a value into the cells it is spread over; nothing empties them.
    pub(crate) fn spread(&mut self, cells: &RecordCells, value: Option<&Value>) {
        match cells {
            RecordCells::One(place) => self.write(*place, value.cloned()),
            RecordCells::Fields(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    let field = match value {
                        Some(Value::Record(fields)) => fields.get(i).and_then(Option::as_ref),
                        _ => None,
                    };
                    self.spread(part, field);
                }
            }
        }
    }
}

/// Which of the labels an answer means: the button of this turn's question, a number, or words.
pub(crate) fn pick(
    labels: &[String],
    text: &str,
    payload: Option<&str>,
    numbers: &[Value],
) -> Option<usize> {
    if let Some(exact) = pick_exactly(labels, text, payload) {
        return Some(exact);
    }
    let said = plain(text);
    if said.is_empty() {
        return None;
    }
    if let [Value::Number(number)] = numbers
        && is_only_a_number(text)
    {
        let place = Decimal::trunc(*number);
        return usize::try_from(place).ok()?.checked_sub(1).filter(|n| *n < labels.len());
    }
    let close = |label: &str| plain(label).contains(&said) || names(text, label);
    // "Not the bolts, the nuts" means one of them.
    let denied = flowright_nlu::entities::denied(text, labels);
    let meant = labels.iter().zip(denied).enumerate();
    let mut found = meant.filter(|(_, (label, denied))| close(label) && !denied);
    let Some(first) = found.next() else {
        return place_left(text).filter(|place| *place < labels.len());
    };
    (found.next().is_none() && said.chars().count() >= 2).then_some(first.0)
}

/// The one place that is meant where others are denied, counted from 0: `not the third one, the second`.
pub(crate) fn place_left(text: &str) -> Option<usize> {
    let (denied, meant): (Vec<_>, Vec<_>) =
        places_in(text).into_iter().partition(|(_, denied)| *denied);
    let ((first, _), rest) = meant.split_first().filter(|_| !denied.is_empty())?;
    let is_one = rest.iter().all(|(place, _)| place == first);
    usize::from(*first).checked_sub(1).filter(|_| is_one)
}

/// The label whose button of this turn's question was pressed, or that was said as it is. Short
/// labels such as yes and no are part of too many words ("yesterday", "不是很确定") for more.
pub(crate) fn pick_exactly(labels: &[String], text: &str, payload: Option<&str>) -> Option<usize> {
    if let Some((_, number)) = payload.and_then(|payload| payload.rsplit_once(':')) {
        let number = number.parse::<usize>().ok().filter(|n| *n < labels.len());
        // A button of an older question still says its label.
        if number.and_then(|n| labels.get(n)).is_some_and(|label| text.is_empty() || label == text)
        {
            return number;
        }
    }
    let said = plain(text);
    if said.is_empty() {
        return None;
    }
    labels.iter().position(|label| plain(label) == said)
}

/// Whether a label is in a text as words of its own: "the red one" names "Red", "I am tired" does
/// not, and a label of one letter is in everything.
fn names(text: &str, label: &str) -> bool {
    let (text, label) = (text.to_lowercase(), label.trim().to_lowercase());
    if plain(&label).chars().count() < 2 {
        return false;
    }
    let joins = |a: Option<char>, b: Option<char>| {
        a.zip(b).is_some_and(|(a, b)| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric())
    };
    text.match_indices(&label).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
        !joins(before, found.chars().next()) && !joins(found.chars().next_back(), after)
    })
}

/// `2`, `第二个`, `the second one`, `no. 2`.
fn is_only_a_number(text: &str) -> bool {
    const AROUND: [&str; 12] =
        ["第", "个", "项", "条", "选", "号", "the", "one", "option", "number", "no", "choice"];
    let mut rest = plain(text);
    for word in AROUND {
        rest = rest.replace(word, "");
    }
    let numeral = |c: char| c.is_numeric() || "一二两三四五六七八九十".contains(c);
    let word = ["two", "three", "four", "five", ""].contains(&rest.as_str());
    rest.chars().all(numeral) || word || place(&rest).is_some()
}

/// Letters and digits only, lower case.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The place that an ordinal word names, for languages whose ordinals are not numerals.
pub(crate) fn ordinal(text: &str) -> Option<Value> {
    let said = plain(text);
    let place = place(said.trim_start_matches("the").trim_end_matches("one"))?;
    Decimal::from_int(place.into()).map(Value::Number)
}
