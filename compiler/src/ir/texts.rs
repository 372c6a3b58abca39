//! Which words of a text are said: the variant for a language and channel, the branch of a plural
//! for a number.
#![expect(missing_docs, reason = "fields are named by the sentence on their type")]

use flowright_nlu::lang::Lang;
use flowright_nlu::plural::{PluralForm, plural_form};
use flowright_nlu::value::Decimal;
use serde::{Deserialize, Serialize};

use super::program::{ChannelId, TextPart, TextVariantDef};

/// The variant that is said: for language and channel, then for the language, then one without
/// language, then the bot's default language.
#[must_use]
pub fn fitting_variant(
    variants: &[TextVariantDef],
    lang: Lang,
    channel: Option<ChannelId>,
    default: Option<Lang>,
) -> Option<&TextVariantDef> {
    let here = |v: &&TextVariantDef| v.channel.is_some() && v.channel == channel;
    let anywhere = |v: &&TextVariantDef| v.channel.is_none();
    let speaks = |lang: Option<Lang>| move |v: &&TextVariantDef| v.lang == lang;
    [Some(lang), None, default]
        .into_iter()
        .find_map(|lang| {
            let of_lang = || variants.iter().filter(speaks(lang));
            of_lang().find(here).or_else(|| of_lang().find(anywhere))
        })
        .or_else(|| variants.first())
}

/// Ways to say a number: one for exactly that number, else the one for its form in the text's
/// language, else `other`, which is also for no number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PluralDef {
    pub arg: u32,
    pub exact: Vec<(Decimal, Vec<TextPart>)>,
    /// Without `other`.
    pub forms: Vec<(PluralForm, Vec<TextPart>)>,
    pub other: Vec<TextPart>,
}

impl PluralDef {
    /// The branch for a number in a language.
    #[must_use]
    pub fn branch(&self, number: Option<Decimal>, lang: Lang) -> &[TextPart] {
        let Some(number) = number else { return &self.other };
        if let Some((_, parts)) = self.exact.iter().find(|(exact, _)| *exact == number) {
            return parts;
        }
        let form = plural_form(number, lang);
        let of_form = self.forms.iter().find(|(own, _)| *own == form);
        of_form.map_or(&self.other, |(_, parts)| parts)
    }

    /// Every branch.
    pub fn branches(&self) -> impl Iterator<Item = &[TextPart]> {
        let exact = self.exact.iter().map(|(_, parts)| parts.as_slice());
        let forms = self.forms.iter().map(|(_, parts)| parts.as_slice());
        exact.chain(forms).chain([self.other.as_slice()])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<TextPart> {
        vec![TextPart::Literal(text.to_owned())]
    }

    fn plural() -> PluralDef {
        let one = Decimal::from_int(1).unwrap();
        PluralDef {
            arg: 0,
            exact: vec![(Decimal::ZERO, words("none")), (one, words("exactly one"))],
            forms: vec![(PluralForm::One, words("one")), (PluralForm::Few, words("few"))],
            other: words("other"),
        }
    }

    #[test]
    fn a_single_number_goes_before_its_form_and_what_is_not_known_is_other() {
        let (plural, ru) = (plural(), Lang::parse("ru").unwrap());
        for (number, lang, said) in [
            (Some("0"), Lang::EN, "none"),
            (Some("1"), Lang::EN, "exactly one"),
            (Some("-1"), Lang::EN, "one"),
            (Some("1.5"), Lang::EN, "other"),
            (Some("3"), Lang::EN, "other"),
            (Some("3"), ru, "few"),
            (Some("21"), ru, "one"),
            (Some("5"), ru, "other"),
            (Some("21"), Lang::ZH, "other"),
            (None, Lang::EN, "other"),
        ] {
            let number = number.map(|text| Decimal::parse(text).unwrap());
            assert_eq!(plural.branch(number, lang), words(said), "{number:?} {lang}");
        }
    }

    #[test]
    fn the_variant_that_fits_best_is_said() {
        let variant = |lang: Option<Lang>, channel: Option<u32>, text: &str| TextVariantDef {
            lang,
            channel: channel.map(ChannelId),
            parts: words(text),
        };
        let all = [
            variant(Some(Lang::EN), None, "en"),
            variant(Some(Lang::EN), Some(1), "en on 1"),
            variant(Some(Lang::ZH), None, "zh"),
            variant(None, Some(2), "on 2"),
        ];
        let de = Lang::parse("de").unwrap();
        for (lang, channel, said) in [
            (Lang::EN, None, "en"),
            (Lang::EN, Some(1), "en on 1"),
            (Lang::EN, Some(2), "en"),
            (Lang::ZH, Some(1), "zh"),
            (de, Some(2), "on 2"),
            (de, Some(1), "en on 1"),
            (de, None, "en"),
        ] {
            let found = fitting_variant(&all, lang, channel.map(ChannelId), Some(Lang::EN));
            assert_eq!(found.unwrap().parts, words(said), "{lang} {channel:?}");
        }
    }

    proptest! {
        #[test]
        fn any_number_is_said_by_one_of_the_branches(micros in any::<i64>(), code in "[a-z]{2}") {
            let plural = plural();
            let said = plural.branch(Some(Decimal(micros)), Lang::parse(&code).unwrap());
            prop_assert!(plural.branches().any(|branch| branch == said));
        }
    }
}
