//! Breakpoints: where they are, when they count, what they say.

use flowright_compiler::asked::{Asked, Wanted};
use flowright_compiler::base::FileId;
use flowright_compiler::ir::{FlowId, Type};
use flowright_nlu::value::Value;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::record::Point;
use super::spots::{Spot, Spots, state};
use super::target::Target;
use super::values::{cells, shown};

/// Breakpoints of one file, and of all states.
const BREAKPOINTS_MAX: usize = 1_000;
/// Pieces of what a log point says.
const PIECES_MAX: usize = 64;

/// A breakpoint as an editor asks for it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Asks {
    /// Its number, which it keeps when the conversation begins again.
    #[serde(skip)]
    pub(super) id: i64,
    pub(super) line: i64,
    pub(super) name: String,
    condition: Option<String>,
    hit_condition: Option<String>,
    log_message: Option<String>,
}

/// A breakpoint that can be reached.
#[derive(Debug)]
pub(super) struct Break {
    pub(super) id: i64,
    spot: Spot,
    condition: Option<Asked>,
    pub(super) hits: Option<Hits>,
    log: Option<Vec<Piece>>,
}

/// A piece of what a log point says.
#[derive(Debug)]
enum Piece {
    Text(String),
    Value(Asked),
}

/// At which of its hits a breakpoint stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hits {
    Only(u64),
    From(u64),
    Every(u64),
    Until(u64),
}

impl Hits {
    /// `5`, `>= 5`, `> 5`, `<= 5`, `< 5`, `% 5`
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let digits = text.trim_start_matches(['=', '>', '<', '%', ' ']);
        let wrong = || format!("`{text}` counts no hits: write `5`, `>= 5`, `<= 5` or `% 5`");
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        let sign = text.strip_suffix(digits).unwrap_or("").trim();
        match sign {
            "" | "=" | "==" => Ok(Self::Only(number)),
            ">=" => Ok(Self::From(number)),
            ">" => Ok(Self::From(number.saturating_add(1))),
            "<=" => Ok(Self::Until(number)),
            "<" => Ok(Self::Until(number.saturating_sub(1))),
            "%" if number > 0 => Ok(Self::Every(number)),
            _ => Err(wrong()),
        }
    }

    /// Whether it stops at its hit of this number, from 1.
    pub(super) const fn stops(self, hit: u64) -> bool {
        match self {
            Self::Only(number) => hit == number,
            Self::From(number) => hit >= number,
            Self::Every(number) => hit.is_multiple_of(number),
            Self::Until(number) => hit <= number,
        }
    }
}

impl Break {
    /// Whether it is reached at a moment, hits aside.
    pub(super) fn is_at(&self, point: &Point) -> bool {
        let frame = point.scene.frames.len().checked_sub(1);
        self.spot.is_at(point)
            && self.condition.as_ref().is_none_or(|condition| {
                condition.value(cells(&point.scene, frame)) == Some(Value::Bool(true))
            })
    }

    /// What it says, where it is one that only says something.
    pub(super) fn says(&self, target: &Target, point: &Point) -> Option<String> {
        let frame = point.scene.frames.len().checked_sub(1);
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(asked) => {
                let value = asked.value(cells(&point.scene, frame));
                match (&asked.ty, &value) {
                    (Type::Text, Some(Value::Text(text))) => text.clone(),
                    _ => shown(target.tables(), &asked.ty, value.as_ref()),
                }
            }
        };
        Some(self.log.as_ref()?.iter().map(piece).collect())
    }
}

/// All breakpoints.
#[derive(Debug, Default)]
pub(super) struct Breaks {
    by_file: Vec<(FileId, Vec<Break>)>,
    of_states: Vec<Break>,
}

impl Breaks {
    /// Every breakpoint.
    pub(super) fn all(&self) -> impl Iterator<Item = &Break> {
        self.by_file.iter().flat_map(|(_, breaks)| breaks).chain(&self.of_states)
    }

