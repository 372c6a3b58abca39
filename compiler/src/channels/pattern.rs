//! The longest text that a pattern can match, as an instance of it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Characters beyond which a match counts as unbounded.
const MATCH_CHARS_MAX: usize = 4_000;

/// What stands for a class of characters that has it.
const USUAL: [char; 4] = ['0', 'A', 'a', '一'];

/// An instance of the longest value that the pattern gives (its first group's match, else the
/// whole); nothing where there is no longest.
pub(super) fn longest(pattern: &str) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    instance(first_group(&hir).unwrap_or(&hir))
}

fn first_group(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.index == 1 => Some(&capture.sub),
        HirKind::Capture(capture) => first_group(&capture.sub),
        HirKind::Repetition(repeated) => first_group(&repeated.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(first_group),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

fn instance(hir: &Hir) -> Option<String> {
    let text = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok()?,
        HirKind::Class(Class::Unicode(class)) => {
            let holds =
                |c: char| class.iter().any(|range| (range.start()..=range.end()).contains(&c));
            // Digits of other scripts are longer; what customers write is ASCII where it can be.
            let usual = USUAL.into_iter().find(|c| holds(*c));
            usual.or_else(|| class.iter().next().map(|range| range.start()))?.to_string()
        }
        HirKind::Class(Class::Bytes(class)) => {
            char::from(class.iter().next().map(|range| range.start())?).to_string()
        }
        HirKind::Repetition(repeated) => {
            let once = instance(&repeated.sub)?;
            let times = repeated.max.map_or(once.is_empty().then_some(0), Some)? as usize;
            if once.len().saturating_mul(times) > MATCH_CHARS_MAX * 4 {
                return None;
            }
            once.repeat(times)
        }
        HirKind::Capture(capture) => instance(&capture.sub)?,
        HirKind::Concat(parts) => parts.iter().map(instance).collect::<Option<String>>()?,
        HirKind::Alternation(parts) => {
            let each: Option<Vec<String>> = parts.iter().map(instance).collect();
            each?.into_iter().max_by_key(|text| text.chars().count())?
        }
    };
    (text.chars().count() <= MATCH_CHARS_MAX).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_match_has_the_length_it_can_have() {
        for (pattern, length) in [
            (r"#?(\d{5,10})", Some(10)),
            (r"C-\d{4}", Some(6)),
            ("ab?|cdef", Some(4)),
            (r"\d+", None),
            (r"(?:ab){2,3}c*", None),
            (r"^INV-(?P<n>[A-Z]{2}\d{1,6})$", Some(8)),
            ("", Some(0)),
            (r"\d{5000}", None),
            (r"(?:a{100}){100}", None),
        ] {
            let found = longest(pattern).map(|text| text.chars().count());
            assert_eq!(found, length, "{pattern}");
        }
    }

    #[test]
    fn an_instance_matches() {
        for pattern in [r"\d{5,10}", "[A-Z]{2}-[0-9]{3}", "红|蓝色", "(?i)ab{2}"] {
            let text = longest(pattern).unwrap();
            assert!(regex::Regex::new(pattern).unwrap().is_match(&text), "{pattern}: {text}");
        }
    }
}
