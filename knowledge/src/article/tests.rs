//! What is read of an article, and what is said of one that is wrong.

use super::*;

const WHOLE: &str = "---
# for customers
id: returns
language: en
title: \"Returns: how they work\"
questions:
  - How do I send something back?
  - 'Can I return it?' 
products: [x200, \"x300, long\"]
tags: orders
author: Li Wei
review_by: 2027-03-31
url: https://acme.example/returns
---

# Returns

Send it back within **30 days**. See [the form](https://acme.example/form).

Then wait.
";

#[test]
fn an_article_is_read() {
    let article = parse(WHOLE).unwrap();
    assert_eq!(article.id, "returns");
    assert_eq!(article.title, "Returns: how they work");
    assert_eq!(article.questions, ["How do I send something back?", "Can I return it?"]);
    assert_eq!(article.products, ["x200", "x300, long"]);
    assert_eq!(article.tags, ["orders"]);
    assert_eq!(
        article.answer,
        "Send it back within 30 days. See the form (https://acme.example/form)."
    );
    assert!(article.text.contains("Then wait.") && article.text.starts_with("Returns"));
    let day = |d| Date::from_ymd(2027, 3, d).unwrap();
    assert!(!article.is_stale(day(31)));
    assert!(article.is_stale(Date::from_ymd(2027, 4, 1).unwrap()));
    // As it comes from Windows.
    assert_eq!(parse(&WHOLE.replace('\n', "\r\n")).unwrap().questions, article.questions);
}

#[test]
fn an_answer_may_be_marked() {
    let text = "---\nid: a\nlanguage: zh\ntitle: 保修\nanswer: 一年。\n---\n";
    assert_eq!(parse(text).unwrap().answer, "一年。");
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_a_way_out() {
    let with = |lines: &str| format!("---\nid: a\nlanguage: en\ntitle: T\n{lines}\n---\nText.\n");
    for (text, line, cause) in [
        ("Text.".to_owned(), 1, "the article has no front matter"),
        ("---\nid: a\n".to_owned(), 1, "the front matter does not end"),
        ("---\nlanguage: en\ntitle: T\n---\nText.".to_owned(), 1, "the front matter has no `id`"),
        (with("colour: red"), 5, "there is no key `colour` in front matter"),
        (with("title: U"), 5, "`title` stands here and in line 4"),
        (with("review_by: 31.3.2027"), 5, "`31.3.2027` is no day"),
        (with("review_by: 2027-02-30"), 5, "`2027-02-30` is no day"),
        (with("url: acme.example"), 5, "`acme.example` is no address of a page"),
        (with("tags: [a, b"), 5, "the list does not end on its line"),
        (with("tags: [a, \"b]"), 5, "a quoted text does not end on its line"),
        (with("author: |"), 5, "`|` begins with a sign that means more in YAML"),
        (with("  author: x"), 5, "an indented line is no setting"),
        (with("author: x\n- y"), 6, "this item belongs to no list"),
        (with("author:"), 5, "`author` is empty"),
        (with("just words"), 5, "`just words` is no setting"),
        (
            "---\nid: A b\nlanguage: en\ntitle: T\n---\nText.".to_owned(),
            2,
            "`A b` is no id of an article",
        ),
        (
            "---\nid: a\nlanguage: English\ntitle: T\n---\nText.".to_owned(),
            3,
            "`English` is no language",
        ),
        (
            "---\nid: a\nlanguage: en\ntitle: T\n---\n# Only a heading\n".to_owned(),
            6,
            "the article says nothing",
        ),
    ] {
        let error = parse(&text).unwrap_err();
        assert_eq!((error.line, error.cause.as_str()), (line, cause), "{text}");
        assert!(!error.help.is_empty());
    }
}

#[test]
fn what_is_too_long_is_refused() {
    let title = "t".repeat(TITLE_CHARS_MAX + 1);
    let text = format!("---\nid: a\nlanguage: en\ntitle: {title}\n---\nText.");
    assert_eq!(parse(&text).unwrap_err().line, 4);
    let long = "word ".repeat(ANSWER_CHARS_MAX);
    let text = format!("---\nid: a\nlanguage: en\ntitle: T\n---\n{long}");
    assert!(parse(&text).unwrap_err().cause.contains("the first paragraph has"));
    assert!(parse(&"x".repeat(crate::limits::ARTICLE_BYTES_MAX + 1)).is_err());
}