    /// Takes the breakpoints of a file in place of those that it had, and says what became of each.
    /// `first` is the number of the first line.
    pub(super) fn set_in_file(
        &mut self,
        target: &Target,
        spots: &Spots,
        file: FileId,
        asks: &[Asks],
        first: i64,
    ) -> Vec<Json> {
        self.by_file.retain(|(of, _)| *of != file);
        let (mut breaks, mut told) = (Vec::new(), Vec::new());
        for (number, ask) in asks.iter().enumerate() {
            let line = u32::try_from(ask.line.saturating_sub(first)).unwrap_or(u32::MAX);
            let found = spots.at(file, line).ok_or_else(|| {
                "here is no state, step or line of a test, nor behind it in the same flow"
                    .to_owned()
            });
            let id = ask.id;
            let made = found.and_then(|found| {
                in_number(number)?;
                let made = made(target, id, found.spot, found.flow, ask)?;
                Ok((found, made))
            });
            told.push(match made {
                Ok((found, made)) => {
                    breaks.push(made);
                    json!({ "id": id, "verified": true, "line": i64::from(found.line) + first })
                }
                Err(message) => {
                    json!({ "id": id, "verified": false, "line": ask.line, "message": message })
                }
            });
        }
        self.by_file.push((file, breaks));
        told
    }

    /// Takes the breakpoints of states in place of those that there were.
    pub(super) fn set_states(&mut self, target: &Target, asks: &[Asks]) -> Vec<Json> {
        self.of_states.clear();
        let mut told = Vec::new();
        for (number, ask) in asks.iter().enumerate() {
            let id = ask.id;
            let made = state(target, ask.name.trim()).and_then(|(flow, state)| {
                in_number(number)?;
                made(target, id, Spot::State(flow, state), Some(flow), ask)
            });
            told.push(match made {
                Ok(made) => {
                    self.of_states.push(made);
                    json!({ "id": id, "verified": true })
                }
                Err(message) => json!({ "id": id, "verified": false, "message": message }),
            });
        }
        told
    }
}

/// Whether there are not too many.
fn in_number(number: usize) -> Result<(), String> {
    match number < BREAKPOINTS_MAX {
        true => Ok(()),
        false => Err(format!("more than {BREAKPOINTS_MAX} breakpoints")),
    }
}

fn made(
    target: &Target,
    id: i64,
    spot: Spot,
    flow: Option<FlowId>,
    ask: &Asks,
) -> Result<Break, String> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let condition = given(&ask.condition);
    let condition = condition.map(|text| target.ask(flow, &text, Wanted::Condition)).transpose()?;
    let hits = given(&ask.hit_condition).map(|text| Hits::parse(&text)).transpose()?;
    let log = given(&ask.log_message).map(|text| pieces(target, flow, &text)).transpose()?;
    Ok(Break { id, spot, condition, hits, log })
}

/// `the order is {order}`
fn pieces(target: &Target, flow: Option<FlowId>, text: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, behind) = after.split_once('}').ok_or("a `{` without its `}`")?;
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(Piece::Value(target.ask(flow, inside, Wanted::Value)?));
        if pieces.len() > PIECES_MAX {
            return Err(format!("more than {} values", PIECES_MAX / 2));
        }
        rest = behind;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_counted_in_four_ways() {
        let stops = |text: &str| -> Vec<u64> {
            let hits = Hits::parse(text).unwrap();
            (1..=6).filter(|hit| hits.stops(*hit)).collect()
        };
        assert_eq!(stops("3"), [3]);
        assert_eq!(stops("== 3"), [3]);
        assert_eq!(stops(">= 5"), [5, 6]);
        assert_eq!(stops("> 5"), [6]);
        assert_eq!(stops("<3"), [1, 2]);
        assert_eq!(stops("% 3"), [3, 6]);
        for wrong in ["", "x", "% 0", "=> 3", "-1", "3 times"] {
            assert!(Hits::parse(wrong).is_err(), "{wrong}");
        }
    }
}
