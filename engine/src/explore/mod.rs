//! Coverage-guided conversations. A customer made up from the project (what its intents, entities
//! and menus understand, and what nobody understands) talks to the engine; conversations that
//! reach something new are kept and changed further; every step is held against invariants; a
//! failure is shrunk to a short conversation that can be written as a test.
//!
//! Pure like the engine: the seed decides everything.

mod answers;
mod conversation;
mod customer;
mod human;
mod invariants;
mod patterns;
mod plan;
mod play;
mod random;
mod seen;
mod shrink;
mod suggest;
mod turns;
mod unreached;
mod words;
mod write;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use self::conversation::{Answer, Conversation, Move};
pub use self::customer::Customer;
pub use self::invariants::{Broken, Guard, Invariant, Key};
pub use self::random::Random;
pub use self::suggest::{Suggested, suggest};
pub use self::write::write_test;
pub use crate::transcript::Written;

use self::answers::Answers;
use self::human::reach_human;
use self::invariants::first_difference;
use self::plan::{Plan, new_plan};
use self::play::Player;
use self::seen::{Seen, Situation};
use crate::transcript::ReportLine;
use crate::{Entered, LoadedProgram};

/// Conversations that are kept for further changes.
const KEPT_MAX: usize = 2_000;
/// Every so many conversations are played by the other executor too.
const COMPARE_EVERY: u64 = 8;
/// Different failures that are shrunk; more of them are only counted as conversations.
const FOUND_MAX: usize = 20;

/// Explores one program.
pub struct Explorer<'p> {
    program: &'p LoadedProgram,
    /// The same program on the other executor.
    other: Option<&'p LoadedProgram>,
    customer: &'p Customer,
    guard: Guard,
    answers: Answers,
    random: Random,
    kept: Vec<Conversation>,
    seen: BTreeSet<Seen>,
    probed: BTreeSet<Situation>,
    entered: BTreeSet<Entered>,
    /// Failures found so far.
    known: Arc<BTreeSet<Key>>,
    conversations: u64,
    turns: u64,
}

/// How far an exploration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Conversations played.
    pub conversations: u64,
    /// Events in them: messages, timers, openings.
    pub turns: u64,
    /// Conversations that reached something new.
    pub kept: usize,
    /// Different things reached: states, ways, answers, decisions.
    pub reached: usize,
}

/// A failure, shrunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was broken.
    pub broken: Broken,
    /// The conversation that breaks it.
    pub conversation: Conversation,
    /// What is then done to show it, such as asking for a human in vain.
    pub tail: Vec<Move>,
    /// The conversation in lines.
    pub lines: Vec<ReportLine>,
    /// In which conversation it was found, from 1.
    pub number: u64,
    /// Failures found before, which the conversation may pass by.
    known: Arc<BTreeSet<Key>>,
}

/// One conversation, played.
struct Played {
    conversation: Conversation,
    tail: Vec<Move>,
    lines: Vec<ReportLine>,
    seen: BTreeSet<Seen>,
    entered: BTreeSet<Entered>,
    turns: u64,
    broken: Option<Broken>,
}

impl<'p> Explorer<'p> {
    /// An exploration that has not begun. `other` is the same program on another executor, whose
    /// answers are compared; `guard` runs a step and catches its panic.
    #[must_use]
    pub fn new(
        program: &'p LoadedProgram,
        other: Option<&'p LoadedProgram>,
        customer: &'p Customer,
        guard: Guard,
        seed: u64,
    ) -> Self {
        Self {
            program,
            other,
            customer,
            guard,
            answers: Answers::of(&program.program),
            random: Random::new(seed),
            kept: Vec::new(),
            seen: BTreeSet::new(),
            probed: BTreeSet::new(),
            entered: BTreeSet::new(),
            known: Arc::default(),
            conversations: 0,
            turns: 0,
        }
    }

    /// How far it has come.
    #[must_use]
    pub fn reached(&self) -> Reached {
        Reached {
            conversations: self.conversations,
            turns: self.turns,
            kept: self.kept.len(),
            reached: self.seen.len(),
        }
    }

    /// States entered and the ways between them.
    #[must_use]
    pub const fn entered(&self) -> &BTreeSet<Entered> {
        &self.entered
    }

    /// The conversations that reached something new.
    #[must_use]
    pub fn kept(&self) -> &[Conversation] {
        &self.kept
    }

    /// What no conversation reached beside states and ways, in words: answers of actions, checks
    /// that refused nothing, intents. Of one flow alone, if it is named.
    #[must_use]
    pub fn unreached(&self, only: Option<&str>) -> Vec<String> {
        unreached::unreached(&self.program.program, &self.seen, only)
    }

