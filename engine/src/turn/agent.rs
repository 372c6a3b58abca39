//! What an agent does who has the conversation: she says something, gives it back to the bot, or closes it.

use flowright_compiler::ir::Outcome;

use crate::model::{Command, Reply, Speaker, Status, Then};
use crate::stepper::Stepper;

impl Stepper<'_> {
    /// An agent's move in a conversation that was handed over.
    pub(crate) fn agent(&mut self, name: String, text: Option<String>, then: Then) {
        self.session.turn += 1;
        self.session.last_said.clear();
        let is_silent = text.is_none();
        if let Some(text) = text {
            self.session.record(Speaker::Agent, &text, self.now_ms);
            if let Status::HandedOff(handoff) = &mut self.session.status {
                handoff.replied_at_ms.get_or_insert(self.now_ms);
            }
            let reply = Reply { text, agent: Some(name), ..Reply::default() };
            self.commands.push(Command::Reply(reply));
        }
        let outcome = match then {
            Then::Stay => return,
            Then::Bot => Outcome::Cancelled,
            Then::Close(outcome) => outcome,
        };
        self.session.status = Status::Bot;
        self.session.epoch += 1;
        // How long the customer has been silent is reckoned from when the bot listens again.
        self.session.heard_at_ms = self.now_ms;
        if is_silent && then == Then::Bot {
            let text = self.phrase(self.program.program.phrases.back, &[]);
            self.reply_text(text);
        }
        if self.end_under_way(outcome) && matches!(then, Then::Close(_)) {
            self.forget();
        }
    }
}
