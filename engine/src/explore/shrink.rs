//! Makes a failing conversation small: without what it does not need, with shorter words and
//! plainer values, as long as the same invariant breaks in the same place.

use std::sync::Arc;

use flowright_compiler::ir::{ActionId, Type};
use flowright_nlu::value::{Date, Value};

use super::answers::plainest;
use super::conversation::{Answer, Conversation, Move};
use super::invariants::{Broken, Invariant};
use super::{Explorer, Found, Played};

/// Conversations that are played to shrink one.
const TRIES_MAX: u32 = 2_500;
/// Characters of a message that are worth shortening.
const SHORT_CHARS: usize = 24;
/// Items of a list that are made plainer one by one.
const ITEMS_MAX: usize = 4;
/// Times that one answer is made plainer in a row.
const PLAINER_MAX: usize = 24;
/// Plain examples that are tried in place of a longer message.
const EXAMPLES_MAX: usize = 60;

struct Shrinker<'e, 'p> {
    explorer: &'e Explorer<'p>,
    wanted: Broken,
    best: Played,
    tries_left: u32,
}

impl Explorer<'_> {
    /// The smallest conversation that could be made of a failing one.
    pub(super) fn shrunk(&self, played: Played, broken: Broken) -> Found {
        let mut shrinker =
            Shrinker { explorer: self, wanted: broken, best: played, tries_left: TRIES_MAX };
        shrinker.shrink();
        let Shrinker { wanted, best, .. } = shrinker;
        let Played { conversation, tail, lines, broken, .. } = best;
        let broken = broken.unwrap_or(wanted);
        let known = Arc::clone(&self.known);
        Found { broken, conversation, tail, lines, number: self.conversations, known }
    }
}

impl Shrinker<'_, '_> {
    fn shrink(&mut self) {
        // Answers that are never asked for, and states of mind of the search, fall away at once.
        self.try_this(self.best.conversation.clone());
        loop {
            let before = self.best.conversation.clone();
            self.drop_moves();
            self.simplify_moves();
            self.simplify_answers();
            self.simplify_scene();
            if self.best.conversation == before || self.tries_left == 0 {
                return;
            }
        }
    }

    /// Keeps a conversation if it fails in the same way; whether it does.
    fn try_this(&mut self, conversation: Conversation) -> bool {
        if self.tries_left == 0 {
            return false;
        }
        self.tries_left -= 1;
        let probe = self.wanted.invariant == Invariant::HumanReached;
        let mut played = self.explorer.replay(&conversation, probe);
        if self.wanted.invariant == Invariant::ExecutorsAgree && played.broken.is_none() {
            played.broken = self.explorer.compare(&conversation);
        }
        let same = played.broken.as_ref().is_some_and(|b| b.key() == self.wanted.key());
        if same {
            self.best = played;
        }
        same
    }

    /// Long pieces first, from the end.
    fn drop_moves(&mut self) {
        let mut size = self.best.conversation.moves.len();
        while size > 0 {
            let mut end = self.best.conversation.moves.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let mut shorter = self.best.conversation.clone();
                shorter.moves.drain(start..end.min(shorter.moves.len()));
                self.try_this(shorter);
                end = start;
            }
            size /= 2;
        }
    }

    fn simplify_moves(&mut self) {
        for number in 0..self.best.conversation.moves.len() {
            let Some(made) = self.best.conversation.moves.get(number).cloned() else { return };
            for simpler in self.simpler_moves(&made) {
                let mut changed = self.best.conversation.clone();
                if let Some(place) = changed.moves.get_mut(number) {
                    *place = simpler;
                }
                if self.try_this(changed) {
                    break;
                }
            }
        }
    }

    /// Ways to say it more simply, the simplest first.
    fn simpler_moves(&self, made: &Move) -> Vec<Move> {
        let say = |text: &str| Move::Say(text.to_owned());
        match made {
            Move::Say(text) => simpler_texts(text, &self.explorer.customer.plain_examples())
                .into_iter()
                .map(Move::Say)
                .collect(),
            Move::Press(label) => vec![say("x"), say(label)],
            Move::PressOld { label, .. } => {
                vec![say("x"), say(label), Move::Press(label.clone())]
            }
            Move::Silence(ms) => [1_000, 60_000, 3_600_000, 86_400_000]
                .into_iter()
                .filter(|shorter| shorter < ms)
                .map(Move::Silence)
                .collect(),
        }
    }

    fn simplify_answers(&mut self) {
        let actions: Vec<ActionId> = self.best.conversation.answers.keys().copied().collect();
        for action in actions {
            let mut without = self.best.conversation.clone();
            without.answers.remove(&action);
            if self.try_this(without) {
                continue;
            }
            self.fewer_answers(action);
            self.plainer_answers(action);
        }
    }

    fn fewer_answers(&mut self, action: ActionId) {
        let count = |best: &Conversation| best.answers.get(&action).map_or(0, Vec::len);
        let mut number = count(&self.best.conversation);
        while number > 0 {
            number -= 1;
            let mut fewer = self.best.conversation.clone();
            if let Some(answers) = fewer.answers.get_mut(&action).filter(|a| number < a.len()) {
                answers.remove(number);
            }
            self.try_this(fewer);
        }
    }

    fn plainer_answers(&mut self, action: ActionId) {
        let program = &self.explorer.program.program;
        let Some(def) = program.actions.get(action.index()) else { return };
        let result = def.result.clone();
        let count = self.best.conversation.answers.get(&action).map_or(0, Vec::len);
        for number in 0..count {
            // Each plainer value may be made plainer still.
            for _ in 0..PLAINER_MAX {
                let answers = self.best.conversation.answers.get(&action);
                let Some(now) = answers.and_then(|a| a.get(number)).cloned() else { break };
                let today = self.best.conversation.today.0;
                let plainer = self.plainer(&now, result.as_ref(), def.errors.len(), today);
                let found = plainer.into_iter().filter(|p| *p != now).any(|plainer| {
                    let mut changed = self.best.conversation.clone();
                    let place = changed.answers.get_mut(&action).and_then(|a| a.get_mut(number));
                    if let Some(place) = place {
                        *place = plainer;
                    }
                    self.try_this(changed)
                });
                if !found {
                    break;
                }
            }
        }
    }

    /// Plainer answers, the plainest first.
    fn plainer(&self, now: &Answer, ty: Option<&Type>, errors: usize, today: Date) -> Vec<Answer> {
        let plain = Answer::Value(ty.map(|ty| plainest(ty, today)));
        match now {
            Answer::Value(Some(value)) => {
                let parts = ty.map_or_else(Vec::new, |ty| {
                    plainer_parts(value, ty, &|ty| plainest(ty, today))
                });
                let parts = parts.into_iter().map(|value| Answer::Value(Some(value)));
                [plain].into_iter().chain(parts).collect()
            }
            Answer::Http { .. } => {
                let errors = (0..errors).filter_map(|e| u32::try_from(e).ok()).map(Answer::Error);
                [plain, Answer::Fails].into_iter().chain(errors).collect()
            }
            Answer::Fails => vec![plain],
            Answer::Error(_) => vec![plain, Answer::Fails],
            Answer::Value(None) => Vec::new(),
        }
    }

    /// The day, the language, the channel, the customer.
    fn simplify_scene(&mut self) {
        let today = Date::from_ymd(2026, 6, 1).unwrap_or(self.best.conversation.today.0);
        let changes: [&dyn Fn(&mut Conversation); 6] = [
            &|c| c.opens = false,
            &|c| c.today = (today, 9 * 3_600),
            &|c| c.lang = None,
            &|c| c.channel = None,
            &|c| c.reachable.clear(),
            &|c| c.customer.iter_mut().for_each(|field| *field = None),
        ];
        for change in changes {
            self.try_change(change);
        }
        for number in 0..self.best.conversation.customer.len() {
            self.try_change(&|c| {
                if let Some(field) = c.customer.get_mut(number) {
                    *field = None;
                }
            });
        }
    }

    fn try_change(&mut self, change: &dyn Fn(&mut Conversation)) {
        let mut changed = self.best.conversation.clone();
        change(&mut changed);
        if changed != self.best.conversation {
            self.try_this(changed);
        }
    }
}

