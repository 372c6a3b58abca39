//! The articles of a program: the index that they are searched with, and those that may answer an
//! utterance. A search comes before the turn, and what it found goes with the message.

use flowright_compiler::ir::Program;
use flowright_knowledge::{Entry, Hit, Index, IndexError, parse};
use flowright_nlu::value::Decimal;

use crate::LoadedProgram;
use crate::limits::KNOWLEDGE_HITS_MAX;
use crate::model::{ArticleRef, FoundArticle, Session, Status};

/// The articles of a program with the text of each, as they came with it. Its verifier has seen that
/// each is an article.
pub fn entries(program: &Program) -> impl Iterator<Item = (Entry, &str)> {
    program.knowledge.iter().flat_map(|base| {
        base.articles.iter().filter_map(|written| {
            let article = parse(&written.text).ok()?;
            let entry = Entry { base: base.name.clone(), level: base.level, version: 0, article };
            Some((entry, written.text.as_str()))
        })
    })
}

/// The index of a program's articles.
///
/// # Errors
/// The search engine said no.
pub fn index_of(program: &Program) -> Result<Index, IndexError> {
    Index::new(entries(program).map(|(entry, _)| entry).collect())
}

/// The articles that may answer an utterance in a session, the surest first; none where no `fallback`
/// of the program answers with articles, or a human has the conversation.
///
/// # Errors
/// The search engine said no.
pub fn find(
    index: &Index,
    program: &LoadedProgram,
    session: &Session,
    text: &str,
) -> Result<Vec<FoundArticle>, IndexError> {
    let Some(least) = program.program.answers_from().filter(|_| session.status == Status::Bot)
    else {
        return Ok(Vec::new());
    };
    let hits = hits(index, program, session, text)?;
    let sure = |hit: &Hit<'_>| Decimal(i64::from(hit.confidence_thousandths) * 1_000) >= least;
    Ok(hits.iter().filter(|hit| sure(hit)).take(KNOWLEDGE_HITS_MAX).map(found).collect())
}

/// All articles that a search finds, in the language of the utterance, else of the session.
///
/// # Errors
/// The search engine said no.
pub fn hits<'i>(
    index: &'i Index,
    program: &LoadedProgram,
    session: &Session,
    text: &str,
) -> Result<Vec<Hit<'i>>, IndexError> {
    let lang = program.understander.language(text).unwrap_or(session.lang);
    index.search(text, lang, |_| true)
}

/// What goes with the message.
#[must_use]
pub fn found(hit: &Hit<'_>) -> FoundArticle {
    let Entry { base, version, article, .. } = hit.entry;
    FoundArticle {
        base: base.clone(),
        article: ArticleRef {
            id: article.id.clone(),
            version: *version,
            title: article.title.clone(),
            url: article.url.clone(),
        },
        language: article.language,
        products: article.products.clone(),
        answer: article.answer.clone(),
        confidence_thousandths: hit.confidence_thousandths,
    }
}
