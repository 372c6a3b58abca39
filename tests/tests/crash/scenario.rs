//! What is said and happens in the tests that kill a server, with what must come of it.

use flowright_engine::model::Then;

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// A customer writes: session, message id, text.
    Say(&'static str, &'static str, &'static str),
    /// An agent does something who has the conversation: session, id, words, where it goes.
    Serve(&'static str, &'static str, &'static str, Then),
    /// Time passes, ms, until a session has so many replies.
    Pass(i64, &'static str, usize),
    /// The server takes the next version of the bot.
    Take,
}

use Step::{Pass, Say, Serve, Take};

/// A conversation, or several.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) steps: &'static [Step],
    /// How often the desk is asked for a machine: each time with a key of its own.
    pub(crate) booked: usize,
    /// Keys of what is sent to the receiver of replies and handoffs, in order for each session.
    pub(crate) sent: &'static [&'static str],
}

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// Booking a machine in one session.
const BOOKED: [Step; 4] = [
    Say("a", "1", "rent a machine"),
    Say("a", "2", "3"),
    Say("a", "3", "Pudong"),
    Say("a", "4", "yes"),
];

pub(crate) const ALL: [Scenario; 12] = [
    Scenario {
        name: "slots",
        steps: &[BOOKED[0], BOOKED[1], BOOKED[2]],
        booked: 0,
        sent: &["a/1", "a/2", "a/3"],
    },
    Scenario { name: "effect", steps: &BOOKED, booked: 1, sent: &["a/1", "a/2", "a/3", "a/4"] },
    Scenario {
        name: "repeated",
        steps: &[BOOKED[0], BOOKED[0], BOOKED[1], BOOKED[1], BOOKED[2], BOOKED[3], BOOKED[3]],
        booked: 1,
        sent: &["a/1", "a/2", "a/3", "a/4"],
    },
    Scenario {
        name: "refused",
        steps: &[BOOKED[0], Say("a", "2", "13"), BOOKED[2], BOOKED[3]],
        booked: 1,
        sent: &["a/1", "a/2", "a/3", "a/4"],
    },
    Scenario {
        name: "handoff",
        steps: &[Say("a", "1", "the machine is broken"), Say("a", "2", "the digger")],
        booked: 0,
        sent: &["a/1", "a/2", "a/handoff/2/0"],
    },
    Scenario {
        name: "wait",
        steps: &[Say("a", "1", "call me back later"), Pass(2 * HOUR, "a", 2)],
        booked: 0,
        sent: &["a/1", "a/2"],
    },
    Scenario {
        name: "silence",
        steps: &[
            Say("a", "1", "the machine is broken"),
            Pass(10 * MINUTE, "a", 2),
            Pass(10 * MINUTE, "a", 3),
        ],
        booked: 0,
        sent: &["a/1", "a/2", "a/3", "a/handoff/3/0"],
    },
    Scenario {
        name: "two sessions",
        steps: &[
            BOOKED[0],
            Say("b", "1", "rent a machine"),
            Say("b", "2", "4"),
            BOOKED[1],
            BOOKED[2],
            Say("b", "3", "Minhang"),
            Say("b", "4", "yes"),
            BOOKED[3],
        ],
        booked: 2,
        sent: &["a/1", "a/2", "a/3", "a/4", "b/1", "b/2", "b/3", "b/4"],
    },
    Scenario {
        name: "digression",
        steps: &[BOOKED[0], Say("a", "2", "the machine is broken"), Say("a", "3", "the crane")],
        booked: 0,
        sent: &["a/1", "a/2", "a/3", "a/handoff/3/0"],
    },
    Scenario {
        name: "again",
        steps: &[
            BOOKED[0],
            BOOKED[1],
            BOOKED[2],
            BOOKED[3],
            Say("a", "5", "rent a machine"),
            Say("a", "6", "2"),
            Say("a", "7", "Minhang"),
            Say("a", "8", "yes"),
        ],
        booked: 2,
        sent: &["a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7", "a/8"],
    },
    // The session is moved, then what `migrate` sends it on to runs, then the message.
    Scenario {
        name: "reload",
        steps: &[BOOKED[0], BOOKED[1], Take, BOOKED[2], BOOKED[3]],
        booked: 1,
        sent: &["a/1", "a/2", "a/3", "a/4", "a/5", "a/6"],
    },
    Scenario {
        name: "agent",
        steps: &[
            Say("a", "1", "the machine is broken"),
            Say("a", "2", "the digger"),
            Serve("a", "1", "I send somebody.", Then::Stay),
            Serve("a", "1", "I send somebody.", Then::Stay),
            Serve("a", "2", "She is on her way.", Then::Bot),
            Say("a", "3", "rent a machine"),
        ],
        booked: 0,
        sent: &["a/1", "a/2", "a/handoff/2/0", "a/3", "a/4", "a/5"],
    },
];
