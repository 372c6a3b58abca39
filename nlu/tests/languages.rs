//! Which language an utterance is in: `tables/languages.txt`.

use flowright_nlu::detect;
use flowright_nlu::lang::Lang;

const TABLE: &str = include_str!("tables/languages.txt");
/// Rows that the table has at least.
const ROWS_WANTED: usize = 60;

#[test]
fn languages_are_told_by_what_is_said() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for row in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let (code, text) = row.split_once(" | ").or(row.split_once(" |")).unwrap();
        let found = detect(text, &[Lang::ZH, Lang::EN]);
        // The order in which a bot names its languages says nothing of an utterance.
        assert_eq!(found, detect(text, &[Lang::EN, Lang::ZH]), "{text}");
        let found = found.map_or_else(|| "-".to_owned(), |lang| lang.to_string());
        if found != code.trim() {
            wrong.push(format!("`{text}`: {found}, not {code}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= ROWS_WANTED, "{count} rows");
}

#[test]
fn a_language_that_the_bot_does_not_speak_is_never_found() {
    let ru = Lang::parse("ru").unwrap();
    for row in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let (code, text) = row.split_once(" | ").or(row.split_once(" |")).unwrap();
        assert_eq!(detect(text, &[]), None, "{text}");
        let only = detect(text, &[Lang::EN]);
        assert!(only.is_none_or(|lang| lang == Lang::EN && code != "zh"), "{text}: {only:?}");
        assert!(detect(text, &[Lang::EN, ru]).is_none_or(|lang| lang != Lang::ZH), "{text}");
    }
    let cyrillic = detect("Здравствуйте, где мой заказ?", &[Lang::EN, ru]);
    assert!(cyrillic.is_none_or(|lang| lang == ru), "{cyrillic:?}");
    // A word or two of Latin letters are written in Russian as well.
    assert_eq!(detect("report", &[Lang::EN, ru]), None);
    assert_eq!(detect("Hello, where is my order?", &[Lang::EN, ru]), Some(Lang::EN));
    assert_eq!(detect("где мой iPhone", &[Lang::EN, ru]), Some(ru));
}
