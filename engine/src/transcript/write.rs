//! Conversations as `test` blocks: the scene, values as a test writes them, whole tests.

use std::collections::BTreeSet;

use flowright_compiler::ir::{
    ActionId, AnswerDef, ChannelId, GivenDef, Outcome, Program, TestDef, TestStep, Type,
};
use flowright_compiler::syntax::write::{TestLines, duration, quoted, record, test_block};
use flowright_nlu::lang::Lang;
use flowright_nlu::value::{Date, Decimal, Value};

/// A test, and what of the conversation it cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The `test` block.
    pub text: String,
    /// What the language has no words for, in words.
    pub lost: Vec<String>,
}

/// What a conversation is like before its first word.
#[derive(Debug)]
pub(crate) struct Scene<'s> {
    pub(crate) today: Option<(Date, u32)>,
    pub(crate) lang: Option<Lang>,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) reachable: &'s [ChannelId],
    pub(crate) customer: &'s [Option<Value>],
}

impl Scene<'_> {
    /// Its lines.
    pub(crate) fn lines(&self, program: &Program, lost: &mut BTreeSet<String>) -> TestLines {
        let mut scene = TestLines::default();
        if let Some((day, time_s)) = self.today {
            scene.today(day, time_s);
        }
        if let Some(lang) = self.lang {
            scene.line(&format!("language {lang}"));
        }
        if let Some(channel) = self.channel.and_then(|id| program.channels.get(id.index())) {
            scene.line(&format!("channel {}", channel.name));
        }
        let reachable = self.reachable.iter().filter_map(|id| program.channels.get(id.index()));
        scene.reachable(&reachable.map(|channel| channel.name.as_str()).collect::<Vec<_>>());
        let mut fields = Vec::new();
        for (field, value) in program.customer.iter().zip(self.customer) {
            let Some(value) = value else { continue };
            match literal(program, &field.ty, value) {
                Some(literal) => fields.push((field.name.clone(), literal)),
                None => {
                    lost.insert(format!("the customer's `{}`", field.name));
                }
            }
        }
        scene.customer(&fields);
        scene
    }
}

/// Adds what an action answers.
pub(crate) fn given(
    program: &Program,
    id: ActionId,
    answer: &AnswerDef,
    scene: &mut TestLines,
    lost: &mut BTreeSet<String>,
) {
    let Some(action) = program.actions.get(id.index()) else { return };
    let answer = match answer {
        AnswerDef::Value(Some(value)) => {
            action.result.as_ref().and_then(|ty| literal(program, ty, value))
        }
        AnswerDef::Value(None) => Some(record(&[])),
        AnswerDef::Error(n) => action.errors.get(*n as usize).map(|error| error.name.clone()),
        AnswerDef::Fails => Some("fails".to_owned()),
    };
    match answer {
        Some(answer) => scene.given(&action.name, &answer),
        None => {
            lost.insert(format!("an answer of `{}`", action.name));
        }
    }
}

/// `(order: "12345")`: arguments as a test writes them, those that are given and can be written.
pub(crate) fn arguments<'v>(
    program: &Program,
    id: ActionId,
    args: impl Iterator<Item = (u32, Option<&'v Value>)>,
) -> String {
    let Some(action) = program.actions.get(id.index()) else { return String::new() };
    let args = args.filter_map(|(number, value)| {
        let param = action.params.get(number as usize)?;
        let literal = literal(program, &param.ty, value?)?;
        Some(format!("{}: {literal}", param.name))
    });
    let args: Vec<String> = args.collect();
    if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) }
}

/// A test as it is written.
#[must_use]
pub fn write(program: &Program, test: &TestDef) -> Written {
    let mut lost = BTreeSet::new();
    let own = Scene {
        today: test.today,
        lang: test.language,
        channel: test.channel,
        reachable: &test.reachable,
        customer: &test.customer,
    };
    let mut scene = own.lines(program, &mut lost);
    for GivenDef { action, answer, .. } in &test.givens {
        given(program, *action, answer, &mut scene, &mut lost);
    }
    let mut lines = TestLines::default();
    for line in &test.lines {
        write_line(program, &line.kind, &mut lines);
    }
    let text = test_block(&test.name, &scene, &lines);
    Written { text, lost: lost.into_iter().collect() }
}

fn write_line(program: &Program, step: &TestStep, lines: &mut TestLines) {
    match step {
        TestStep::User(text) => {
            lines.gap();
            lines.user(text);
        }
        TestStep::Presses(label) => {
            lines.gap();
            lines.presses(label);
        }
        TestStep::Bot { on, text } => {
            let on = on.and_then(|on| program.channels.get(on.index()));
            lines.bot(on.map(|on| on.name.as_str()), text);
        }
        TestStep::Silence(ms) => lines.silence(*ms),
        TestStep::Called { negated, action, args } => {
            let not = if *negated { "not " } else { "" };
            let name = program.actions.get(action.index()).map_or("", |a| a.name.as_str());
            let args = args.iter().map(|(number, value)| (*number, value.as_ref()));
            let args = arguments(program, *action, args);
            lines.line(&format!("expect {not}called {name}{args}"));
        }
        TestStep::Ended(outcome) => lines.line(&format!("expect ended {}", word(*outcome))),
        TestStep::Handoff { to, because } => {
            let to = to.and_then(|to| program.skills.get(to.index()));
            let to = to.map_or_else(String::new, |skill| format!(" to {}", skill.name));
            let because = because.as_deref().map(|text| format!(" because {}", quoted(text)));
            lines.line(&format!("expect handoff{to}{}", because.unwrap_or_default()));
        }
        TestStep::State(flow, state) => {
            let flow = program.flows.get(flow.index());
            let state = flow.and_then(|flow| flow.states.get(state.index()));
            let name = |name: Option<&String>| name.cloned().unwrap_or_default();
            let (flow, state) = (name(flow.map(|f| &f.name)), name(state.map(|s| &s.name)));
            lines.line(&format!("expect state {flow}.{state}"));
        }
        TestStep::Article(id) => lines.line(&format!("bot  knowledge {}", quoted(id))),
        TestStep::Holds { text, .. } => lines.line(&format!("expect {text}")),
    }
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Resolved => "resolved",
        Outcome::Unresolved => "unresolved",
        Outcome::Cancelled => "cancelled",
    }
}

/// A value as a test writes it; nothing where the language has no words for it.
#[must_use]
pub fn literal(program: &Program, ty: &Type, value: &Value) -> Option<String> {
    Some(match (value, ty) {
        (Value::Bool(yes), _) => yes.to_string(),
        (Value::Number(n), _) => n.to_string(),
        // Below zero the sign stands before all of it.
        (Value::Money(m), _) if m.amount.0 < 0 => {
            format!("-{} {}", m.currency, Decimal(m.amount.0.checked_neg()?))
        }
        (Value::Money(m), _) => format!("{} {}", m.currency, m.amount),
        (Value::Date(date), _) if (0..=9_999).contains(&date.to_civil().year()) => date.to_string(),
        (Value::Time(s), _) if s % 60 == 0 => format!("{:02}:{:02}", s / 3_600, s / 60 % 60),
        (Value::Duration(ms), _) if *ms < 0 => format!("-{}", duration(ms.checked_neg()?)),
        (Value::Duration(ms), _) => duration(*ms),
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
            let fields: Option<Vec<(String, String)>> =
                known.map(|(f, v)| Some((f.name.clone(), literal(program, &f.ty, v)?))).collect();
            record(&fields?)
        }
        _ => return None,
    })
}
