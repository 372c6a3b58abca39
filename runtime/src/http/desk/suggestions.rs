//! `GET /desk/v1/conversations/{session}/suggestions`: articles that may answer what the customer asked last, or
//! what the agent looks for, and texts that the flows have ready. What is not for this customer is not among them.

use flowright_engine::model::{FoundArticle, Session, Speaker};
use serde_json::{Value as Json, json};

use super::conversation;
use crate::http::app::Shared;
use crate::http::desk_callers::DeskCaller;
use crate::http::problem::Problem;
use crate::limits::{QUESTION_CHARS_MAX, READY_TOLD_MAX};

pub(super) async fn of(
    app: &Shared,
    caller: &DeskCaller,
    id: &str,
    query: &str,
) -> Result<Json, Problem> {
    let (session, held, _) = conversation::seen(app, caller, id).await?;
    let wanted = query_of(query);
    if wanted.as_ref().is_some_and(|wanted| wanted.chars().count() > QUESTION_CHARS_MAX) {
        let detail = format!("`q` has more than {QUESTION_CHARS_MAX} characters");
        return Err(Problem::new(400, detail));
    }
    let question = wanted.clone().unwrap_or_else(|| last_asked(&session));
    let articles = match question.trim() {
        "" => Vec::new(),
        question => app.dispatch.suggested(&session, question).await?,
    };
    let articles: Vec<Json> = articles.iter().map(shown).collect();
    let wanted = wanted.unwrap_or_default().to_lowercase();
    // They may say what is personal: only who has the conversation sees that, and who supervises.
    let is_owner = held.owner.as_ref().is_some_and(|owner| owner.agent == caller.account.id);
    let ready = match is_owner || caller.supervises {
        true => app.dispatch.ready_texts(&session).await?,
        false => Vec::new(),
    };
    let ready = ready.into_iter();
    // What is searched for is in its name or its words.
    let is_meant = |(name, text): &(String, String)| {
        name.to_lowercase().contains(&wanted) || text.to_lowercase().contains(&wanted)
    };
    let ready: Vec<Json> = ready
        .filter(is_meant)
        .take(READY_TOLD_MAX)
        .map(|(name, text)| json!({ "name": name, "text": text }))
        .collect();
    Ok(json!({ "question": question, "articles": articles, "ready": ready }))
}

/// What is searched for.
fn query_of(query: &str) -> Option<String> {
    let mut all = form_urlencoded::parse(query.as_bytes());
    all.find(|(key, _)| key == "q").map(|(_, question)| question.trim().to_owned())
}

/// What the customer said last, as far as it is searched for.
fn last_asked(session: &Session) -> String {
    let mut lines = session.transcript.iter().rev();
    let last = lines.find(|line| line.from == Speaker::Customer && !line.text.trim().is_empty());
    last.map(|line| line.text.chars().take(QUESTION_CHARS_MAX).collect()).unwrap_or_default()
}

fn shown(found: &FoundArticle) -> Json {
    json!({
        "id": found.article.id,
        "version": found.article.version,
        "language": found.language.to_string(),
        "title": found.article.title,
        "knowledge": found.base,
        "url": found.article.url,
        "answer": found.answer,
        "confidence": f64::from(found.confidence_thousandths) / 1_000.0,
    })
}
