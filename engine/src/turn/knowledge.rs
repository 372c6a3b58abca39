//! Answers from the knowledge base: which of the articles that were found is for this customer, and how
//! it is said on her channel.

use std::cmp::Reverse;

use flowright_compiler::channels::table::{self, Capabilities};
use flowright_compiler::ir::{Exit, KnowledgeDef, PRODUCT_FIELDS, Type};
use flowright_nlu::value::{Decimal, Value};

use crate::LoadedProgram;
use crate::limits::KNOWLEDGE_HITS_MAX;
use crate::model::{FoundArticle, Media, Reply, Session};
use crate::step::Taken;
use crate::stepper::Stepper;

/// What stands where an answer was cut.
const CUT: char = '…';

/// Those of the articles that were found which are for the customer of a session, outside any step.
/// Those that are at least as sure as `least` come first, the most specific level of them foremost.
#[must_use]
pub fn suited(
    program: &LoadedProgram,
    session: &Session,
    found: Vec<FoundArticle>,
    least: Decimal,
    now_ms: i64,
) -> Vec<FoundArticle> {
    let mut session = session.clone();
    let mut stepper = Stepper::new(program, &mut session, now_ms);
    stepper.set_turn_cells();
    let with_base = |article| Some((stepper.base_for_her(&article)?, article));
    let mut suited: Vec<(&KnowledgeDef, FoundArticle)> =
        found.into_iter().filter_map(with_base).collect();
    let rank = |(base, article): &(&KnowledgeDef, FoundArticle)| {
        let level = is_sure(article, least).then_some(base.level);
        Reverse((level, article.confidence_thousandths))
    };
    suited.sort_by_key(rank);
    suited.into_iter().map(|(_, article)| article).collect()
}

impl<'p> Stepper<'p> {
    /// Answers with the most specific article that is sure enough and for this customer; whether there
    /// is one.
    pub(super) fn answer_from_knowledge(&mut self) -> bool {
        let own = self.flow().and_then(|flow| flow.fallback.as_ref());
        let Some(least) = own.unwrap_or(&self.program.program.fallback).knowledge else {
            return false;
        };
        let Some(found) = self.most_specific(least) else { return false };
        let reply = self.article_reply(&found);
        self.taken.push(Taken::Answered);
        self.reply(reply);
        self.ask_again();
        true
    }

    /// Of articles of one level the surest, which comes first.
    fn most_specific(&mut self, least: Decimal) -> Option<FoundArticle> {
        let mut best: Option<(&KnowledgeDef, FoundArticle)> = None;
        let found = std::mem::take(&mut self.knowledge);
        let sure = found.into_iter().take(KNOWLEDGE_HITS_MAX).filter(|a| is_sure(a, least));
        for article in sure {
            let Some(base) = self.base_for_her(&article) else { continue };
            if best.as_ref().is_none_or(|(other, _)| base.level > other.level) {
                best = Some((base, article));
            }
        }
        best.map(|(_, article)| article)
    }

    /// The knowledge base of an article that is for the customer.
    fn base_for_her(&mut self, article: &FoundArticle) -> Option<&'p KnowledgeDef> {
        let program = self.program;
        let base = program.program.knowledge.iter().find(|base| base.name == article.base)?;
        (self.applies(base) && self.has_product(article)).then_some(base)
    }

    /// Whether a knowledge base is for the customer. A condition that cannot be told is not met.
    fn applies(&mut self, base: &KnowledgeDef) -> bool {
        let Some(applies) = base.applies else { return true };
        match self.run(applies) {
            Ok(exited) if exited.exit == Exit::Value => {
                matches!(exited.args.first(), Some(Some(Value::Bool(true))))
            }
            _ => false,
        }
    }

    /// Whether the customer has one of an article's products, or it is for all.
    fn has_product(&self, article: &FoundArticle) -> bool {
        if article.products.is_empty() {
            return true;
        }
        let fields = &self.program.program.customer;
        let number = PRODUCT_FIELDS
            .iter()
            .find_map(|name| fields.iter().position(|field| field.name == *name));
        let Some(number) = number else { return false };
        let (ty, value) = (fields.get(number), self.session.customer.get(number));
        let Some((field, value)) = ty.zip(value.and_then(Option::as_ref)) else { return false };
        self.names(value, &field.ty).iter().any(|own| article.products.contains(own))
    }

    /// A text, a choice or a list of them, by its names.
    fn names(&self, value: &Value, ty: &Type) -> Vec<String> {
        match (value, ty) {
            (Value::Text(text), _) => vec![text.clone()],
            (Value::Choice(option), Type::Choice(choice)) => {
                let choice = self.program.program.choices.get(choice.index());
                let option = choice.and_then(|choice| choice.options.get(usize::from(*option)));
                option.map(|option| option.name.clone()).into_iter().collect()
            }
            (Value::List(items), Type::List(item)) => {
                items.iter().flat_map(|value| self.names(value, item)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What is said: the answer, its source, and where all of it is.
    fn article_reply(&mut self, found: &FoundArticle) -> Reply {
        let phrase = self.program.program.phrases.answer;
        let title = &found.article.title;
        let link = found.article.url.as_ref();
        let links = link.map(|url| Media { url: url.clone(), label: Some(title.clone()) });
        let links: Vec<Media> = links.into_iter().collect();
        let mut text = self.phrase(phrase, &[found.answer.clone(), title.clone()]);
        if let Some(row) = self.channel_row() {
            // Cut by as much as is too long, until it fits: phrases may repeat what they are given.
            let mut answer = found.answer.clone();
            while let Some(over) = too_long(row, &text, &links) {
                let Some(shorter) = shortened(row, &answer, over) else { break };
                answer = shorter;
                text = self.phrase(phrase, &[answer.clone(), title.clone()]);
            }
        }
        Reply { text, links, article: Some(Box::new(found.article.clone())), ..Reply::default() }
    }

    /// What the channel can carry on which the customer wrote last.
    fn channel_row(&self) -> Option<&'static Capabilities> {
        let channels = &self.program.program.channels;
        table::of_channel(channels.iter().find(|channel| channel.name == self.session.channel)?)
    }
}

fn is_sure(article: &FoundArticle, least: Decimal) -> bool {
    Decimal(i64::from(article.confidence_thousandths) * 1_000) >= least
}

/// By how much a text is longer than the channel carries, its links in lines where they are not shown.
fn too_long(row: &Capabilities, text: &str, links: &[Media]) -> Option<usize> {
    let in_lines = links.iter().filter(|_| !row.links);
    let line = |link: &Media| format!("\n{}: {}", link.label.as_deref().unwrap_or(""), link.url);
    let links: usize = in_lines.map(|link| row.unit.count(&line(link))).sum();
    let over = (row.unit.count(text) + links).saturating_sub(row.text_max?);
    (over > 0).then_some(over)
}

/// A text without its end: by so much and the mark that says so; nothing where nothing is left.
fn shortened(row: &Capabilities, text: &str, over: usize) -> Option<String> {
    let mut kept = text.trim_end_matches(CUT).to_owned();
    let room = row.unit.count(text).saturating_sub(over + row.unit.count(&CUT.to_string()));
    while row.unit.count(&kept) > room {
        kept.pop();
    }
    // A word that was cut in two helps nobody.
    if let Some(at) = kept.rfind(char::is_whitespace).filter(|at| at * 10 >= kept.len() * 9) {
        kept.truncate(at);
    }
    let kept = kept.trim_end();
    (!kept.is_empty()).then(|| format!("{kept}{CUT}"))
}

#[cfg(test)]
mod tests;
