//! What the tests of understanding share.
#![allow(dead_code, clippy::unwrap_used, reason = "tests; each crate of them uses its part")]

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Builtin, EntityId, EntityKind, EntitySpec, Example, Piece};
use flowright_nlu::value::Date;
use flowright_nlu::{Context, Understander};

/// Monday 2026-06-01, 08:00 in Shanghai.
pub fn cx() -> Context {
    Context {
        today: Date::from_ymd(2026, 6, 1).unwrap(),
        now_ms: 1_780_272_000_000,
        timezone: "Asia/Shanghai".to_owned(),
        lang: Lang::ZH,
    }
}

/// An order number and a day.
pub fn order_and_date() -> Vec<EntitySpec> {
    let order =
        EntityKind::Pattern { base: Builtin::Text, regexes: vec![r"#?(\d{5,10})".to_owned()] };
    vec![
        EntitySpec { name: "order_number".into(), kind: order },
        EntitySpec { name: "date".into(), kind: EntityKind::Builtin(Builtin::Date) },
    ]
}

/// An example in which `{order}` is an order number and any other `{name}` a day.
pub fn example(text: &str) -> Example {
    let mut pieces = Vec::new();
    for (i, part) in text.split(['{', '}']).enumerate() {
        match (i % 2, part) {
            (0, "") => {}
            (0, text) => pieces.push(Piece::Text(text.to_owned())),
            (_, slot) => pieces.push(Piece::Slot {
                slot: slot.to_owned(),
                entity: EntityId(u16::from(slot != "order")),
                said: None,
            }),
        }
    }
    Example { lang: None, pieces }
}

/// The best intent's name and confidence.
pub fn best(bot: &Understander, text: &str) -> (String, f32) {
    let understood = bot.understand(text, &cx());
    understood.intents.first().map_or((String::new(), 0.0), |i| {
        (bot.intent_name(i.intent).unwrap_or_default().to_owned(), i.confidence)
    })
}
