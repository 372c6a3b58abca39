//! A failure as a `test` block: the conversation up to where it fails, and an expectation that
//! fails as long as the fault is there.

use std::collections::BTreeSet;

use flowright_compiler::ir::{ActionId, Program, Type};
use flowright_nlu::value::Value;

use super::Found;
use super::answers::plainest;
use super::conversation::{Answer, Move};
use super::invariants::{Guard, Invariant};
use super::play::Player;
use crate::LoadedProgram;
use crate::model::Command;

/// A test, and what of the conversation it cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The `test` block.
    pub text: String,
    /// What the language has no words for, in words.
    pub lost: Vec<String>,
}

/// Writes a failure as a test of that name. `comment` stands above it.
#[must_use]
pub fn write_test(
    program: &LoadedProgram,
    guard: &Guard,
    found: &Found,
    name: &str,
    comment: &str,
) -> Written {
    let player = Player::new(program, guard, &found.conversation, &found.known, None);
    let mut writer = Writer { program: &program.program, found, player, lost: BTreeSet::new() };
    let conversation = writer.lines();
    let scene = writer.scene();
    let text = format!("// {comment}\ntest {} {{\n{scene}\n{conversation}}}\n", quoted(name));
    Written { text, lost: writer.lost.into_iter().collect() }
}

struct Writer<'w> {
    program: &'w Program,
    found: &'w Found,
    player: Player<'w>,
    lost: BTreeSet<String>,
}

impl Writer<'_> {
    fn scene(&mut self) -> String {
        let conversation = &self.found.conversation;
        let (day, time_s) = conversation.today;
        let mut text = match time_s {
            32_400 => format!("  today {day}\n"),
            _ => format!("  today {day} {:02}:{:02}\n", time_s / 3_600, time_s / 60 % 60),
        };
        if let Some(lang) = conversation.lang {
            text.push_str(&format!("  language {lang}\n"));
        }
        let channel = conversation.channel.and_then(|id| self.program.channels.get(id.index()));
        if let Some(channel) = channel {
            text.push_str(&format!("  channel {}\n", channel.name));
        }
        let mut fields = Vec::new();
        for (field, value) in self.program.customer.iter().zip(&conversation.customer) {
            let Some(value) = value else { continue };
            match literal(self.program, &field.ty, value) {
                Some(literal) => fields.push(format!("{} {literal}", field.name)),
                None => {
                    self.lost.insert(format!("the customer's `{}`", field.name));
                }
            }
        }
        if !fields.is_empty() {
            text.push_str(&format!("  customer {{ {} }}\n", fields.join("  ")));
        }
        for action in self.called() {
            text.push_str(&self.givens(action));
        }
        text
    }

    /// The actions that the conversation called.
    fn called(&self) -> BTreeSet<ActionId> {
        let call = |command: &Command| match command {
            Command::Call(call) => Some(call.action),
            _ => None,
        };
        let last = self.found.broken.call.as_ref().map(|(action, _)| *action);
        self.player.commands.iter().filter_map(call).chain(last).collect()
    }

    fn givens(&mut self, id: ActionId) -> String {
        let Some(action) = self.program.actions.get(id.index()) else { return String::new() };
        let today = self.found.conversation.today.0;
        let known = self.found.conversation.answers.get(&id).filter(|answers| !answers.is_empty());
        let plain = match &action.result {
            Some(ty) => vec![Answer::Value(Some(plainest(ty, today)))],
            None => Vec::new(),
        };
        let mut text = String::new();
        for answer in known.unwrap_or(&plain) {
            let answer = match answer {
                Answer::Value(Some(value)) => {
                    action.result.as_ref().and_then(|ty| literal(self.program, ty, value))
                }
                Answer::Value(None) => Some("{}".to_owned()),
                Answer::Error(n) => action.errors.get(*n as usize).map(|e| e.name.clone()),
                Answer::Fails => Some("fails".to_owned()),
                Answer::Http { .. } => None,
            };
            match answer {
                Some(answer) => text.push_str(&format!("  given {} -> {answer}\n", action.name)),
                None => {
                    self.lost.insert(format!("an answer of `{}`", action.name));
                }
            }
        }
        text
    }

    fn lines(&mut self) -> String {
        let found = self.found;
        if found.conversation.opens {
            self.lost.insert("that the session is opened without a word".to_owned());
            // What else breaks while opening is the failure itself.
            let _ = self.player.open();
        }
        let mut text = String::new();
        let moves: Vec<&Move> = found.conversation.moves.iter().chain(&found.tail).collect();
        for (number, made) in moves.iter().enumerate() {
            let is_last = number + 1 == moves.len();
            text.push_str(&self.said_by_customer(made));
            let before = self.player.commands.len();
            // The last move breaks something: that is what the test is about.
            let _ = self.player.make(made);
            if is_last && found.broken.invariant == Invariant::NoTrouble {
                break;
            }
            for command in self.player.commands.iter().skip(before) {
                if let Command::Reply(reply) = command {
                    text.push_str(&format!("  bot  {}\n", quoted(&reply.text)));
                }
            }
        }
        text + &self.expectation()
    }

    fn said_by_customer(&mut self, made: &Move) -> String {
        match made {
            Move::Say(words) => format!("  user {}\n", quoted(words)),
            Move::Press(label) => format!("  user presses {}\n", quoted(label)),
            Move::PressOld { label, .. } => {
                self.lost.insert(format!("pressing `{label}` of an earlier reply"));
                format!("  user {}\n", quoted(label))
            }
            Move::Silence(ms) => format!("  silence {}\n", duration(*ms)),
        }
    }

    /// What fails as long as the fault is there.
    fn expectation(&mut self) -> String {
        let broken = &self.found.broken;
        match broken.invariant {
            // Puts words into the bot's mouth: whoever mends it knows which.
            Invariant::Answered => "  bot  \"(what the bot should say here)\"\n".to_owned(),
            Invariant::HumanReached => "  expect handoff\n".to_owned(),
            Invariant::EffectOnce | Invariant::Property(_) => self.not_called(),
            // These end the test by themselves, or with what the bot then says too much.
            Invariant::NoPanic
            | Invariant::EventsTaken
            | Invariant::NoTrouble
            | Invariant::CallsEnd => String::new(),
            Invariant::Stored | Invariant::ExecutorsAgree | Invariant::TimersEnd => {
                self.lost.insert(format!("`{}`, the broken invariant", broken.invariant.slug()));
                String::new()
            }
        }
    }

    fn not_called(&self) -> String {
        let Some((id, values)) = &self.found.broken.call else { return String::new() };
        let Some(action) = self.program.actions.get(id.index()) else { return String::new() };
        let args = action.params.iter().zip(values).filter_map(|(param, value)| {
            let literal = literal(self.program, &param.ty, value.as_ref()?)?;
            Some(format!("{}: {literal}", param.name))
        });
        let args: Vec<String> = args.collect();
        let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
        let once = match self.found.broken.invariant {
            Invariant::EffectOnce => {
                "  // Called twice; a test can only say that it is not called.\n"
            }
            _ => "",
        };
        format!("{once}  expect not called {}{args}\n", action.name)
    }
}

