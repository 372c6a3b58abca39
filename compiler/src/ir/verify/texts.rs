//! Texts: their placeholders, and the values that they are given.

use super::{Checked, fail, within};
use crate::ir::{MediaDef, Program, SayDef, TextDef, TextPart, TextUse, Type};

/// Plurals inside each other, more than a source can nest.
const PLURALS_NESTED_MAX: usize = crate::base::limits::NESTING_MAX;

pub(super) fn verify_text(program: &Program, text: &TextDef) -> Checked {
    for variant in &text.variants {
        if let Some(channel) = variant.channel {
            within(channel.0, program.channels.len(), "texts", "channel")?;
        }
        verify_parts(text, &variant.parts, PLURALS_NESTED_MAX)?;
    }
    Ok(())
}

fn verify_parts(text: &TextDef, parts: &[TextPart], depth_left: usize) -> Checked {
    for part in parts {
        match part {
            TextPart::Literal(_) => {}
            TextPart::Arg(number) => within(*number, text.params.len(), "texts", "placeholder")?,
            TextPart::Plural(plural) => {
                within(plural.arg, text.params.len(), "texts", "number counted")?;
                if text.params.get(plural.arg as usize) != Some(&Type::Number) {
                    return fail("texts", format!("placeholder {} is not a number", plural.arg));
                }
                let Some(depth_left) = depth_left.checked_sub(1) else {
                    return fail("texts", "plurals are nested too deep");
                };
                plural.branches().try_for_each(|parts| verify_parts(text, parts, depth_left))?;
            }
        }
    }
    Ok(())
}

pub(super) fn say_uses(say: &SayDef) -> Vec<TextUse> {
    let media = |m: &MediaDef| std::iter::once(m.url).chain(m.label).collect::<Vec<_>>();
    let mut uses = vec![say.text];
    uses.extend(&say.choices);
    uses.extend(say.links.iter().chain(&say.images).flat_map(media));
    if let Some(card) = &say.card {
        uses.push(card.title);
        uses.extend(card.body);
        uses.extend(card.links.iter().chain(&card.images).flat_map(media));
    }
    uses
}

/// The text exists.
pub(super) fn text_use(program: &Program, used: TextUse, place: &str) -> Checked {
    within(used.text.0, program.texts.len(), place, "text")
}

/// How many values an exit or emit must hand over for the text.
pub(super) fn values_needed(program: &Program, used: TextUse) -> usize {
    let params = program.texts.get(used.text.index()).map_or(0, |text| text.params.len());
    used.first_arg as usize + params
}
