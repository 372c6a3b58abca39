//! `/v1/knowledge`: articles are searched, read and edited, and questions that nothing answered are listed.

use flowright_knowledge::Entry;
use flowright_nlu::lang::Lang;
use flowright_nlu::value::Date;
use hyper::header::{ETAG, HeaderValue, IF_MATCH};
use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::app::Shared;
use super::body::{self, read_json};
use super::problem::Problem;
use super::{Request, Response};
use crate::clients::Caller;
use crate::knowledge::{Edit, EditError, Library, LibraryError, Written, etag};
use crate::limits::{AGENT_CHARS_MAX, QUESTION_CHARS_MAX, UNANSWERED_SHOWN_MAX};

/// A new version of an article.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PutBody {
    /// Front matter and Markdown.
    text: String,
    /// The knowledge base of a new one.
    knowledge: Option<String>,
    /// Who wrote it; else the client's name.
    author: Option<String>,
}

fn library(app: &Shared) -> Result<&Library, Problem> {
    app.dispatch.knowledge().ok_or_else(|| Problem::new(404, "the bot has no knowledge base"))
}

fn today(app: &Shared) -> Date {
    Date::of_ms(app.dispatch.now_ms())
}

/// An article without its text.
fn head(entry: &Entry, written: &Written, today: Date) -> Json {
    let Entry { base, level, version, article } = entry;
    json!({
        "id": article.id,
        "language": article.language.to_string(),
        "title": article.title,
        "knowledge": base,
        "level": level.name(),
        "version": version,
        "products": article.products,
        "tags": article.tags,
        "author": article.author,
        "review_by": article.review_by.map(|day| day.to_civil().to_string()),
        "stale": article.is_stale(today),
        "url": article.url,
        "edited_by": written.edited.as_ref().map(|(author, _)| author),
        "edited_at_ms": written.edited.as_ref().map(|(_, at_ms)| at_ms),
    })
}

/// `GET /v1/knowledge/articles`
pub(super) fn list(app: &Shared) -> Result<Response, Problem> {
    let (shelf, today) = (library(app)?.shelf(), today(app));
    let articles: Vec<Json> =
        shelf.all().map(|(entry, written)| head(entry, written, today)).collect();
    Ok(body::json(StatusCode::OK, &json!({ "articles": articles })))
}

/// `GET`, `PUT` and `DELETE /v1/knowledge/articles/{id}/{language}`
pub(super) async fn article(
    app: &Shared,
    caller: &Caller,
    id: &str,
    language: &str,
    request: Request,
) -> Result<Response, Problem> {
    let lang = lang(language)?;
    if *request.method() == Method::PUT {
        return put(app, caller, id, lang, request).await;
    }
    if *request.method() == Method::DELETE {
        let follows = Some(if_match(&request)?.unwrap_or_else(|| "*".to_owned()));
        let edit = Edit {
            id: id.to_owned(),
            lang,
            text: None,
            base: None,
            author: caller.name().to_owned(),
            at_ms: app.dispatch.now_ms(),
            follows,
        };
        library(app)?.edit(edit, |_| true).await?;
        return Ok(body::json(StatusCode::OK, &json!({ "id": id, "language": language })));
    }
    let shelf = library(app)?.shelf();
    let (entry, written) = shelf.get(id, lang).ok_or_else(|| unknown(id, language))?;
    let mut document = head(entry, written, today(app));
    if let Some(object) = document.as_object_mut() {
        object.insert("text".to_owned(), json!(written.text));
        object.insert("answer".to_owned(), json!(entry.article.answer));
    }
    Ok(tagged(body::json(StatusCode::OK, &document), entry.version, &written.text))
}

async fn put(
    app: &Shared,
    caller: &Caller,
    id: &str,
    lang: Lang,
    request: Request,
) -> Result<Response, Problem> {
    let follows = if_match(&request)?;
    let (sent, _taken) = read_json::<PutBody>(request, &app.room).await?;
    let author = sent.author.unwrap_or_else(|| caller.name().to_owned());
    if author.trim().is_empty() || author.chars().count() > AGENT_CHARS_MAX {
        let detail = format!("`author` must have 1 to {AGENT_CHARS_MAX} characters");
        return Err(Problem::new(400, detail));
    }
    let is_new = follows.is_none();
    let edit = Edit {
        id: id.to_owned(),
        lang,
        text: Some(sent.text),
        base: sent.knowledge,
        author,
        at_ms: app.dispatch.now_ms(),
        follows,
    };
    let program = app.dispatch.program();
    let kept = library(app)?.edit(edit, |lang| program.bot.languages.contains(&lang)).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let document = json!({
        "id": kept.id,
        "language": kept.lang.to_string(),
        "knowledge": kept.base,
        "version": kept.version,
        "author": kept.author,
        "at_ms": kept.at_ms,
    });
    let text = kept.text.as_deref().unwrap_or_default();
    Ok(tagged(body::json(status, &document), kept.version, text))
}

/// `GET /v1/knowledge/articles/{id}/{language}/versions`
pub(super) async fn versions(app: &Shared, id: &str, language: &str) -> Result<Response, Problem> {
    let lang = lang(language)?;
    let library = library(app)?;
    let kept = library.versions(id.to_owned(), lang).await?;
    if kept.is_empty() && library.shelf().get(id, lang).is_none() {
        return Err(unknown(id, language));
    }
    let versions: Vec<Json> = kept
        .iter()
        .map(|kept| {
            json!({
                "version": kept.version,
                "knowledge": kept.base,
                "author": kept.author,
                "at_ms": kept.at_ms,
                "deleted": kept.text.is_none(),
                "text": kept.text,
            })
        })
        .collect();
    let document = json!({ "id": id, "language": language, "versions": versions });
    Ok(body::json(StatusCode::OK, &document))
}

