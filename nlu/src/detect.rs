//! Which of a few languages an utterance is in.

use crate::fold::is_cjk;
use crate::lang::Lang;

/// Letters below which a Latin word or two inside Chinese says nothing.
const LATIN_PER_HAN: usize = 6;

/// The language of `text` among those given, by its script. `None` when it does not tell: digits,
/// emoji, or a script that none or several of the languages are written in.
#[must_use]
pub fn detect(text: &str, among: &[Lang]) -> Option<Lang> {
    let han = text.chars().filter(|c| is_cjk(*c)).count();
    let latin = text.chars().filter(|c| c.is_alphabetic() && !is_cjk(*c)).count();
    let (zh, others): (Vec<Lang>, Vec<Lang>) = among.iter().partition(|lang| **lang == Lang::ZH);
    if han > 0 && han * LATIN_PER_HAN >= latin {
        return zh.first().copied();
    }
    // Codes such as `PO-12` are no English.
    let words = text.split_whitespace().filter(|w| w.chars().all(char::is_alphabetic)).count();
    match others.as_slice() {
        [only] if latin > 1 && words > 0 => Some(*only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_tells_and_digits_do_not() {
        let both = [Lang::ZH, Lang::EN];
        for (text, lang) in [
            ("我需要修改订单#12345的交货日期。", Some(Lang::ZH)),
            ("改PO12345的交期", Some(Lang::ZH)),
            ("move order 12345 to Friday", Some(Lang::EN)),
            ("12345", None),
            ("👍", None),
            ("#12345", None),
        ] {
            assert_eq!(detect(text, &both), lang, "{text}");
        }
    }
}
