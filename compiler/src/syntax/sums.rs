//! Sums of money as they are written elsewhere: `$20`, `20 EUR`, `cny 20`.

/// The codes of ISO 4217, with some that went out of use in this century: data may still have them.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD \
    BTN BWP BYN BYR BZD CAD CDF CHE CHF CHW CLF CLP CNH CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EEK \
    EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD \
    JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP \
    MRO MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD \
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SKK SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TND TOP TRY \
    TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VEF VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XCG \
    XDR XOF XPD XPF XPT XSU XTS XUA YER ZAR ZMW ZWG ZWL";

/// Codes and names that are written for others.
const MEANT: [(&str, &str); 6] = [
    ("RMB", "CNY"),
    ("YEN", "JPY"),
    ("STG", "GBP"),
    ("UKP", "GBP"),
    ("EUO", "EUR"),
    ("NTD", "TWD"),
];

/// Codes that are words too.
const WORDS: [&str; 7] = ["all", "cup", "gel", "mop", "pen", "top", "try"];

/// What a sign may stand for.
const SIGNS: [(&str, &[&str]); 8] = [
    ("$", &["USD"]),
    ("\u{20ac}", &["EUR"]),
    ("\u{a3}", &["GBP"]),
    ("\u{a5}", &["CNY", "JPY"]),
    ("\u{ffe5}", &["CNY", "JPY"]),
    ("\u{20a9}", &["KRW"]),
    ("\u{20b9}", &["INR"]),
    ("\u{20bd}", &["RUB"]),
];

/// Whether there is a currency of that code.
pub(crate) fn is_code(text: &str) -> bool {
    CODES.split_whitespace().any(|code| code == text)
}

/// The code that somebody surely meant: in another case, or by another name.
pub(crate) fn meant(text: &str) -> Option<&'static str> {
    if WORDS.contains(&text) {
        return None;
    }
    let upper = text.to_ascii_uppercase();
    let by_name = MEANT.iter().find(|(written, _)| *written == upper).map(|(_, code)| *code);
    by_name.or_else(|| CODES.split_whitespace().find(|code| *code == upper))
}

/// The only code of the same letters: two of them were swapped.
pub(crate) fn swapped(text: &str) -> Option<&'static str> {
    let letters = |word: &str| {
        let mut letters: Vec<u8> = word.bytes().collect();
        letters.sort_unstable();
        letters
    };
    let wanted = letters(text);
    let mut alike = CODES.split_whitespace().filter(|code| letters(code) == wanted);
    alike.next().filter(|_| alike.next().is_none())
}

/// The codes of the currencies that a sign stands for.
pub(super) fn of_sign(sign: &str) -> Option<&'static [&'static str]> {
    SIGNS.iter().find(|(known, _)| *known == sign).map(|(_, codes)| *codes)
}

/// Whether a literal is a plain number.
pub(crate) fn is_number(text: &str) -> bool {
    flowright_nlu::value::Decimal::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::{is_code, meant, swapped};

    #[test]
    fn codes_are_known_and_what_is_nearly_one_is_understood() {
        for (written, code) in [
            ("cny", Some("CNY")),
            ("RMB", Some("CNY")),
            ("Usd", Some("USD")),
            ("XYZ", None),
            ("vip", None),
            ("top", None),
        ] {
            assert_eq!(meant(written), code, "{written}");
            assert!(!is_code(written), "{written}");
        }
        assert_eq!(swapped("CYN"), Some("CNY"));
        assert_eq!(swapped("XYZ"), None);
        assert!(is_code("CNY") && is_code("ZWG"));
    }
}