/// `GET /v1/knowledge/search?q=QUESTION&language=LANGUAGE`: suggestions for agents.
pub(super) fn search(app: &Shared, query: &str) -> Result<Response, Problem> {
    let of = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find_map(|(key, value)| (key == wanted).then(|| value.into_owned()))
    };
    let question = of("q").filter(|question| !question.trim().is_empty());
    let question = question.ok_or_else(|| {
        Problem::new(400, "`q` is missing").with_help("write `?q=how+long+is+the+warranty`")
    })?;
    if question.chars().count() > QUESTION_CHARS_MAX {
        return Err(Problem::new(
            400,
            format!("`q` has more than {QUESTION_CHARS_MAX} characters"),
        ));
    }
    let lang = match of("language") {
        Some(code) => lang(&code)?,
        None => app.dispatch.language_of(&question),
    };
    let (shelf, today) = (library(app)?.shelf(), today(app));
    let hits = shelf.index().search(&question, lang, |_| true).map_err(|error| {
        tracing::error!(%error, "articles could not be searched");
        Problem::new(500, "the articles could not be searched")
    })?;
    let shown = hits.iter().filter_map(|hit| {
        let (entry, written) = shelf.get(&hit.entry.article.id, lang)?;
        let mut document = head(entry, written, today);
        let object = document.as_object_mut()?;
        object.insert("answer".to_owned(), json!(entry.article.answer));
        object.insert(
            "confidence".to_owned(),
            json!(f64::from(hit.confidence_thousandths) / 1_000.0),
        );
        Some(document)
    });
    let shown: Vec<Json> = shown.collect();
    let document = json!({ "language": lang.to_string(), "articles": shown });
    Ok(body::json(StatusCode::OK, &document))
}

/// `GET /v1/knowledge/unanswered`
pub(super) async fn unanswered(app: &Shared) -> Result<Response, Problem> {
    let asked = library(app)?.unanswered(UNANSWERED_SHOWN_MAX).await?;
    let asked: Vec<Json> = asked
        .iter()
        .map(|asked| {
            json!({
                "id": asked.question.key,
                "language": asked.question.lang.to_string(),
                "text": asked.question.text,
                "count": asked.count,
                "first_ms": asked.first_ms,
                "last_ms": asked.last_ms,
            })
        })
        .collect();
    Ok(body::json(StatusCode::OK, &json!({ "questions": asked })))
}

/// `DELETE /v1/knowledge/unanswered/{id}`: somebody has seen to it.
pub(super) async fn forget(app: &Shared, id: &str) -> Result<Response, Problem> {
    if !library(app)?.forget(id.to_owned()).await? {
        return Err(Problem::new(404, format!("there is no unanswered question `{id}`")));
    }
    Ok(body::json(StatusCode::OK, &json!({ "id": id })))
}

fn lang(code: &str) -> Result<Lang, Problem> {
    Lang::parse(code).ok_or_else(|| {
        Problem::new(400, "the language must be two small letters").with_help("such as `en`")
    })
}

fn unknown(id: &str, language: &str) -> Problem {
    Problem::new(404, format!("there is no article `{id}` in `{language}`"))
        .with_help("GET /v1/knowledge/articles lists what there is")
}

fn tagged(mut response: Response, version: u32, text: &str) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&etag(version, text)) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// Which version a client has seen.
fn if_match(request: &Request) -> Result<Option<String>, Problem> {
    let mut sent = request.headers().get_all(IF_MATCH).iter();
    let first = sent.next();
    let wrong = || Problem::new(400, "`If-Match` must have one ETag, or `*`");
    if sent.next().is_some() {
        return Err(wrong());
    }
    let text = first.map(|value| value.to_str().map(str::to_owned).map_err(|_| wrong()));
    text.transpose()
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Article(error) => {
                Self::new(422, format!("line {}: {}", error.line, error.cause))
                    .with_help(error.help)
            }
            EditError::OtherArticle => {
                Self::new(422, "`id` or `language` of the text are not those of the address")
                    .with_help("an article stays what it is: write a new one under another address")
            }
            EditError::Language => Self::new(422, "the bot does not speak this language"),
            EditError::NoBase(names) => Self::new(422, "a new article needs a knowledge base")
                .with_help(format!("send `knowledge`: {}", names.join(", "))),
            EditError::Base(names) => {
                Self::new(422, "the article cannot be in this knowledge base")
                    .with_help(format!("`knowledge` can be: {}", names.join(", ")))
            }
            EditError::Unknown => Self::new(404, "there is no such article"),
            EditError::NotSeen => Self::new(428, "the article is there already")
                .with_help("read it, and send its `ETag` as `If-Match`"),
            EditError::Changed => {
                Self::new(412, "the article is another than the one that was read")
                    .with_help("read it again, and send its `ETag` as `If-Match`")
            }
            EditError::Library(LibraryError::Store(error)) => error.into(),
            EditError::Library(LibraryError::Index(cause)) => {
                tracing::error!(cause, "articles could not be put in order");
                Self::new(503, "the articles could not be put in order; nothing has changed")
            }
        }
    }
}
