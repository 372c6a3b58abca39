//! Replies laid out.

use super::*;

const SHOWS: Shows = Shows {
    text_max: 20,
    unit: Unit::Characters,
    menus: &[
        MenuForm { choices_max: 2, label_max: 5, text_max: 10 },
        MenuForm { choices_max: 3, label_max: 8, text_max: 20 },
    ],
    label_unit: Unit::Characters,
    links: false,
    images: false,
};

fn reply(text: &str, labels: &[&str]) -> v1::Reply {
    let choice = |(i, label): (usize, &&str)| v1::Choice {
        payload: format!("1:{i}"),
        label: (*label).to_owned(),
    };
    let choices = labels.iter().enumerate().map(choice).collect();
    v1::Reply { text: text.to_owned(), choices, ..v1::Reply::default() }
}

/// A text and labels; the form, the buttons' labels, the texts.
type Case = (
    &'static str,
    &'static [&'static str],
    usize,
    &'static [&'static str],
    &'static [&'static str],
);

#[test]
fn a_menu_takes_the_first_form_that_holds_it() {
    let cases: [Case; 8] = [
        ("Which?", &["Yes", "No"], 0, &["Yes", "No"], &["Which?"]),
        ("Which?", &["Yes", "No", "Maybe"], 1, &["Yes", "No", "Maybe"], &["Which?"]),
        ("Which of the two?", &["Yes", "No"], 1, &["Yes", "No"], &["Which of the two?"]),
        ("Which?", &["Returns", "No"], 0, &["Retu…", "No"], &["Which?"]),
        // Cut, they would be alike; in the second form they are not.
        ("Which?", &["Return 1", "Return 2"], 1, &["Return 1", "Return 2"], &["Which?"]),
        ("Q", &["a", "b", "c", "d"], 0, &[], &["Q\n1. a\n2. b\n3. c", "4. d"]),
        ("", &["Yes", "No"], 0, &["Yes", "No"], &["…"]),
        ("Q\n1. a\n2. a", &["a", "a"], 0, &[], &["Q\n1. a\n2. a"]),
    ];
    for (text, labels, form, buttons, texts) in cases {
        let reply = reply(text, labels);
        let laid = layout(&reply, &SHOWS);
        let shown: Vec<&str> = laid.buttons.iter().map(|b| b.label.as_str()).collect();
        assert_eq!((laid.form, shown.as_slice()), (form, buttons), "{text} {labels:?}");
        assert_eq!(laid.texts, texts, "{text} {labels:?}");
        for (button, label) in laid.buttons.iter().zip(labels) {
            assert_eq!(button.said, *label);
        }
    }
}

#[test]
fn what_is_not_shown_is_said() {
    let link = |url: &str, label: &str| v1::Link { url: url.to_owned(), label: label.to_owned() };
    let image = v1::Image { url: "i".to_owned(), label: "pic".to_owned() };
    let reply = v1::Reply {
        text: "T".to_owned(),
        agent: "Ada".to_owned(),
        links: vec![link("u", "l")],
        images: vec![image.clone()],
        card: Some(v1::Card {
            title: "C".to_owned(),
            body: String::new(),
            links: vec![link("v", "")],
            images: vec![],
        }),
        ..v1::Reply::default()
    };
    let wide = Shows { text_max: 100, ..SHOWS };
    assert_eq!(layout(&reply, &wide).texts, ["Ada: T\nl: u\npic: i\nC\nv"]);
    let shows = Shows { links: true, images: true, ..wide };
    let laid = layout(&reply, &shows);
    assert_eq!(laid.texts, ["Ada: T\nC\nv"]);
    assert_eq!((laid.images, laid.links), (vec![&image], vec![&link("u", "l")]));
}

#[test]
fn long_texts_are_cut_where_words_end() {
    let cases: [(&str, Unit, &[&str]); 5] = [
        ("one two three four five", Unit::Characters, &["one two three four", "five"]),
        ("aaaaaaaaaaaa\nbbbb cccc dd", Unit::Characters, &["aaaaaaaaaaaa", "bbbb cccc dd"]),
        ("一二三四五六七八", Unit::Bytes, &["一二三四五六", "七八"]),
        ("😀😀😀😀😀😀😀😀😀😀😀", Unit::Utf16, &["😀😀😀😀😀😀😀😀😀😀", "😀"]),
        ("", Unit::Bytes, &[]),
    ];
    for (text, unit, texts) in cases {
        assert_eq!(pieces(text, 20, unit), texts, "{text}");
    }
    let long = "x".repeat(500);
    let cut = pieces(&long, 20, Unit::Characters);
    assert_eq!(cut.len(), MESSAGES_PER_REPLY_MAX);
    assert!(cut.last().unwrap().ends_with('…'), "what is missing is shown");
    assert!(cut.iter().all(|piece| piece.chars().count() <= 20));
    assert_eq!(super::cut("abc", 1, Unit::Bytes), "…");
}
