//! Plural forms of numbers by language: CLDR's cardinal rules.

use std::fmt;

use icu_locale_core::LanguageIdentifier;
use icu_plurals::{PluralCategory, PluralOperands, PluralRules, PluralRulesOptions};
use serde::{Deserialize, Serialize};

use crate::lang::Lang;
use crate::value::Decimal;

/// A form in which a language puts what is counted. Every language has [`PluralForm::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PluralForm {
    /// `zero`: as in Arabic and Welsh.
    Zero,
    /// `one`: 1 in English, 1, 21, 31 in Russian.
    One,
    /// `two`: as in Arabic.
    Two,
    /// `few`: 2 to 4 in Polish, 3 to 10 in Arabic.
    Few,
    /// `many`: 5 to 21 in Polish, 11 to 99 in Arabic.
    Many,
    /// `other`: everything else.
    Other,
}

impl PluralForm {
    /// Every form, in CLDR's order.
    pub const ALL: [Self; 6] =
        [Self::Zero, Self::One, Self::Two, Self::Few, Self::Many, Self::Other];

    /// How CLDR and ICU call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::One => "one",
            Self::Two => "two",
            Self::Few => "few",
            Self::Many => "many",
            Self::Other => "other",
        }
    }

    /// Reads `few`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

impl fmt::Display for PluralForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The form that a number takes in a language; `Other` in a language without known rules.
#[must_use]
pub fn plural_form(number: Decimal, lang: Lang) -> PluralForm {
    let Some(rules) = rules(lang) else { return PluralForm::Other };
    // Trailing zeros of fractions are not written, so that the digits shown are those that count.
    let digits = Decimal(number.0.saturating_abs()).to_string();
    match digits.parse::<fixed_decimal::Decimal>() {
        Ok(digits) => rules.category_for(PluralOperands::from(&digits)).into(),
        Err(_) => PluralForm::Other,
    }
}

impl From<PluralCategory> for PluralForm {
    fn from(category: PluralCategory) -> Self {
        match category {
            PluralCategory::Zero => Self::Zero,
            PluralCategory::One => Self::One,
            PluralCategory::Two => Self::Two,
            PluralCategory::Few => Self::Few,
            PluralCategory::Many => Self::Many,
            PluralCategory::Other => Self::Other,
        }
    }
}

/// The forms that a language has, in CLDR's order.
#[must_use]
pub fn plural_forms(lang: Lang) -> Vec<PluralForm> {
    let mut forms: Vec<PluralForm> =
        rules(lang).iter().flat_map(PluralRules::categories).map(PluralForm::from).collect();
    if !forms.contains(&PluralForm::Other) {
        forms.push(PluralForm::Other);
    }
    forms.sort_unstable();
    forms
}

/// Whole numbers among which every form that whole numbers usually take is found.
const WHOLE_SEEN: i64 = 200;

/// The whole numbers up to two hundred that take a form.
pub fn whole_numbers_of(form: PluralForm, lang: Lang) -> impl Iterator<Item = Decimal> {
    let whole = (0..=WHOLE_SEEN).filter_map(Decimal::from_int);
    whole.filter(move |number| plural_form(*number, lang) == form)
}

fn rules(lang: Lang) -> Option<PluralRules> {
    let lang: LanguageIdentifier = lang.to_string().parse().ok()?;
    PluralRules::try_new((&lang).into(), PluralRulesOptions::default()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lang(code: &str) -> Lang {
        Lang::parse(code).unwrap()
    }

    #[test]
    fn numbers_take_the_forms_that_cldr_gives_them() {
        use PluralForm::{Few, Many, One, Other, Two, Zero};
        for (code, cases) in [
            ("en", &[("0", Other), ("1", One), ("-1", One), ("2", Other), ("1.5", Other)][..]),
            ("zh", &[("0", Other), ("1", Other), ("2", Other)]),
            ("fr", &[("0", One), ("1", One), ("1.5", One), ("2", Other)]),
            (
                "ru",
                &[
                    ("1", One),
                    ("2", Few),
                    ("4", Few),
                    ("5", Many),
                    ("11", Many),
                    ("12", Many),
                    ("21", One),
                    ("22", Few),
                    ("1.5", Other),
                ],
            ),
            ("pl", &[("1", One), ("2", Few), ("5", Many), ("12", Many), ("21", Many), ("22", Few)]),
            (
                "ar",
                &[
                    ("0", Zero),
                    ("1", One),
                    ("2", Two),
                    ("3", Few),
                    ("10", Few),
                    ("11", Many),
                    ("99", Many),
                    ("100", Other),
                    ("103", Few),
                    ("1.5", Other),
                ],
            ),
            ("qq", &[("0", Other), ("1", Other)]),
        ] {
            for (number, form) in cases {
                let found = plural_form(Decimal::parse(number).unwrap(), lang(code));
                assert_eq!(found, *form, "{number} in {code}");
            }
        }
    }

    #[test]
    fn languages_have_their_forms() {
        for (code, forms) in [
            ("en", "one other"),
            ("zh", "other"),
            ("ja", "other"),
            ("ru", "one few many other"),
            ("pl", "one few many other"),
            ("cs", "one few many other"),
            ("ar", "zero one two few many other"),
            ("qq", "other"),
        ] {
            let found: Vec<&str> =
                plural_forms(lang(code)).into_iter().map(PluralForm::name).collect();
            assert_eq!(found.join(" "), forms, "{code}");
        }
    }

    proptest! {
        #[test]
        fn any_number_has_a_form_that_its_language_has(
            micros in any::<i64>(), code in "[a-z]{2}"
        ) {
            let lang = lang(&code);
            prop_assert!(plural_forms(lang).contains(&plural_form(Decimal(micros), lang)));
        }
    }
}
