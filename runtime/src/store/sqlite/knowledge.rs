//! SQLite as what keeps edited articles and unanswered questions.

use std::future::ready;

use flowright_nlu::lang::Lang;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::sums::{Column, number, sum};
use super::verify::{Rows, StoreReport, each, wrong};
use super::{SqliteStore, damaged};
use crate::limits::{ARTICLE_VERSIONS_MAX, UNANSWERED_MAX};
use crate::store::{
    Commit, KnowledgeStore, StoreError, StoreFuture, StoredArticle, Unanswered, UnansweredQuestion,
};

/// The tables, beside those of the sessions.
pub(super) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS articles (
    id TEXT NOT NULL, lang TEXT NOT NULL, version INTEGER NOT NULL, base TEXT NOT NULL, text TEXT,
    author TEXT NOT NULL, at_ms INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (id, lang, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unanswered (
    key TEXT PRIMARY KEY, lang TEXT NOT NULL, text TEXT NOT NULL, count INTEGER NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unanswered_often ON unanswered (count, last_ms);
";

const ARTICLE: &str = "id, lang, version, base, text, author, at_ms, sum";
const QUESTION: &str = "key, lang, text, count, first_ms, last_ms, sum";

fn lang(row: &Row<'_>, column: usize) -> Result<Lang, rusqlite::Error> {
    let code: String = row.get(column)?;
    let kind = rusqlite::types::Type::Text;
    let wrong = || rusqlite::Error::InvalidColumnType(column, code.clone(), kind);
    Lang::parse(&code).ok_or_else(wrong)
}

fn article_sum(article: &StoredArticle) -> i64 {
    let lang = article.lang.to_string();
    let columns = [
        Column::Text(&article.id),
        Column::Text(&lang),
        number(article.version.into()),
        Column::Text(&article.base),
        Column::Number(Some(i64::from(article.text.is_some()))),
        Column::Text(article.text.as_deref().unwrap_or_default()),
        Column::Text(&article.author),
        Column::Number(Some(article.at_ms)),
    ];
    sum("articles", &columns)
}

/// A row, and whether it is as it was written.
fn checked_article(row: &Row<'_>) -> Result<(StoredArticle, bool), rusqlite::Error> {
    let article = StoredArticle {
        id: row.get(0)?,
        lang: lang(row, 1)?,
        version: row.get(2)?,
        base: row.get(3)?,
        text: row.get(4)?,
        author: row.get(5)?,
        at_ms: row.get(6)?,
    };
    let is_whole = article_sum(&article) == row.get::<_, i64>(7)?;
    Ok((article, is_whole))
}

/// Only what is as it was written.
fn whole(
    found: Result<Vec<(StoredArticle, bool)>, StoreError>,
) -> Result<Vec<StoredArticle>, StoreError> {
    let whole = |(article, is_whole): (StoredArticle, bool)| match is_whole {
        true => Ok(article),
        false => Err(damaged("article", &format!("`{}`", article.id))),
    };
    found?.into_iter().map(whole).collect()
}

fn last_version(db: &Connection, id: &str, lang: Lang) -> Result<u32, rusqlite::Error> {
    db.prepare_cached("SELECT max(version) FROM articles WHERE id = ?1 AND lang = ?2")?
        .query_row(params![id, lang.to_string()], |row| row.get::<_, Option<u32>>(0))
        .map(Option::unwrap_or_default)
}

/// Whether the version follows the one that is there.
fn keep(db: &Connection, article: &StoredArticle) -> Result<bool, rusqlite::Error> {
    let lang = article.lang.to_string();
    if last_version(db, &article.id, article.lang)?.checked_add(1) != Some(article.version) {
        return Ok(false);
    }
    db.prepare_cached(&format!(
        "INSERT INTO articles ({ARTICLE}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ))?
    .execute(params![
        article.id,
        lang,
        article.version,
        article.base,
        article.text,
        article.author,
        article.at_ms,
        article_sum(article)
    ])?;
    let kept_from = article.version.saturating_sub(ARTICLE_VERSIONS_MAX - 1);
    db.prepare_cached("DELETE FROM articles WHERE id = ?1 AND lang = ?2 AND version < ?3")?
        .execute(params![article.id, lang, kept_from])?;
    Ok(true)
}

fn question_sum(asked: &UnansweredQuestion) -> i64 {
    let lang = asked.question.lang.to_string();
    let columns = [
        Column::Text(&asked.question.key),
        Column::Text(&lang),
        Column::Text(&asked.question.text),
        number(asked.count),
        Column::Number(Some(asked.first_ms)),
        Column::Number(Some(asked.last_ms)),
    ];
    sum("unanswered", &columns)
}

fn checked_question(row: &Row<'_>) -> Result<(UnansweredQuestion, bool), rusqlite::Error> {
    let question = Unanswered { key: row.get(0)?, lang: lang(row, 1)?, text: row.get(2)? };
    let asked = UnansweredQuestion {
        question,
        count: row.get(3)?,
        first_ms: row.get(4)?,
        last_ms: row.get(5)?,
    };
    let is_whole = question_sum(&asked) == row.get::<_, i64>(6)?;
    Ok((asked, is_whole))
}

/// Counts the question that a turn could not answer, in the turn's own commit.
pub(super) fn count(db: &Connection, commit: &Commit) -> Result<(), rusqlite::Error> {
    let Some(question) = &commit.unanswered else { return Ok(()) };
    let at_ms = commit.at_ms;
    let known = db
        .prepare_cached(&format!("SELECT {QUESTION} FROM unanswered WHERE key = ?1"))?
        .query_row([&question.key], checked_question)
        .optional()?;
    let asked = match known {
        // One that is damaged stays as it is: a new sum would make something whole of it that is not.
        Some((_, false)) => return Ok(()),
        Some((before, true)) => UnansweredQuestion {
            question: question.clone(),
            count: before.count.saturating_add(1),
            last_ms: at_ms.max(before.last_ms),
            ..before
        },
        None => {
            make_room(db)?;
            let question = question.clone();
            UnansweredQuestion { question, count: 1, first_ms: at_ms, last_ms: at_ms }
        }
    };
    db.prepare_cached(&format!(
        "INSERT OR REPLACE INTO unanswered ({QUESTION}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    ))?
    .execute(params![
        asked.question.key,
        asked.question.lang.to_string(),
        asked.question.text,
        asked.count,
        asked.first_ms,
        asked.last_ms,
        question_sum(&asked)
    ])
    .map(|_| ())
}

/// What was asked least, and longest ago, goes for what is new.
fn make_room(db: &Connection) -> Result<(), rusqlite::Error> {
    let count: usize =
        db.prepare_cached("SELECT count(*) FROM unanswered")?.query_row([], |row| row.get(0))?;
    if count < UNANSWERED_MAX {
        return Ok(());
    }
    db.prepare_cached(
        "DELETE FROM unanswered WHERE key IN
             (SELECT key FROM unanswered ORDER BY count, last_ms, key LIMIT 1)",
    )?
    .execute([])
    .map(|_| ())
}

impl KnowledgeStore for SqliteStore {
    fn edited_articles(&self) -> StoreFuture<'_, Vec<StoredArticle>> {
        let query = format!(
            "SELECT {ARTICLE} FROM articles AS a WHERE version =
                 (SELECT max(version) FROM articles AS b WHERE b.id = a.id AND b.lang = a.lang)
             ORDER BY id, lang"
        );
        let found =
            self.read(|db| db.prepare_cached(&query)?.query_map([], checked_article)?.collect());
        Box::pin(ready(whole(found)))
    }

    fn article_versions(&self, id: String, lang: Lang) -> StoreFuture<'_, Vec<StoredArticle>> {
        let query = format!(
            "SELECT {ARTICLE} FROM articles WHERE id = ?1 AND lang = ?2 ORDER BY version DESC"
        );
        let found = self.read(|db| {
            db.prepare_cached(&query)?
                .query_map(params![id, lang.to_string()], checked_article)?
                .collect()
        });
        Box::pin(ready(whole(found)))
    }

    fn keep_article(&self, article: StoredArticle) -> StoreFuture<'_, bool> {
        Box::pin(self.change_to(move |db| keep(db, &article)))
    }

    fn unanswered(&self, most: usize) -> StoreFuture<'_, Vec<UnansweredQuestion>> {
        let query = format!(
            "SELECT {QUESTION} FROM unanswered ORDER BY count DESC, last_ms DESC, key LIMIT ?1"
        );
        let found: Result<Vec<_>, _> = self
            .read(|db| db.prepare_cached(&query)?.query_map([most], checked_question)?.collect());
        let whole = |(asked, is_whole): (UnansweredQuestion, bool)| is_whole.then_some(asked);
        Box::pin(ready(found.map(|found: Vec<_>| found.into_iter().filter_map(whole).collect())))
    }

    fn forget_unanswered(&self, key: String) -> StoreFuture<'_, bool> {
        Box::pin(self.change_to(move |db| {
            let gone =
                db.prepare_cached("DELETE FROM unanswered WHERE key = ?1")?.execute([&key])?;
            Ok(gone > 0)
        }))
    }
}

pub(super) fn verify_articles(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "article", &format!("SELECT {ARTICLE} FROM articles"), report, |row| {
        let (article, is_whole) = checked_article(row)?;
        let name = || format!("version {} of the article `{}`", article.version, article.id);
        Ok(wrong(is_whole, name))
    })
}

pub(super) fn verify_unanswered(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "unanswered", &format!("SELECT {QUESTION} FROM unanswered"), report, |row| {
        let (asked, is_whole) = checked_question(row)?;
        Ok(wrong(is_whole, || format!("the unanswered question {}", asked.question.key)))
    })
}