    /// Plays one more conversation; a failure of a kind that was not found before, shrunk.
    pub fn play_one(&mut self) -> Option<Found> {
        self.conversations += 1;
        let mut random = Random::new(self.random.bits());
        let plan =
            new_plan(&self.program.program, self.customer, &self.answers, &self.kept, &mut random);
        let mut played = self.play_fresh(plan, random);
        if played.broken.is_none() && self.conversations.is_multiple_of(COMPARE_EVERY) {
            played.broken = self.compare(&played.conversation);
        }
        self.turns += played.turns;
        self.entered.extend(played.entered.iter().copied());
        let known = self.seen.len();
        self.seen.extend(std::mem::take(&mut played.seen));
        if self.seen.len() > known && self.kept.len() < KEPT_MAX {
            self.kept.push(played.conversation.clone());
        }
        let broken = played.broken.clone()?;
        if self.known.len() >= FOUND_MAX || self.known.contains(&broken.key()) {
            return None;
        }
        let found = self.shrunk(played, broken);
        Arc::make_mut(&mut self.known).insert(found.broken.key());
        Some(found)
    }

    /// Plays a plan; what it leaves open is made up where the conversation then stands.
    fn play_fresh(&mut self, plan: Plan, random: Random) -> Played {
        let Plan { conversation, moves } = plan;
        let mut random = random;
        let fresh = Some((&self.answers, Random::new(random.bits())));
        let mut player = Player::new(self.program, &self.guard, &conversation, &self.known, fresh);
        let (mut made, mut tail) = (Vec::new(), Vec::new());
        let mut broken = if conversation.opens { player.open().err() } else { None };
        for planned in moves {
            if broken.is_some() {
                break;
            }
            let next = planned.unwrap_or_else(|| self.customer.next(&player, &mut random));
            let outcome = player.make(&next);
            if !matches!(outcome, Ok(false)) {
                made.push(next);
            }
            broken = outcome.err();
            if broken.is_none()
                && self.probed.insert(Situation::of(&player.session))
                && let Err(in_vain) = reach_human(&player, self.customer)
            {
                broken = Some(in_vain.broken);
                tail = in_vain.moves;
                player = in_vain.player;
            }
        }
        let answers = player.answers.clone();
        let conversation = Conversation { moves: made, answers, ..conversation };
        ended(player, conversation, tail, broken)
    }

    /// Plays a conversation as it is. With `probe`, a human must be reached from its end.
    fn replay(&self, conversation: &Conversation, probe: bool) -> Played {
        let mut player = Player::new(self.program, &self.guard, conversation, &self.known, None);
        let mut broken = if conversation.opens { player.open().err() } else { None };
        let mut tail = Vec::new();
        for made in &conversation.moves {
            if broken.is_some() {
                break;
            }
            broken = player.make(made).err();
        }
        if probe
            && broken.is_none()
            && let Err(in_vain) = reach_human(&player, self.customer)
        {
            broken = Some(in_vain.broken);
            tail = in_vain.moves;
            player = in_vain.player;
        }
        ended(player, conversation.clone(), tail, broken)
    }

    /// Plays a conversation on both executors; in what they differ.
    fn compare(&self, conversation: &Conversation) -> Option<Broken> {
        let other = self.other?;
        let run = |program| {
            let mut player = Player::new(program, &self.guard, conversation, &self.known, None);
            // What else breaks is found without the other executor too.
            let opened = if conversation.opens { player.open() } else { Ok(()) };
            let broken = opened
                .and_then(|()| {
                    conversation.moves.iter().try_for_each(|m| player.make(m).map(|_| ()))
                })
                .err();
            (player.commands, player.session, broken)
        };
        let (ours, session, broken) = run(self.program);
        let (theirs, other_session, other_broken) = run(other);
        let what = first_difference(&ours, &theirs).or_else(|| {
            let same = session == other_session && broken == other_broken;
            (!same).then(|| "the sessions differ afterwards".to_owned())
        })?;
        let what = format!("interpreter and machine code differ: {what}");
        Some(Broken::new(Invariant::ExecutorsAgree, None, what))
    }
}

impl std::fmt::Debug for Explorer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explorer").field("reached", &self.reached()).finish_non_exhaustive()
    }
}

fn ended(
    player: Player<'_>,
    conversation: Conversation,
    tail: Vec<Move>,
    broken: Option<Broken>,
) -> Played {
    let Player { lines, seen, entered, turns, .. } = player;
    Played { conversation, tail, lines, seen, entered, turns, broken }
}
