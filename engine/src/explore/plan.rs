//! What to play next: something new, or a kept conversation changed.

use flowright_compiler::ir::{ChannelId, Program};
use flowright_nlu::value::{Date, Value};

use super::answers::Answers;
use super::conversation::{Answer, Conversation, Move};
use super::customer::Customer;
use super::random::Random;
use crate::writes_elsewhere;

/// Moves of a conversation.
const MOVES_MAX: usize = 30;
/// Days that conversations begin on: a Monday, the last day of a year, a leap day.
const DAYS: [(i16, i8, i8); 5] =
    [(2026, 6, 1), (2026, 6, 1), (2026, 6, 6), (2026, 12, 31), (2028, 2, 29)];
/// Times of day that they begin at, in seconds since midnight: 09:00, 14:30, 23:59.
const TIMES_S: [u32; 4] = [9 * 3_600, 9 * 3_600, 14 * 3_600 + 1_800, 23 * 3_600 + 59 * 60];

/// A conversation to be played; a move that is `None` is made up where it then stands.
pub(super) struct Plan {
    pub(super) conversation: Conversation,
    pub(super) moves: Vec<Option<Move>>,
}

pub(super) fn new_plan(
    program: &Program,
    customer: &Customer,
    answers: &Answers,
    kept: &[Conversation],
    random: &mut Random,
) -> Plan {
    let known = if random.chance(75) { chosen(kept, random) } else { None };
    let Some(known) = known else {
        let conversation = from_scratch(program, customer, answers, random);
        return Plan { conversation, moves: vec![None; 1 + random.below(8)] };
    };
    changed(known, kept, answers, program, random)
}

/// One that was kept; the later ones, which reached further, rather.
fn chosen<'k>(kept: &'k [Conversation], random: &mut Random) -> Option<&'k Conversation> {
    let late = kept.len() - kept.len() / 4;
    match kept.get(late..) {
        Some(late) if !late.is_empty() && random.chance(40) => random.pick(late),
        _ => random.pick(kept),
    }
}

fn from_scratch(
    program: &Program,
    customer: &Customer,
    answers: &Answers,
    random: &mut Random,
) -> Conversation {
    let (y, m, d) = random.pick(&DAYS).copied().unwrap_or((2026, 6, 1));
    let today = Date::from_ymd(y, m, d).unwrap_or(Date(0));
    let time_s = random.pick(&TIMES_S).copied().unwrap_or(9 * 3_600);
    let field = |field: &flowright_compiler::ir::FieldDef, random: &mut Random| -> Option<Value> {
        let known = random.chance(80);
        known.then(|| answers.value(program, &field.ty, today, random))
    };
    let channel = random.below(program.channels.len());
    // Nobody else asks where she can be written to.
    let asked = writes_elsewhere(program);
    let reachable = (0..).map(ChannelId).take(if asked { program.channels.len() } else { 0 });
    let reachable = reachable.filter(|_| random.chance(50)).collect();
    Conversation {
        reachable,
        today: (today, time_s),
        lang: random.pick(customer.languages()).copied(),
        channel: u32::try_from(channel)
            .ok()
            .filter(|_| !program.channels.is_empty())
            .map(ChannelId),
        customer: program.customer.iter().map(|f| field(f, random)).collect(),
        opens: random.chance(30),
        moves: Vec::new(),
        answers: std::collections::BTreeMap::new(),
    }
}

/// A kept conversation with one change.
fn changed(
    known: &Conversation,
    kept: &[Conversation],
    answers: &Answers,
    program: &Program,
    random: &mut Random,
) -> Plan {
    let mut conversation = known.clone();
    let mut moves: Vec<Option<Move>> =
        std::mem::take(&mut conversation.moves).into_iter().map(Some).collect();
    match random.below(8) {
        // Cut: without one of its moves.
        0 if !moves.is_empty() => {
            moves.remove(random.below(moves.len()));
        }
        // Splice: its beginning, another's end.
        1 => {
            moves.truncate(random.below(moves.len() + 1));
            let other = random.pick(kept).unwrap_or(known);
            let from = random.below(other.moves.len() + 1);
            moves.extend(other.moves.iter().skip(from).cloned().map(Some));
        }
        // Another move in the middle.
        2 | 3 if !moves.is_empty() => {
            let at = random.below(moves.len());
            if let Some(place) = moves.get_mut(at) {
                *place = None;
            }
        }
        // Another answer of an action; what it answered after that is made up again.
        4 | 5 if !conversation.answers.is_empty() => {
            change_answer(&mut conversation, answers, program, random);
        }
        // Once more, one move later.
        6 if !moves.is_empty() => {
            let at = random.below(moves.len());
            let again = moves.get(at).cloned().flatten();
            moves.insert(at, again);
        }
        _ => {
            moves.truncate(random.below(moves.len()) + 1);
        }
    }
    let more = random.below(4);
    moves.extend(std::iter::repeat_n(None, more));
    moves.truncate(MOVES_MAX);
    Plan { conversation, moves }
}

fn change_answer(
    conversation: &mut Conversation,
    answers: &Answers,
    program: &Program,
    random: &mut Random,
) {
    let today = conversation.today.0;
    let count = conversation.answers.len();
    let Some((id, given)) = conversation.answers.iter_mut().nth(random.below(count)) else {
        return;
    };
    let Some(action) = program.actions.get(id.index()) else { return };
    let at = random.below(given.len());
    given.truncate(at);
    let fresh: Answer = answers.answer(program, action, today, random);
    given.push(fresh);
}
