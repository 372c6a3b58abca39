//! What a customer could say for a slot.

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Builtin, ChoiceOption, EntityKind};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Characters of a made-up value.
const CHARS_MAX: usize = 200;

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
        EntityKind::Pattern { regexes, .. } => {
            let hir = regex_syntax::parse(regexes.first()?).ok()?;
            let mut text = String::new();
            matching(&hir, &mut text)?;
            Some(text)
        }
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

/// Appends a shortest text that a pattern matches, optional parts left out.
fn matching(hir: &Hir, text: &mut String) -> Option<()> {
    if text.chars().count() > CHARS_MAX {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(()),
        HirKind::Literal(literal) => {
            text.push_str(std::str::from_utf8(&literal.0).ok()?);
            Some(())
        }
        HirKind::Class(Class::Unicode(class)) => {
            let starts = class.ranges().iter().map(regex_syntax::hir::ClassUnicodeRange::start);
            // Something that can be read, where there is a choice.
            let readable = starts.clone().find(|c| c.is_ascii_alphanumeric());
            let from_middle = ['1', 'a', 'A']
                .into_iter()
                .find(|c| class.ranges().iter().any(|r| (r.start()..=r.end()).contains(c)));
            text.push(from_middle.or(readable).or_else(|| starts.clone().next())?);
            Some(())
        }
        HirKind::Class(Class::Bytes(class)) => {
            text.push(char::from(class.ranges().first()?.start()));
            Some(())
        }
        HirKind::Repetition(repetition) => {
            (0..repetition.min).try_for_each(|_| matching(&repetition.sub, text))
        }
        HirKind::Capture(capture) => matching(&capture.sub, text),
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| matching(part, text)),
        HirKind::Alternation(parts) => matching(parts.first()?, text),
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