/// Shorter messages: a letter, a plain example, a half.
fn simpler_texts(text: &str, examples: &[String]) -> Vec<String> {
    let length = text.chars().count();
    let mut simpler = Vec::new();
    // A free text, the first choice of a menu.
    let simplest = ["x", "1"].into_iter().take_while(|simple| *simple != text);
    simpler.extend(simplest.map(str::to_owned));
    if !examples.iter().any(|example| example == text) {
        let shorter = examples.iter().filter(|example| example.chars().count() < length);
        simpler.extend(shorter.take(EXAMPLES_MAX).cloned());
        if length > SHORT_CHARS {
            simpler.push(text.chars().take(length / 2).collect());
            simpler.push(text.chars().skip(length / 2).collect());
        }
    }
    simpler
}

/// The same value with one part plainer.
fn plainer_parts(value: &Value, ty: &Type, plain: &dyn Fn(&Type) -> Value) -> Vec<Value> {
    match (value, ty) {
        (Value::List(items), Type::List(item)) => plainer_lists(items, item, plain),
        (Value::Record(values), Type::Record(fields)) => {
            let mut records = Vec::new();
            for (number, (field, value)) in fields.iter().zip(values).enumerate() {
                let mut parts = vec![plain(&field.ty)];
                parts.extend(value.iter().flat_map(|v| plainer_parts(v, &field.ty, plain)));
                for part in parts.into_iter().filter(|part| value.as_ref() != Some(part)) {
                    let mut changed = values.clone();
                    if let Some(place) = changed.get_mut(number) {
                        *place = Some(part);
                    }
                    records.push(Value::Record(changed));
                }
            }
            records
        }
        (Value::Text(text), Type::Text) if text.chars().count() > SHORT_CHARS => {
            vec![Value::Text(text.chars().take(text.chars().count() / 2).collect())]
        }
        _ => Vec::new(),
    }
}

/// Shorter lists first, then the same length with a plainer item.
fn plainer_lists(items: &[Value], item: &Type, plain: &dyn Fn(&Type) -> Value) -> Vec<Value> {
    let mut lists = Vec::new();
    if items.len() > 1 {
        lists.push(vec![plain(item)]);
        lists.push(items.iter().take(1).cloned().collect());
        lists.push(items.iter().take(items.len() / 2).cloned().collect());
        for left_out in 0..items.len().min(ITEMS_MAX) {
            let kept = items.iter().enumerate().filter(|(number, _)| *number != left_out);
            lists.push(kept.map(|(_, value)| value.clone()).collect());
        }
    }
    for (number, value) in items.iter().enumerate().take(ITEMS_MAX) {
        let plainest = [plain(item)].into_iter().filter(|plainest| plainest != value);
        for plainer in plainest.chain(plainer_parts(value, item, plain)) {
            let mut changed = items.to_vec();
            if let Some(place) = changed.get_mut(number) {
                *place = plainer;
            }
            lists.push(changed);
        }
    }
    lists.into_iter().map(Value::List).collect()
}
