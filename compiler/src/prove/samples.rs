//! What a customer could say for a slot.

use flowright_nlu::lang::Lang;
use flowright_nlu::patterns::shortest;
use flowright_nlu::spec::{Builtin, ChoiceOption, EntityKind};

/// Something that an entity finds: for a choice the words of the option of that number.
pub(super) fn utterance(
    kind: &EntityKind,
    option: Option<i64>,
    lang: Option<Lang>,
) -> Option<String> {
    match kind {
        EntityKind::Choice(options) => {
            let number = usize::try_from(option.unwrap_or(0)).ok()?;
            Some(words(options.get(number)?, lang))
        }
        EntityKind::Pattern { regexes, .. } => shortest(regexes.first()?),
        EntityKind::Builtin(builtin) => builtin_value(*builtin).map(str::to_owned),
        EntityKind::Learned => None,
    }
}

fn words(option: &ChoiceOption, lang: Option<Lang>) -> String {
    let own = option.words.iter().find(|(of, _)| of.is_none() || *of == lang);
    own.map_or_else(|| option.name.clone(), |(_, word)| word.clone())
}

/// Values for kinds that no number stands for.
const fn builtin_value(builtin: Builtin) -> Option<&'static str> {
    match builtin {
        Builtin::Text => Some("x"),
        Builtin::Email => Some("ann@example.com"),
        Builtin::Phone => Some("+86 138 0013 8000"),
        Builtin::Url => Some("https://example.com"),
        Builtin::Percent => Some("10%"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_values_match_their_patterns() {
        for pattern in
            [r"#?(\d{5,10})", r"INV-\d{4}-\d{3}", r"(?i)[a-f]+\s*(x|y)", r"[^0-9]{3}", r"订单\d+"]
        {
            let kind =
                EntityKind::Pattern { base: Builtin::Text, regexes: vec![pattern.to_owned()] };
            let text = utterance(&kind, None, None).unwrap();
            let found =
                regex::Regex::new(pattern).unwrap().find(&text).map(|m| m.as_str().to_owned());
            assert_eq!(found.as_deref(), Some(text.as_str()), "{pattern}");
        }
    }
}
