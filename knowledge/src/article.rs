//! One article: what it is called, what it answers, and what customers are told.

use flowright_nlu::lang::Lang;
use flowright_nlu::value::Date;
use serde::{Deserialize, Serialize};

use crate::front::{Parts, Setting, Written, shortened, split};
use crate::limits::{
    ANSWER_CHARS_MAX, AUTHOR_CHARS_MAX, NAME_CHARS_MAX, QUESTION_CHARS_MAX, QUESTIONS_MAX,
    TAGS_MAX, TITLE_CHARS_MAX, URL_CHARS_MAX,
};
use crate::plain::blocks;

/// Whom an article is for. The last one is the most specific.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// All customers.
    Enterprise,
    /// Those of a product.
    Product,
    /// A situation that they are in.
    Scenario,
}

impl Level {
    /// The least specific first.
    pub const ALL: [Self; 3] = [Self::Enterprise, Self::Product, Self::Scenario];

    /// `enterprise`
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Product => "product",
            Self::Scenario => "scenario",
        }
    }
}

/// An article in one language. The same article in another is another file with the same `id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// The language that it is in.
    pub language: Lang,
    /// What customers see as the source.
    pub title: String,
    /// Questions that it answers, as customers ask them.
    pub questions: Vec<String>,
    /// Products that it is about; none: all.
    pub products: Vec<String>,
    /// For editors.
    pub tags: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The day after which it is stale.
    pub review_by: Option<Date>,
    /// Where all of it can be read.
    pub url: Option<String>,
    /// What customers are told, without markup.
    pub answer: String,
    /// All of its text, without markup.
    pub text: String,
}

impl Article {
    /// Whether its review is due.
    #[must_use]
    pub fn is_stale(&self, today: Date) -> bool {
        self.review_by.is_some_and(|by| by < today)
    }
}

/// What is wrong with an article.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {cause}; {help}")]
pub struct ArticleError {
    /// From 1.
    pub line: usize,
    /// In one sentence.
    pub cause: String,
    /// A way out.
    pub help: String,
}

impl ArticleError {
    pub(crate) fn new(line: usize, cause: impl Into<String>, help: impl Into<String>) -> Self {
        Self { line, cause: cause.into(), help: help.into() }
    }
}

/// The keys of the front matter.
const KEYS: [&str; 10] = [
    "id",
    "language",
    "title",
    "questions",
    "products",
    "tags",
    "author",
    "review_by",
    "url",
    "answer",
];

/// Reads an article.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn parse(text: &str) -> Result<Article, ArticleError> {
    let Parts { settings, body, body_line } = split(text)?;
    if let Some(unknown) = settings.iter().find(|setting| !KEYS.contains(&setting.key)) {
        let cause = format!("there is no key `{}` in front matter", shortened(unknown.key));
        return Err(ArticleError::new(unknown.line, cause, format!("known: {}", KEYS.join(", "))));
    }
    let front = Front(&settings);
    let blocks = blocks(body);
    let answer = match front.one("answer", ANSWER_CHARS_MAX)? {
        Some((_, answer)) => answer,
        None => first_paragraph(&blocks, body_line)?,
    };
    let text: Vec<&str> = blocks.iter().map(|(_, text)| text.as_str()).collect();
    Ok(Article {
        id: front.id()?,
        language: front.language()?,
        title: front.required("title", "title: Returns", TITLE_CHARS_MAX)?.1,
        questions: front.list("questions", QUESTIONS_MAX, QUESTION_CHARS_MAX)?,
        products: front.list("products", TAGS_MAX, NAME_CHARS_MAX)?,
        tags: front.list("tags", TAGS_MAX, NAME_CHARS_MAX)?,
        author: front.one("author", AUTHOR_CHARS_MAX)?.map(|(_, author)| author),
        review_by: front.review_by()?,
        url: front.url()?,
        answer,
        text: text.join("\n\n"),
    })
}

/// What is said where no `answer` stands in the front matter.
fn first_paragraph(blocks: &[(bool, String)], line: usize) -> Result<String, ArticleError> {
    let Some((_, first)) = blocks.iter().find(|(sayable, _)| *sayable) else {
        let help = "write a paragraph below the front matter, or `answer: …` in it";
        return Err(ArticleError::new(line, "the article says nothing", help));
    };
    let count = first.chars().count();
    if count > ANSWER_CHARS_MAX {
        let cause = format!(
            "the first paragraph has {count} characters, more than the {ANSWER_CHARS_MAX} that a customer is told"
        );
        let help = "put a short paragraph in front of it, or `answer: …` into the front matter";
        return Err(ArticleError::new(line, cause, help));
    }
    Ok(first.clone())
}

