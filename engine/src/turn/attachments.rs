//! Files that come with a message: what the customer is told of them.

use crate::model::Attachment;
use crate::stepper::Stepper;

impl Stepper<'_> {
    /// Names the files that were not taken: she would think that they arrived.
    pub(super) fn tell_of_refused(&mut self, files: &[Attachment]) {
        for file in files.iter().filter(|file| file.cause.is_some()) {
            let phrase = self.program.program.phrases.not_attached;
            let text = self.phrase(phrase, std::slice::from_ref(&file.name));
            self.reply_text(text);
        }
    }

    /// Files without a word. They answer nothing that was asked, but they were meant: it is no miss. What
    /// waits is asked for again.
    pub(super) fn files_alone(&mut self, files: &[Attachment]) {
        let phrases = self.program.program.phrases;
        if files.iter().any(|file| file.cause.is_none()) {
            let text = self.phrase(phrases.attached, &[]);
            self.reply_text(text);
        }
        if self.session.stack.is_empty() {
            let text = self.phrase(phrases.attached_what_for, &[]);
            self.reply_text(text);
        } else {
            self.ask_again();
        }
    }
}