/// A value as a test writes it; nothing where the language has no words for it.
fn literal(program: &Program, ty: &Type, value: &Value) -> Option<String> {
    Some(match (value, ty) {
        (Value::Bool(yes), _) => yes.to_string(),
        (Value::Number(n), _) if n.0 >= 0 => n.to_string(),
        (Value::Money(m), _) if m.amount.0 >= 0 => format!("{} {}", m.currency, m.amount),
        (Value::Date(date), _) if (0..=9_999).contains(&date.to_civil().year()) => date.to_string(),
        (Value::Time(s), _) if s % 60 == 0 => format!("{:02}:{:02}", s / 3_600, s / 60 % 60),
        (Value::Duration(ms), _) if *ms >= 0 => duration(*ms),
        (Value::Text(text), _) => quoted(text),
        (Value::Choice(number), Type::Choice(choice)) => {
            program.choices.get(choice.index())?.options.get(usize::from(*number))?.name.clone()
        }
        (Value::List(items), Type::List(item)) => {
            let items: Option<Vec<String>> =
                items.iter().map(|value| literal(program, item, value)).collect();
            format!("[{}]", items?.join(", "))
        }
        (Value::Record(values), Type::Record(fields)) => {
            let known = fields.iter().zip(values).filter_map(|(f, v)| Some((f, v.as_ref()?)));
            let fields: Option<Vec<String>> = known
                .map(|(f, v)| Some(format!("{}: {}", f.name, literal(program, &f.ty, v)?)))
                .collect();
            let fields = fields?;
            if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
        }
        _ => return None,
    })
}

/// `90m`, in the largest unit that divides it.
fn duration(ms: i64) -> String {
    const UNITS: [(i64, &str); 4] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = UNITS.iter().find(|(unit, _)| ms != 0 && ms % unit == 0);
    match unit {
        Some((unit, name)) => format!("{}{name}", ms / unit),
        None => format!("{ms}ms"),
    }
}

/// A string of the language.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
