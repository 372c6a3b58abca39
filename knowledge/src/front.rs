//! Front matter: `key: value` between two lines `---`. The part of YAML that lists of settings need,
//! and nothing that means something else than it looks like.

use crate::article::ArticleError;
use crate::limits::{ARTICLE_BYTES_MAX, FRONT_LINES_MAX};

/// A key with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting<'a> {
    pub(crate) line: usize,
    pub(crate) key: &'a str,
    pub(crate) value: Written,
}

/// What stands behind a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    One(String),
    /// Each with its line.
    List(Vec<(usize, String)>),
}

/// Front matter, and the text behind it with the number of its first line.
pub(crate) struct Parts<'a> {
    pub(crate) settings: Vec<Setting<'a>>,
    pub(crate) body: &'a str,
    pub(crate) body_line: usize,
}

/// Takes an article apart.
pub(crate) fn split(text: &str) -> Result<Parts<'_>, ArticleError> {
    if text.len() > ARTICLE_BYTES_MAX {
        let cause = format!("the article has {} bytes, more than {ARTICLE_BYTES_MAX}", text.len());
        return Err(ArticleError::new(1, cause, "make several articles of it"));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = text;
    let mut number = 0;
    let mut next = || {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        (!rest.is_empty()).then(|| {
            rest = behind;
            number += 1;
            (number, line.strip_suffix('\r').unwrap_or(line), behind)
        })
    };
    if next().is_none_or(|(_, line, _)| line.trim_end() != "---") {
        let help = "begin the file with a line `---`, then `id: …`, `language: …` and `title: …`, then `---`";
        return Err(ArticleError::new(1, "the article has no front matter", help));
    }
    let mut settings = Vec::new();
    while let Some((line, written, behind)) = next() {
        if written.trim_end() == "---" {
            return Ok(Parts { settings, body: behind, body_line: line + 1 });
        }
        if line > FRONT_LINES_MAX {
            let cause = format!("the front matter has more than {FRONT_LINES_MAX} lines");
            return Err(ArticleError::new(line, cause, "end it with a line `---`"));
        }
        take(line, written, &mut settings)?;
    }
    Err(ArticleError::new(1, "the front matter does not end", "end it with a line `---`"))
}

/// Takes a line of the front matter.
fn take<'a>(
    line: usize,
    written: &'a str,
    settings: &mut Vec<Setting<'a>>,
) -> Result<(), ArticleError> {
    let trimmed = written.trim();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return Ok(());
    }
    if let Some(item) = trimmed.strip_prefix("- ").or((trimmed == "-").then_some("")) {
        return item_of(line, item, settings);
    }
    if written.starts_with([' ', '\t']) {
        let help = "write `key: value` at the beginning of the line, or `- item` in a list";
        return Err(ArticleError::new(line, "an indented line is no setting", help));
    }
    let Some((key, value)) = trimmed.split_once(':') else {
        let cause = format!("`{}` is no setting", shortened(trimmed));
        return Err(ArticleError::new(line, cause, "write `key: value`"));
    };
    let key = key.trim_end();
    if let Some(before) = settings.iter().find(|before| before.key == key) {
        let cause = format!("`{key}` stands here and in line {}", before.line);
        return Err(ArticleError::new(line, cause, "keep one of them"));
    }
    let value = match value.trim() {
        "" => Written::List(Vec::new()),
        value if value.starts_with('[') => Written::List(inline(line, value)?),
        value => Written::One(scalar(line, value)?),
    };
    settings.push(Setting { line, key, value });
    Ok(())
}

/// `- item` belongs to the list above it.
fn item_of(line: usize, item: &str, settings: &mut [Setting<'_>]) -> Result<(), ArticleError> {
    match settings.last_mut().map(|setting| &mut setting.value) {
        Some(Written::List(items)) => {
            items.push((line, scalar(line, item.trim())?));
            Ok(())
        }
        _ => {
            let help = "write `key:` alone on a line, and its items below it";
            Err(ArticleError::new(line, "this item belongs to no list", help))
        }
    }
}

/// `[a, "b, c"]`
fn inline(line: usize, value: &str) -> Result<Vec<(usize, String)>, ArticleError> {
    let Some(inside) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        let help = "close it with `]`, or write each item on a line of its own: `- item`";
        return Err(ArticleError::new(line, "the list does not end on its line", help));
    };
    let mut items = Vec::new();
    let mut quote = None;
    let mut start = 0;
    let ends = inside.char_indices().chain(std::iter::once((inside.len(), ',')));
    for (at, c) in ends {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == ',' => {
                let item = inside.get(start..at).unwrap_or("").trim();
                if !item.is_empty() {
                    items.push((line, scalar(line, item)?));
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    match quote {
        Some(open) => Err(unclosed(line, open)),
        None => Ok(items),
    }
}

/// A value, out of its quotes.
fn scalar(line: usize, value: &str) -> Result<String, ArticleError> {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest
                .strip_suffix(quote)
                .map(str::to_owned)
                .ok_or_else(|| unclosed(line, quote));
        }
    }
    if value.starts_with(['|', '>', '{', '&', '*', '!']) {
        let cause = format!("`{}` begins with a sign that means more in YAML", shortened(value));
        return Err(ArticleError::new(line, cause, "put quotes around it: `\"…\"`"));
    }
    // A comment stands behind a space, so that `C#` is none.
    Ok(value.split(" #").next().unwrap_or(value).trim_end().to_owned())
}

fn unclosed(line: usize, quote: char) -> ArticleError {
    ArticleError::new(
        line,
        "a quoted text does not end on its line",
        format!("close it with `{quote}`"),
    )
}

/// What messages show of something long.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}
