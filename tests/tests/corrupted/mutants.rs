//! Programs with one thing changed, anywhere: the program as JSON, and for each kind of place in it
//! (`functions.*.blocks.*.insts.*.Load.place.index`) a few places with other content.

use std::collections::BTreeMap;

use flowright_compiler::ir::Program;
use flowright_engine::explore::Random;
use serde_json::{Value as Json, json};

/// Places of one kind that are changed.
const PLACES_PER_KIND: usize = 3;

/// A program that is not what it was.
pub struct Mutant {
    /// The kind of place that was changed.
    pub kind: String,
    /// For messages: where, and to what.
    pub what: String,
    /// Nothing when it is not even of the form of a program.
    pub program: Option<Program>,
}

/// All mutants of a program, one after the other.
pub fn each(program: &Program, seed: u64, mut take: impl FnMut(Mutant)) {
    let mut whole = serde_json::to_value(program).unwrap();
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    find(&whole, &mut String::new(), &mut String::new(), &mut kinds);
    let mut random = Random::new(seed);
    for (kind, places) in &kinds {
        for _ in 0..PLACES_PER_KIND.min(places.len()) {
            let place = &places[random.below(places.len())];
            let other = &places[random.below(places.len())];
            let original = whole.pointer(place).unwrap().clone();
            let other = whole.pointer(other).unwrap().clone();
            for change in changes(&original, other) {
                if change == original {
                    continue;
                }
                let shown = change.to_string();
                let what = format!("{place}: {}", shown.get(..200).unwrap_or(&shown));
                *whole.pointer_mut(place).unwrap() = change;
                let program = serde_json::from_value(whole.clone()).ok();
                take(Mutant { kind: kind.clone(), what, program });
            }
            *whole.pointer_mut(place).unwrap() = original;
        }
    }
}

/// Every place below one, by its kind: its path with `*` for numbers.
fn find(
    value: &Json,
    path: &mut String,
    kind: &mut String,
    kinds: &mut BTreeMap<String, Vec<String>>,
) {
    kinds.entry(kind.clone()).or_default().push(path.clone());
    let parts: Vec<(String, &str, &Json)> = match value {
        Json::Array(items) => {
            items.iter().zip(0..).map(|(v, i)| (format!("{i}"), "*", v)).collect()
        }
        Json::Object(fields) => {
            fields.iter().map(|(name, v)| (name.clone(), name.as_str(), v)).collect()
        }
        _ => Vec::new(),
    };
    for (step, shown, part) in parts {
        let lengths = (path.len(), kind.len());
        path.extend(["/", &step]);
        kind.extend([".", shown]);
        find(part, path, kind, kinds);
        path.truncate(lengths.0);
        kind.truncate(lengths.1);
    }
}

/// What could stand there instead; `other` is what stands at a like place.
fn changes(original: &Json, other: Json) -> Vec<Json> {
    let mut changes = vec![Json::Null, other.clone()];
    match original {
        Json::Number(number) => {
            let value = number.as_i64().unwrap_or(i64::MAX);
            let near = [value.wrapping_add(1), value.wrapping_sub(1), 0, 1, 7, 1_000, 70_000];
            let far = [i64::from(i32::MAX), i64::from(u32::MAX) - 1, i64::from(u32::MAX)];
            let further = [i64::MAX, i64::MIN, value.wrapping_neg()];
            changes.extend(near.into_iter().chain(far).chain(further).map(Json::from));
        }
        Json::String(_) => {
            changes.extend(["", "\u{0}", "Asia/Nowhere", "(", "{x}"].map(Json::from));
            changes.push("订".repeat(3_000).into());
        }
        Json::Bool(value) => changes.push((!value).into()),
        Json::Array(items) => {
            let all = items.as_slice();
            changes.push(json!([]));
            changes.push(all.iter().rev().cloned().collect());
            changes.push(all.iter().skip(1).cloned().collect());
            changes.push(all.iter().take(all.len().saturating_sub(1)).cloned().collect());
            changes.push(all.iter().chain(all.last()).cloned().collect());
            if let Json::Array(others) = other {
                changes.push(all.iter().chain(&others).cloned().collect());
            }
        }
        Json::Null | Json::Object(_) => {}
    }
    changes
}
