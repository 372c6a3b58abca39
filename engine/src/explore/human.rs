//! Whether a human can be reached from where a session stands: asked for, or by not being
//! understood. Tried on a copy of the conversation.

use super::conversation::Move;
use super::customer::Customer;
use super::invariants::{Broken, Invariant};
use super::play::Player;
use super::seen::place;
use super::words::NONSENSE;
use crate::model::Status;

/// What was tried in vain.
pub(super) struct InVain<'p> {
    pub(super) broken: Broken,
    /// What the customer did to reach a human.
    pub(super) moves: Vec<Move>,
    /// The conversation with that.
    pub(super) player: Player<'p>,
}

/// Tries to reach a human.
///
/// # Errors
/// What was tried in vain, or broke on the way.
pub(super) fn reach_human<'p>(
    player: &Player<'p>,
    customer: &Customer,
) -> Result<(), Box<InVain<'p>>> {
    if player.session.status != Status::Bot {
        return Ok(());
    }
    let asked = ask(player, customer)?;
    if asked.as_ref().is_some_and(|(_, _, reached)| *reached) {
        return Ok(());
    }
    let missed = miss(player, customer)?;
    if missed.as_ref().is_some_and(|(_, _, reached)| *reached) {
        return Ok(());
    }
    let (tried, moves, what) = match (missed, asked) {
        (Some((tried, moves, _)), _) => (tried, moves, "no human after so many misses in a row"),
        (None, Some((tried, moves, _))) => (tried, moves, "asking for a human reaches none"),
        (None, None) => {
            (player.clone(), Vec::new(), "no human can be asked for, and no misses lead to one")
        }
    };
    let broken = Broken::new(Invariant::HumanReached, place(&player.session), what);
    Err(Box::new(InVain { broken, moves, player: tried }))
}

type Tried<'p> = Option<(Player<'p>, Vec<Move>, bool)>;

/// Asks for a human, and picks that where the bot asks back. Nothing when the project has no way.
fn ask<'p>(player: &Player<'p>, customer: &Customer) -> Result<Tried<'p>, Box<InVain<'p>>> {
    let Some(words) = customer.asks_for_human(player.session.lang) else { return Ok(None) };
    let mut tried = player.clone();
    let mut moves = Vec::new();
    for _ in 0..customer.turns_to_human(&player.session) {
        // What the bot asks back is answered with the first choice: the likeliest meaning.
        let first = tried.session.clarifying.as_ref().and_then(|c| c.options.first());
        let said = first.map_or_else(|| words.clone(), |(label, _)| label.clone());
        if make(&mut tried, &mut moves, Move::Say(said))? {
            return Ok(Some((tried, moves, true)));
        }
    }
    Ok(Some((tried, moves, false)))
}

/// Is not understood. Nothing when the flows under way never ask a human, or when they take
/// anything for an answer.
fn miss<'p>(player: &Player<'p>, customer: &Customer) -> Result<Tried<'p>, Box<InVain<'p>>> {
    let Some(limit) = customer.misses_to_human(&player.session) else { return Ok(None) };
    let mut tried = player.clone();
    let mut moves = Vec::new();
    // Slots of plain text take a few of them for answers.
    for nonsense in NONSENSE.iter().cycle().take(3 * (limit as usize + 2)) {
        if make(&mut tried, &mut moves, Move::Say((*nonsense).to_owned()))? {
            return Ok(Some((tried, moves, true)));
        }
        if tried.session.misses >= limit.saturating_add(2) {
            break;
        }
    }
    Ok(Some((tried, moves, false)))
}

/// Makes a move; whether a human has the session then.
fn make<'p>(
    player: &mut Player<'p>,
    moves: &mut Vec<Move>,
    made: Move,
) -> Result<bool, Box<InVain<'p>>> {
    let outcome = player.make(&made);
    moves.push(made);
    match outcome {
        Ok(_) => Ok(player.session.status != Status::Bot),
        Err(broken) => {
            Err(Box::new(InVain { broken, moves: moves.clone(), player: player.clone() }))
        }
    }
}
