//! A conversation as a `test` block: a test that passes as long as the conversation goes the same way.

use std::collections::{BTreeMap, BTreeSet};

use flowright_compiler::base::FileSpan;
use flowright_compiler::fmt::format;
use flowright_compiler::ir::{
    ActionDef, ActionId, AnswerDef, FieldType, GivenDef, Program, TestDef, TestLineDef, TestStep,
};
use flowright_engine::json::value_from_json;
use flowright_engine::model::{FoundArticle, Handoff, Reason, Session, Status};
use flowright_engine::transcript::{run_test_with, write};
use flowright_nlu::value::Value;
use serde_json::{Map, Value as Json};

use super::script::{Answered, Scripted};
use super::{Begin, Conversation};
use crate::talk::Refused;
use crate::talk::limits::NAME_CHARS_MAX;

impl Conversation {
    /// The conversation so far as a test of that name.
    ///
    /// # Errors
    /// What of it a test cannot say.
    pub fn record(&self, name: &str) -> Result<String, Refused> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
            let why = format!("a test needs a name of 1 to {NAME_CHARS_MAX} characters");
            return Err(Refused::new(why));
        }
        if self.session.is_calling() {
            return Err(Refused::new("a call is under way: answer it first"));
        }
        if let Some(why) = self.left_behind() {
            return Err(Refused::new(format!("it is in the sources as they were: {why}")));
        }
        if self.ready.program().tests.iter().any(|test| test.name == name) {
            return Err(Refused::new(format!(
                "there is a test `{name}` already: give another name"
            )));
        }
        let mut lost = self.lost.clone();
        let test = self.test(name, &mut lost)?;
        let written = write(self.ready.program(), &test);
        lost.extend(written.lost);
        if !lost.is_empty() {
            let lost: Vec<String> = lost.into_iter().collect();
            return Err(Refused::new(format!("a test cannot say {}", lost.join(", or "))));
        }
        let find =
            |session: &Session, text: &str| -> Vec<FoundArticle> { self.ready.find(session, text) };
        let report = run_test_with(&self.ready.loaded, &test, &find);
        if let Some(failure) = report.failure {
            let actual = failure.actual.map(|actual| format!(": {actual}")).unwrap_or_default();
            let why = "from its beginning the conversation goes otherwise now";
            return Err(Refused::new(format!("{why}: {}{actual}", failure.message)));
        }
        Ok(format(&written.text).text)
    }

    fn test(&self, name: &str, lost: &mut BTreeSet<String>) -> Result<TestDef, Refused> {
        let program = self.ready.program();
        let mut lines = Vec::new();
        let mut line = |kind| lines.push(TestLineDef { at: FileSpan::default(), kind });
        let mut givens: BTreeMap<ActionId, Vec<AnswerDef>> = BTreeMap::new();
        let mut called: Vec<TestStep> = Vec::new();
        for happened in &self.script {
            match happened {
                Scripted::Opened => {}
                Scripted::Began(flow) => {
                    lost.insert(format!("that `{flow}` begins by itself"));
                }
                Scripted::User(text) => line(TestStep::User(text.clone())),
                Scripted::Pressed(label) => line(TestStep::Presses(label.clone())),
                Scripted::Passed(ms) => line(TestStep::Silence(*ms)),
                Scripted::Said { article: Some(id), .. } => line(TestStep::Article(id.clone())),
                Scripted::Said { on, text, .. } => {
                    let on = on.as_ref().and_then(|on| number_of(program, on));
                    line(TestStep::Bot { on, text: text.clone() });
                }
                Scripted::Called { action, args, answer } => {
                    let Some((id, def)) = action_of(program, action) else {
                        lost.insert(format!("a call of `{action}`, which is gone"));
                        continue;
                    };
                    match answer_of(program, def, answer) {
                        Some(answer) => givens.entry(id).or_default().push(answer),
                        None => {
                            lost.insert(format!("an answer of `{action}` that it cannot give now"));
                        }
                    }
                    let step = TestStep::Called {
                        negated: false,
                        action: id,
                        args: args_of(program, def, args),
                    };
                    if def.is_effect && !called.contains(&step) {
                        called.push(step);
                    }
                }
            }
        }
        if self.opens_unheard() {
            lost.insert("that the session is opened without a word".to_owned());
        }
        called.into_iter().chain(self.stands()).for_each(line);
        Ok(TestDef {
            name: name.to_owned(),
            today: Some(self.begin.today()?),
            language: self.begin.language(program)?,
            channel: self.begin.channel(program)?.filter(|_| self.begin.channel.is_some()),
            reachable: Begin::reachable(program),
            customer: self.begin.profile(program)?,
            seed: 0,
            givens: givens
                .into_iter()
                .flat_map(|(id, answers)| given(program, id, answers))
                .collect(),
            lines,
            at: FileSpan::default(),
        })
    }

    /// A test opens the session only where the bot has the first word.
    fn opens_unheard(&self) -> bool {
        let mut words = self.script.iter().filter(|happened| {
            matches!(happened, Scripted::User(_) | Scripted::Pressed(_) | Scripted::Said { .. })
        });
        let opened = self.script.contains(&Scripted::Opened);
        opened != matches!(words.next(), Some(Scripted::Said { .. }))
    }

    /// Where the conversation is at its end.
    fn stands(&self) -> Option<TestStep> {
        if let Status::HandedOff(handoff) = &self.session.status {
            return Some(handed_over(handoff));
        }
        match (self.session.stack.last(), self.ended) {
            (Some(frame), _) => Some(TestStep::State(frame.flow, frame.state)),
            (None, ended) => ended.map(TestStep::Ended),
        }
    }
}

