//! Questions that must be answered and questions that must not, in both languages, over the articles of
//! a maker of cranes. The threshold is that of the documentation's examples.
#![expect(clippy::unwrap_used, reason = "tests")]

use flowright_knowledge::{Entry, Index, Level, parse};
use flowright_nlu::lang::Lang;

/// `answer from knowledge at 70%`
const THRESHOLD: u16 = 700;

/// Every article of the folder; those whose name begins with `x` are a product's.
fn index() -> Index {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/articles");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let entries = paths.iter().map(|path| {
        let article = parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        let product = article.id.starts_with('x');
        Entry {
            base: if product { "x200" } else { "company" }.to_owned(),
            level: if product { Level::Product } else { Level::Enterprise },
            version: 0,
            article,
        }
    });
    Index::new(entries.collect()).unwrap()
}

/// The rows of a table: `article | question`, `- | question` where nothing is to be answered.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let (article, question) = line.split_once('|').unwrap();
        (article.trim(), question.trim())
    })
}

/// Rows that go wrong, and how many there are: (of those to be answered, of those not to be).
fn wrong(lang: Lang, table: &'static str) -> (Vec<String>, Vec<String>, [usize; 2]) {
    let index = index();
    let (mut missed, mut said) = (Vec::new(), Vec::new());
    let all = rows(table).count();
    let to_answer = rows(table).filter(|(article, _)| *article != "-").count();
    for (article, question) in rows(table) {
        let hits = index.search(question, lang, |_| true).unwrap();
        let best = hits.first();
        let sure = best.filter(|hit| hit.confidence_thousandths >= THRESHOLD);
        let found = sure.map_or("-", |hit| hit.entry.article.id.as_str());
        let shown = best.map_or("nothing".to_owned(), |hit| {
            format!("{} {}", hit.entry.article.id, hit.confidence_thousandths)
        });
        if found == article {
            continue;
        }
        let line = format!("{question}: {shown} instead of {article}");
        // Another article is as bad as an answer to what nobody should answer.
        match (article, found) {
            (_, "-") => missed.push(line),
            _ => said.push(line),
        }
    }
    (missed, said, [to_answer, all - to_answer])
}

fn check(lang: Lang, table: &'static str, missed_max: usize, said_max: usize) {
    let (missed, said, [to_answer, others]) = wrong(lang, table);
    eprintln!(
        "{lang}: {} of {to_answer} unanswered, {} wrongly answered ({others} are not to be)",
        missed.len(),
        said.len()
    );
    assert!(said.len() <= said_max, "answered wrongly: {said:#?}");
    assert!(missed.len() <= missed_max, "not answered: {missed:#?}");
}

#[test]
fn english_questions_are_answered_when_an_article_does() {
    // Each of the six has a word that no article has, beside one that one has.
    check(Lang::EN, include_str!("questions.en.txt"), 6, 0);
}

#[test]
fn chinese_questions_are_answered_when_an_article_does() {
    check(Lang::ZH, include_str!("questions.zh.txt"), 1, 0);
}
