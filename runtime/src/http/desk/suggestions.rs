//! `GET /desk/v1/conversations/{session}/suggestions`: articles that may answer what the customer asked last, or
//! what the agent looks for. What is not for this customer is not among them.

use flowright_engine::model::{FoundArticle, Session, Speaker};
use serde_json::{Value as Json, json};

use super::conversation;
use crate::http::app::Shared;
use crate::http::desk_callers::DeskCaller;
use crate::http::problem::Problem;
use crate::limits::QUESTION_CHARS_MAX;

pub(super) async fn of(
    app: &Shared,
    caller: &DeskCaller,
    id: &str,
    query: &str,
) -> Result<Json, Problem> {
    let (session, _, _) = conversation::seen(app, caller, id).await?;
    let wanted = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "q");
    let question = match wanted {
        Some((_, question)) if question.chars().count() > QUESTION_CHARS_MAX => {
            let detail = format!("`q` has more than {QUESTION_CHARS_MAX} characters");
            return Err(Problem::new(400, detail));
        }
        Some((_, question)) => question.into_owned(),
        None => last_asked(&session),
    };
    let articles = match question.trim() {
        "" => Vec::new(),
        question => app.dispatch.suggested(&session, question).await?,
    };
    let articles: Vec<Json> = articles.iter().map(shown).collect();
    Ok(json!({ "question": question, "articles": articles }))
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