struct Front<'s, 'a>(&'s [Setting<'a>]);

impl Front<'_, '_> {
    fn get(&self, key: &str) -> Option<&Setting<'_>> {
        self.0.iter().find(|setting| setting.key == key)
    }

    /// One value, not empty.
    fn one(&self, key: &str, most: usize) -> Result<Option<(usize, String)>, ArticleError> {
        let Some(setting) = self.get(key) else { return Ok(None) };
        match &setting.value {
            Written::One(value) if !value.trim().is_empty() => {
                within(setting.line, key, value, most)?;
                Ok(Some((setting.line, value.clone())))
            }
            Written::One(_) => {
                let cause = format!("`{key}` is empty");
                Err(ArticleError::new(setting.line, cause, "write something, or leave it out"))
            }
            Written::List(items) => {
                let cause = match items.is_empty() {
                    true => format!("`{key}` is empty"),
                    false => format!("`{key}` is one value, not a list"),
                };
                Err(ArticleError::new(setting.line, cause, format!("write `{key}: …` on one line")))
            }
        }
    }

    fn required(
        &self,
        key: &str,
        example: &str,
        most: usize,
    ) -> Result<(usize, String), ArticleError> {
        self.one(key, most)?.ok_or_else(|| {
            let cause = format!("the front matter has no `{key}`");
            ArticleError::new(1, cause, format!("write for example `{example}`"))
        })
    }

    /// A list; one value is a list of one.
    fn list(&self, key: &str, items_max: usize, most: usize) -> Result<Vec<String>, ArticleError> {
        let Some(setting) = self.get(key) else { return Ok(Vec::new()) };
        let items = match &setting.value {
            Written::One(value) => vec![(setting.line, value.clone())],
            Written::List(items) => items.clone(),
        };
        if items.len() > items_max {
            let cause = format!("`{key}` has {} items, more than {items_max}", items.len());
            return Err(ArticleError::new(setting.line, cause, "leave some out"));
        }
        let mut list: Vec<String> = Vec::new();
        for (line, item) in items {
            within(line, key, &item, most)?;
            if item.is_empty() {
                let cause = format!("an item of `{key}` is empty");
                return Err(ArticleError::new(line, cause, "write something, or leave it out"));
            }
            if !list.contains(&item) {
                list.push(item);
            }
        }
        Ok(list)
    }

    fn id(&self) -> Result<String, ArticleError> {
        let (line, id) = self.required("id", "id: returns", NAME_CHARS_MAX)?;
        if is_id(&id) {
            return Ok(id);
        }
        let cause = format!("`{}` is no id of an article", shortened(&id));
        let help =
            "use letters from a to z, digits, `-`, `_` and `.`, and begin with a letter or digit";
        Err(ArticleError::new(line, cause, help))
    }

    fn language(&self) -> Result<Lang, ArticleError> {
        let (line, code) = self.required("language", "language: en", NAME_CHARS_MAX)?;
        Lang::parse(&code).ok_or_else(|| {
            let cause = format!("`{}` is no language", shortened(&code));
            ArticleError::new(line, cause, "write two small letters: `language: en`")
        })
    }

    fn review_by(&self) -> Result<Option<Date>, ArticleError> {
        let Some((line, written)) = self.one("review_by", NAME_CHARS_MAX)? else { return Ok(None) };
        date(&written).map(Some).ok_or_else(|| {
            let cause = format!("`{}` is no day", shortened(&written));
            ArticleError::new(line, cause, "write it as `review_by: 2027-03-31`")
        })
    }

    fn url(&self) -> Result<Option<String>, ArticleError> {
        let Some((line, url)) = self.one("url", URL_CHARS_MAX)? else { return Ok(None) };
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let is_address =
            rest.is_some_and(|rest| !rest.is_empty() && !url.contains(char::is_whitespace));
        if is_address {
            return Ok(Some(url));
        }
        let cause = format!("`{}` is no address of a page", shortened(&url));
        Err(ArticleError::new(line, cause, "write all of it, with `https://` in front"))
    }
}

/// Whether a text can name an article.
fn is_id(id: &str) -> bool {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && id.chars().all(inside)
}

fn date(written: &str) -> Option<Date> {
    let mut parts = written.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn within(line: usize, key: &str, value: &str, most: usize) -> Result<(), ArticleError> {
    let count = value.chars().count();
    if count <= most {
        return Ok(());
    }
    let cause = format!("`{key}` has {count} characters, more than {most}");
    Err(ArticleError::new(line, cause, "shorten it"))
}

#[cfg(test)]
mod tests;