/// Why it was handed over is in words of the engine's where no flow gave them.
fn handed_over(handoff: &Handoff) -> TestStep {
    let own = handoff.reason == Reason::Flow && !handoff.because.is_empty();
    let because = own.then(|| handoff.because.clone());
    TestStep::Handoff { to: handoff.skill, because }
}

fn number_of(program: &Program, channel: &str) -> Option<flowright_compiler::ir::ChannelId> {
    let number = program.channels.iter().position(|known| known.name == channel)?;
    u32::try_from(number).ok().map(flowright_compiler::ir::ChannelId)
}

fn action_of<'p>(program: &'p Program, name: &str) -> Option<(ActionId, &'p ActionDef)> {
    (0..).map(ActionId).zip(&program.actions).find(|(_, action)| action.name == name)
}

fn answer_of(program: &Program, action: &ActionDef, answer: &Answered) -> Option<AnswerDef> {
    Some(match (answer, &action.result) {
        (Answered::Value(None), None) => AnswerDef::Value(None),
        (Answered::Value(Some(json)), Some(ty)) => {
            AnswerDef::Value(Some(value_from_json(program, ty, json).ok()??))
        }
        (Answered::Value(_), _) => return None,
        (Answered::Error(error), _) => {
            let number = action.errors.iter().position(|known| known.name == *error)?;
            AnswerDef::Error(u32::try_from(number).ok()?)
        }
        (Answered::Fails, _) => AnswerDef::Fails,
    })
}

/// The arguments of a call that a test can name.
fn args_of(
    program: &Program,
    action: &ActionDef,
    args: &Map<String, Json>,
) -> Vec<(u32, Option<Value>)> {
    let arg = |(number, param): (u32, &FieldType)| {
        let value = value_from_json(program, &param.ty, args.get(&param.name)?).ok()??;
        Some((number, Some(value)))
    };
    (0..).zip(&action.params).filter_map(arg).collect()
}

/// What an action answers, call by call. The last answer repeats, and what gives nothing back succeeds
/// by itself.
fn given(program: &Program, id: ActionId, mut answers: Vec<AnswerDef>) -> Vec<GivenDef> {
    while let [.., before, last] = answers.as_slice()
        && before == last
    {
        answers.pop();
    }
    let silent = program.actions.get(id.index()).is_some_and(|action| action.result.is_none());
    if silent && answers == [AnswerDef::Value(None)] {
        return Vec::new();
    }
    let given = |answer| GivenDef { action: id, args: Vec::new(), answer };
    answers.into_iter().map(given).collect()
}
