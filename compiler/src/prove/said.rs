//! What a customer says, in the bot's first language.

use flowright_nlu::lang::Lang;
use flowright_nlu::patterns::shortest;
use flowright_nlu::spec::{Builtin, ChoiceOption, EntityKind, Example, Piece};

use crate::sema::hir::Project;

/// Said where nothing is known to say.
pub(super) const UNKNOWN: &str = "…";

/// How customers of one bot speak.
#[derive(Debug)]
pub(super) struct Speech {
    lang: Option<Lang>,
}

impl Speech {
    pub(super) fn of(project: &Project) -> Self {
        Self { lang: project.bot.languages.first().copied() }
    }

    fn is_chinese(&self) -> bool {
        self.lang == Some(Lang::ZH)
    }

    fn either(&self, chinese: &'static str, english: &'static str) -> &'static str {
        if self.is_chinese() { chinese } else { english }
    }

    pub(super) fn yes_or_no(&self, yes: bool) -> String {
        let said = if yes { self.either("是", "yes") } else { self.either("不", "no") };
        said.to_owned()
    }

    /// Takes the first of what is offered.
    pub(super) fn first(&self) -> &'static str {
        self.either("第一个", "the first one")
    }

    pub(super) fn human(&self) -> &'static str {
        self.either("转人工", "I want to talk to a human")
    }

    /// Puts a value right.
    pub(super) fn correction(&self, value: &str) -> String {
        match self.is_chinese() {
            true => format!("不对,是{value}"),
            false => format!("no, I mean {value}"),
        }
    }

    /// A length of time, in milliseconds.
    pub(super) fn duration(&self, ms: i64) -> String {
        let (minutes, seconds) = (self.either("分钟", " minutes"), self.either("秒", " seconds"));
        match ms % 60_000 {
            0 => format!("{}{minutes}", ms / 60_000),
            _ => format!("{}{seconds}", ms / 1_000),
        }
    }

    /// Several things in one utterance.
    pub(super) fn together(&self, said: impl Iterator<Item = String>) -> String {
        said.collect::<Vec<_>>().join(self.either(",", ", "))
    }

    /// An example of an intent that says these slots, by name and value, and as few others as may
    /// be; what it does not say is added.
    pub(super) fn opening(
        &self,
        examples: &[Example],
        slots: &[(String, String)],
    ) -> Option<String> {
        let own = |example: &&Example| example.lang == self.lang;
        let own: Vec<&Example> = examples.iter().filter(own).collect();
        let all = if own.is_empty() { examples.iter().collect() } else { own };
        let known = |name: &str| slots.iter().find(|(known, _)| known == name);
        let named = |example: &&Example| {
            let names = example.pieces.iter().filter_map(|piece| match piece {
                Piece::Slot { slot: name, .. } => Some(known(name).is_some()),
                Piece::Text(_) => None,
            });
            let (wanted, others): (Vec<bool>, Vec<bool>) = names.partition(|wanted| *wanted);
            (others.len(), slots.len().saturating_sub(wanted.len()))
        };
        let example = all.into_iter().min_by_key(named)?;
        let mut rest: Vec<&(String, String)> = slots.iter().collect();
        let mut said = String::new();
        for piece in &example.pieces {
            match piece {
                Piece::Text(text) => said.push_str(text),
                Piece::Slot { slot: name, .. } => {
                    rest.retain(|(known, _)| known != name);
                    said.push_str(known(name).map_or(UNKNOWN, |(_, value)| value));
                }
            }
        }
        let rest = rest.into_iter().map(|(_, value)| value.clone());
        Some(self.together(std::iter::once(said).chain(rest)))
    }

    /// Something that an entity finds: for a choice the words of the option of that number.
    pub(super) fn entity(&self, kind: &EntityKind, option: Option<i64>) -> Option<String> {
        utterance(kind, option, self.lang)
    }
}

/// Something that an entity finds: for a choice the words of the option of that number.
fn utterance(kind: &EntityKind, option: Option<i64>, lang: Option<Lang>) -> Option<String> {
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
        Builtin::Reference => Some("SO-10023"),
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
