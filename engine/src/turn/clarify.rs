//! Clarifying questions: which of several intents was meant.

use flowright_compiler::ir::IntentId;
use flowright_nlu::ScoredIntent;

use crate::limits::CLARIFY_OPTIONS_MAX;
use crate::menus::pick;
use crate::model::Clarifying;
use crate::step::Taken;
use crate::stepper::Stepper;

/// A clarifying question offers what is at least this share as likely as the likeliest.
const CLARIFY_SHARE: f32 = 0.4;

impl Stepper<'_> {
    /// Asks which of the best intents was meant; whether there is one to offer.
    pub(super) fn clarify(&mut self, text: &str) -> bool {
        let program = self.program;
        let understood = self.understanding.as_ref().map(|u| u.intents.clone()).unwrap_or_default();
        let mut options = Vec::new();
        let best = understood.first().map_or(0.0, |best| best.confidence);
        let likely = understood.iter().filter(|intent| intent.confidence >= best * CLARIFY_SHARE);
        for candidate in likely.take(CLARIFY_OPTIONS_MAX) {
            let id = IntentId(candidate.intent.into());
            let Some(def) = program.program.intents.get(id.index()) else { continue };
            if def.starts.is_none() && self.intent_handler(id).is_none() {
                continue;
            }
            let title = match def.title {
                Some(title) => self.text_of(title),
                None => def.name.clone(),
            };
            options.push((title, Some(id)));
        }
        if options.is_empty() {
            return false;
        }
        options.push((self.phrase(program.program.phrases.none_of_these, &[]), None));
        let labels: Vec<String> = options.iter().map(|(label, _)| label.clone()).collect();
        let (utterance, external) = (text.to_owned(), self.external.clone());
        self.session.clarifying = Some(Clarifying { options, utterance, external });
        let question = self.phrase(program.program.phrases.clarify, &[]);
        self.reply_menu(Some(question), &labels);
        self.taken.push(Taken::Clarified);
        true
    }

    pub(super) fn answer_clarifying(
        &mut self,
        clarifying: &Clarifying,
        text: &str,
        payload: Option<&str>,
    ) -> bool {
        let labels: Vec<String> =
            clarifying.options.iter().map(|(label, _)| label.clone()).collect();
        let numbers = self.numbers(text);
        let only_one = clarifying.options.len() == 2;
        let yes = self.understanding.as_ref().and_then(|u| u.yes_no);
        let picked = pick(&labels, text, payload, &numbers).or(match yes {
            Some(true) if only_one => Some(0),
            Some(false) => Some(labels.len() - 1),
            _ => None,
        });
        match picked.and_then(|n| clarifying.options.get(n)) {
            Some((_, Some(intent))) => {
                let meant = self.program.understander.understand_with(
                    &clarifying.utterance,
                    &self.context(),
                    clarifying.external.as_deref(),
                );
                let chosen =
                    meant.intents.iter().find(|i| u32::from(i.intent) == intent.0).cloned();
                self.understanding = Some(meant);
                let number = u16::try_from(intent.0).unwrap_or(u16::MAX);
                let chosen = chosen.unwrap_or(ScoredIntent {
                    intent: number,
                    confidence: 1.0,
                    slots: Vec::new(),
                });
                self.session.last_intent = Some((*intent, 100));
                self.follow_intent(&chosen)
            }
            Some((_, None)) => {
                self.miss();
                true
            }
            None => false,
        }
    }
}
