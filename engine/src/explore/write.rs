//! A failure as a `test` block: the conversation up to where it fails, and an expectation that
//! fails as long as the fault is there.

use std::collections::BTreeSet;

use flowright_compiler::ir::{ActionId, AnswerDef, Program};
use flowright_compiler::syntax::write::{TestLines, test_block};

use super::Found;
use super::answers::plainest;
use super::conversation::{Answer, Move};
use super::invariants::{Guard, Invariant};
use super::play::Player;
use crate::LoadedProgram;
use crate::model::Command;
use crate::transcript::{Scene, Written, arguments, given};

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
    let conversation = writer.conversation();
    let block = test_block(name, &writer.scene(), &conversation);
    let text = format!("// {comment}\n{block}");
    Written { text, lost: writer.lost.into_iter().collect() }
}

struct Writer<'w> {
    program: &'w Program,
    found: &'w Found,
    player: Player<'w>,
    lost: BTreeSet<String>,
}

impl Writer<'_> {
    fn scene(&mut self) -> TestLines {
        let conversation = &self.found.conversation;
        let own = Scene {
            today: Some(conversation.today),
            lang: conversation.lang,
            channel: conversation.channel,
            reachable: &conversation.reachable,
            customer: &conversation.customer,
        };
        let mut scene = own.lines(self.program, &mut self.lost);
        for action in self.called() {
            self.givens(action, &mut scene);
        }
        scene
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

    fn givens(&mut self, id: ActionId, scene: &mut TestLines) {
        let Some(action) = self.program.actions.get(id.index()) else { return };
        let today = self.found.conversation.today.0;
        let known = self.found.conversation.answers.get(&id).filter(|answers| !answers.is_empty());
        let plain = match &action.result {
            Some(ty) => vec![Answer::Value(Some(plainest(ty, today)))],
            None => Vec::new(),
        };
        for answer in known.unwrap_or(&plain) {
            let answer = match answer {
                Answer::Value(value) => AnswerDef::Value(value.clone()),
                Answer::Error(number) => AnswerDef::Error(*number),
                Answer::Fails => AnswerDef::Fails,
                Answer::Http { .. } => {
                    self.lost.insert(format!("an answer of `{}`", action.name));
                    continue;
                }
            };
            given(self.program, id, &answer, scene, &mut self.lost);
        }
    }

    fn conversation(&mut self) -> TestLines {
        let found = self.found;
        let mut lines = TestLines::default();
        if found.conversation.opens {
            // What breaks while opening is the failure itself.
            let _ = self.player.open();
            let says = self.bots_part(0, &mut lines);
            // A test whose first word is the bot's begins so.
            if !says {
                self.lost.insert("that the session is opened without a word".to_owned());
            }
        }
        let moves: Vec<&Move> = found.conversation.moves.iter().chain(&found.tail).collect();
        for (number, made) in moves.iter().enumerate() {
            let is_last = number + 1 == moves.len();
            self.customers_part(made, &mut lines);
            let before = self.player.commands.len();
            // The last move breaks something: that is what the test is about.
            let _ = self.player.make(made);
            if is_last && found.broken.invariant == Invariant::NoTrouble {
                break;
            }
            self.bots_part(before, &mut lines);
        }
        self.expectation(&mut lines);
        lines
    }

    /// What the bot says in the commands from this one on; whether that is anything.
    fn bots_part(&self, from: usize, lines: &mut TestLines) -> bool {
        let mut says = false;
        for command in self.player.commands.iter().skip(from) {
            if let Command::Reply(reply) = command {
                lines.bot(reply.on.as_deref(), &reply.text);
                says = true;
            }
        }
        says
    }

    fn customers_part(&mut self, made: &Move, lines: &mut TestLines) {
        match made {
            Move::Say(words) => lines.user(words),
            Move::Press(label) => lines.presses(label),
            Move::PressOld { label, .. } => {
                self.lost.insert(format!("pressing `{label}` of an earlier reply"));
                lines.user(label);
            }
            Move::Silence(ms) => lines.silence(*ms),
        }
    }

    /// What fails as long as the fault is there.
    fn expectation(&mut self, lines: &mut TestLines) {
        let broken = &self.found.broken;
        match broken.invariant {
            // Puts words into the bot's mouth: whoever mends it knows which.
            Invariant::Answered => lines.bot(None, "(what the bot should say here)"),
            Invariant::HumanReached => lines.line("expect handoff"),
            Invariant::Property(_) if broken.call.is_none() => lines.line("expect ended resolved"),
            Invariant::EffectOnce | Invariant::Property(_) => self.not_called(lines),
            // These end the test by themselves, or with what the bot then says too much.
            Invariant::NoPanic
            | Invariant::EventsTaken
            | Invariant::NoTrouble
            | Invariant::CallsEnd => {}
            Invariant::Stored | Invariant::ExecutorsAgree | Invariant::TimersEnd => {
                self.lost.insert(format!("`{}`, the broken invariant", broken.invariant.slug()));
            }
        }
    }

    fn not_called(&self, lines: &mut TestLines) {
        let Some((id, values)) = &self.found.broken.call else { return };
        let Some(action) = self.program.actions.get(id.index()) else { return };
        let args = arguments(self.program, *id, (0..).zip(values.iter().map(Option::as_ref)));
        if self.found.broken.invariant == Invariant::EffectOnce {
            lines.line("// Called twice; a test can only say that it is not called.");
        }
        lines.line(&format!("expect not called {}{args}", action.name));
    }
}
