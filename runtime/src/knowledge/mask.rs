//! What is kept of a question that nothing answered: its words, without what is a customer's own.

use flowright_nlu::{folded, lang::Lang};

use crate::limits::UNANSWERED_CHARS_MAX;
use crate::store::Unanswered;

/// What stands for a number, and for an address.
const NUMBER: &str = "#";
const ADDRESS: &str = "@";

/// A question without numbers (of orders, phones, accounts), mail addresses and links; nothing where no
/// word is left.
pub(super) fn unanswered(text: &str, lang: Lang) -> Option<Unanswered> {
    let words: Vec<String> = text.split_whitespace().filter_map(masked).collect();
    let text: String = words.join(" ").chars().take(UNANSWERED_CHARS_MAX).collect();
    let key: String = folded(&text).chars().filter(|c| c.is_alphanumeric() || *c == '#').collect();
    if !key.chars().any(char::is_alphabetic) {
        return None;
    }
    let hash = blake3::hash(format!("{lang} {key}").as_bytes());
    let key = hash.to_hex().chars().take(32).collect();
    Some(Unanswered { key, lang, text })
}

/// What is kept of a word: what holds an `@` or leads to a page is somebody's own, as are digits. A word
/// of signs alone goes where it is part of a number.
fn masked(word: &str) -> Option<String> {
    let folded = folded(word);
    if folded.contains("://") || folded.starts_with("www.") {
        return Some(ADDRESS.to_owned());
    }
    if let Some(at) = folded.find('@') {
        // Chinese is written up to the address without a space.
        let is_part = |c: char| c.is_ascii_alphanumeric() || "._%+-@".contains(c);
        let before = folded.get(..at).unwrap_or("").trim_end_matches(is_part);
        let after = folded.get(at..).unwrap_or("").trim_start_matches(is_part);
        return Some(format!("{}{ADDRESS}{}", digits(before), digits(after)));
    }
    let masked = digits(word);
    let only_signs = masked.chars().all(|c| !c.is_alphanumeric() && c != '#');
    (!only_signs).then_some(masked)
}

/// The text with each run of digits, and what is written between them, as one sign.
fn digits(text: &str) -> String {
    let mut out = String::new();
    let mut between = String::new();
    for c in text.chars() {
        if c.is_numeric() {
            between.clear();
            if !out.ends_with(NUMBER) {
                out.push_str(NUMBER);
            }
        } else if out.ends_with(NUMBER) && "-/.,:()+ ".contains(c) {
            between.push(c);
        } else {
            out.push_str(&std::mem::take(&mut between));
            out.push(c);
        }
    }
    out + &between
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_customers_own_is_not_kept() {
        for (text, kept) in [
            ("Where is order 12345?", Some("Where is order #?")),
            ("call me at +49 (0)30 123-456 today", Some("call me at +# (# # today")),
            ("my mail is a.b+c@mail.example, ok", Some("my mail is @, ok")),
            ("我的邮箱是a.b@mail.example请查", Some("我的邮箱是@请查")),
            ("订单号１２３４５到哪了", Some("订单号#到哪了")),
            ("see https://acme.example/u/77", Some("see @")),
            ("12345", None),
            ("???", None),
        ] {
            let found = unanswered(text, Lang::EN).map(|question| question.text);
            assert_eq!(found.as_deref(), kept, "{text}");
        }
    }

    #[test]
    fn what_says_the_same_is_one_question() {
        let key = |text| unanswered(text, Lang::EN).unwrap().key;
        assert_eq!(key("Where is order 12?"), key("where is ORDER 99 ?!"));
        assert_ne!(key("where is it"), key("where was it"));
        assert_ne!(key("where is it"), unanswered("where is it", Lang::ZH).unwrap().key);
    }
}
