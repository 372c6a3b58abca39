//! Random projects with one small flow that claims something.

use std::fmt::Write as _;

use flowright_compiler::diag::Code;
use flowright_tests::programs::{Statement, any_statement, write_states};
use proptest::prelude::*;

const STATES: u8 = 3;

/// A claim, by kind and number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claim {
    End,
    Turns(u8),
    Human(u8),
}

impl Claim {
    pub(crate) fn text(self) -> String {
        match self {
            Self::End => "always reaches end".to_owned(),
            Self::Turns(turns) => format!("at most {turns} turns"),
            Self::Human(turns) => format!("a human within {turns} turns from anywhere"),
        }
    }

    pub(crate) const fn code(self) -> Code {
        match self {
            Self::End => Code::E0802,
            Self::Turns(_) => Code::E0803,
            Self::Human(_) => Code::E0804,
        }
    }
}

/// What a project has besides its flow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    /// A human can be asked for.
    repair: bool,
    /// Misses after which a human comes; 0 for never.
    misses: u8,
    /// A second flow that the customer can go off to, which asks for a text.
    pub(crate) other: bool,
}

pub(crate) type Body = Vec<Statement<u8>>;

pub(crate) fn any_project() -> impl Strategy<Value = (Vec<Body>, Around, Claim)> {
    let body = proptest::collection::vec(any_statement(any::<u8>(), Just(0)), 1..5);
    let around = (0_u8..3, 0_u8..4, any::<bool>()).prop_map(|(repair, misses, other)| Around {
        repair: repair == 0,
        misses,
        other,
    });
    let claim = prop_oneof![
        Just(Claim::End),
        (1_u8..8).prop_map(Claim::Turns),
        (1_u8..5).prop_map(Claim::Human),
    ];
    (proptest::collection::vec(body, usize::from(STATES)), around, claim)
}

pub(crate) fn source(states: &[Body], around: Around, claim: Claim) -> String {
    let mut out = String::from(
        "bot b { languages en  timezone \"UTC\" }\nchannel web: websocket\nskill s\nroute { otherwise -> s }\n\
         customer { vip: bool }\n\
         action probe() -> { ok: bool } { get \"https://example.com/probe\" }\n",
    );
    out.push_str(if around.repair { "use std.repair\n" } else { "" });
    let _ = match around.misses {
        0 => writeln!(out, "fallback {{ accept above 70%  clarify above 70% }}"),
        n => writeln!(
            out,
            "fallback {{ accept above 70%  clarify above 70%  handoff after {n} misses }}"
        ),
    };
    if around.other {
        out.push_str(
            "intent other { en \"change the total\", \"another total\", \"the total is wrong\", \"total again\" }\n\
             flow other { on intent other\n  slot w: text { ask \"W?\" }\n  state start { fill w  say \"{w}.\"  end resolved }\n}\n",
        );
    }
    out.push_str(
        "flow main { on start\n\
         \x20 slot c: one_of { red { en \"red\" }, green { en \"green\" } } { ask \"C?\" }\n\
         \x20 slot n: number { ask \"N?\"  check n > 0 else \"More.\"  tries 2 }\n\
         \x20 slot t: text { ask \"T?\" }\n\
         \x20 state first { do r = probe() { failed -> handoff }  -> s0 }\n",
    );
    write_states(&mut out, states, "", write_statement);
    let _ = writeln!(out, "  state s{STATES} {{ say \"Done.\"  end resolved }}");
    let _ = writeln!(out, "  ensure {}\n}}", claim.text());
    out
}

/// Whether control leaves the body.
fn write_statement(out: &mut String, state: u8, s: Statement<u8>) -> bool {
    let (next, any) = (state + 1, s.to % (STATES + 1));
    // The other choice leads on, or somewhere too.
    let other = if s.by.is_multiple_of(3) { s.by / 3 % STATES } else { next };
    let ahead = (next + s.to % 2).min(STATES);
    let cond = match s.cond % 7 {
        0 => "customer.vip",
        1 => "r.ok",
        2 => "has c and c is red",
        3 => "has n",
        4 => "not has t",
        5 => "not has c",
        _ => "has n and n > 3",
    };
    let _ = match s.kind % 12 {
        0 | 1 => writeln!(out, "    fill c"),
        2 => writeln!(out, "    fill n"),
        3 => writeln!(out, "    fill t"),
        4 => writeln!(out, "    clear {}", ["c", "n", "t"][usize::from(s.by % 3)]),
        5 => writeln!(out, "    set c = green"),
        6 | 7 => writeln!(out, "    when {cond} -> s{ahead}"),
        8 => writeln!(out, "    when {cond} {{ fill {} }}", ["c", "n", "t"][usize::from(s.by % 3)]),
        9 => writeln!(out, "    confirm \"Sure?\" {{ yes -> s{any}  no -> s{other} }}"),
        10 => writeln!(out, "    choose \"Which?\" {{ \"A\" -> s{any}  \"B\" -> s{other} }}"),
        _ => writeln!(out, "    when {cond} {{ handoff because \"so\" }}"),
    };
    matches!(s.kind % 12, 9 | 10)
}
