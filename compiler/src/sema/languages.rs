//! Languages by their ISO 639-1 codes, and what is written in place of one.

/// All codes.
const CODES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs \
    cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu \
    hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln \
    lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps \
    pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn \
    to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Countries and names that are written for languages.
const MEANT: [(&str, &str); 24] = [
    ("cn", "zh"),
    ("jp", "ja"),
    ("gr", "el"),
    ("cz", "cs"),
    ("dk", "da"),
    ("ua", "uk"),
    ("gb", "en"),
    ("us", "en"),
    ("br", "pt"),
    ("vn", "vi"),
    ("eng", "en"),
    ("zho", "zh"),
    ("chi", "zh"),
    ("deu", "de"),
    ("english", "en"),
    ("chinese", "zh"),
    ("german", "de"),
    ("deutsch", "de"),
    ("french", "fr"),
    ("spanish", "es"),
    ("japanese", "ja"),
    ("korean", "ko"),
    ("russian", "ru"),
    ("arabic", "ar"),
];

/// Whether there is a language of that code.
pub(super) fn is_code(text: &str) -> bool {
    CODES.split_whitespace().any(|code| code == text)
}

/// The code that somebody meant: another case, a country's, a name, or more than the language
/// (`zh_CN`).
pub(super) fn meant(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let first = lower.split(['_', '-']).next().unwrap_or(&lower);
    let by_name = MEANT.iter().find(|(written, _)| *written == first).map(|(_, code)| *code);
    by_name.or_else(|| CODES.split_whitespace().find(|code| *code == first))
}

#[cfg(test)]
mod tests {
    use super::{is_code, meant};

    #[test]
    fn what_is_nearly_a_code_is_understood() {
        for code in ["en", "zh", "nb", "uk"] {
            assert!(is_code(code));
        }
        for (written, code) in [
            ("cn", Some("zh")),
            ("EN", Some("en")),
            ("zh_CN", Some("zh")),
            ("English", Some("en")),
            ("xx", None),
            ("klingon", None),
        ] {
            assert!(!is_code(written), "{written}");
            assert_eq!(meant(written), code, "{written}");
        }
    }
}
