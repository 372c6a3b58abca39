//! `GET /desk/v1/conversations/{session}/suggestions`: articles that may answer what the customer asked last, or
//! what the agent looks for, and texts that the flows have ready. What is not for this customer is not among
//! them.

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
    let is_owner = held.owner.as_ref().is_some_and(|owner| owner.agent == caller.account.id);
    // They may say what is personal: only who has the conversation sees that, and who supervises.
    let ready = match is_owner || caller.supervises {
        true => ready(app, &session, &wanted.unwrap_or_default()).await?,
        false => Vec::new(),
    };
    Ok(json!({ "question": question, "articles": articles, "ready": ready }))
}

/// Texts that are ready with what is searched for in their names or words.
async fn ready(app: &Shared, session: &Session, wanted: &str) -> Result<Vec<Json>, Problem> {
    let wanted = wanted.to_lowercase();
    let is_meant = |(name, text): &(String, String)| {
        name.to_lowercase().contains(&wanted) || text.to_lowercase().contains(&wanted)
    };
    let all = app.dispatch.ready_texts(session).await?.into_iter().filter(is_meant);
    let shown = all.take(READY_TOLD_MAX).map(|(name, text)| json!({ "name": name, "text": text }));
    Ok(shown.collect())
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
