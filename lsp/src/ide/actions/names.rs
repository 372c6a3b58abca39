//! Names as words, and names that are free.

/// `change_delivery.date` as a sentence: `Change delivery date`.
pub(super) fn sentence(name: &str) -> String {
    let words = name.replace(['_', '.'], " ");
    let mut chars = words.trim().chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// The name, with a number behind it while it is taken.
pub(super) fn free(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2_u32;
    while taken(&name) {
        name = format!("{wanted}_{number}");
        number = number.saturating_add(1);
    }
    name
}

/// Whether a text is one word that can be a name.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_sentences() {
        assert_eq!(sentence("change_delivery.date"), "Change delivery date");
        assert_eq!(sentence("修改订单"), "修改订单");
        assert_eq!(sentence("_"), "");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        assert_eq!(free("a", |_| false), "a");
        assert_eq!(free("a", |name| ["a", "a_2"].contains(&name)), "a_3");
    }
}
