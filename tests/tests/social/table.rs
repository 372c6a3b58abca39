//! The compiler and the channels have the same numbers: a flow that was checked is shown as checked.

use flowright_access::social::{
    Key, Keys, Line, Messenger, Provider, SafeMode, Slack, Telegram, Unit, WeChat, WeCom, WhatsApp,
};
use flowright_compiler::channels::table;

fn providers() -> Vec<Box<dyn Provider>> {
    let keys = || Keys::new("secret", ["s"]).unwrap();
    let key = || Key::new("token", "1:t").unwrap();
    let mode = || vec![SafeMode::new("t", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap()];
    vec![
        Box::new(WhatsApp { secrets: keys(), verify_token: keys(), access_token: key() }),
        Box::new(Messenger { secrets: keys(), verify_token: keys(), access_token: key() }),
        Box::new(Slack { secrets: keys(), bot_token: key() }),
        Box::new(Telegram::new(keys(), key()).unwrap()),
        Box::new(Line { secrets: keys(), access_token: key() }),
        Box::new(WeChat { app_id: "a".to_owned(), app_secret: key(), modes: mode() }),
        Box::new(WeCom { corp_id: "c".to_owned(), corp_secret: key(), modes: mode() }),
    ]
}

#[test]
fn what_is_shown_is_what_was_checked() {
    for provider in providers() {
        let name = provider.name();
        let row = table::TABLE.iter().find(|row| row.provider == Some(name)).unwrap();
        let shows = provider.shows();
        let unit = match shows.unit {
            Unit::Characters => table::Unit::Characters,
            Unit::Utf16 => table::Unit::Utf16,
            Unit::Bytes => table::Unit::Bytes,
        };
        // Where the table has no number, ours only decides where something is cut.
        assert!(row.text_max.is_none_or(|most| most == shows.text_max), "{name}");
        assert!(row.text_max.is_none() || unit == row.unit || name == "telegram", "{name}");
        assert_eq!((shows.links, shows.images), (row.links, row.images), "{name}");
        assert_eq!(shows.menus.len(), row.menus.len(), "{name}");
        for (form, checked) in shows.menus.iter().zip(row.menus) {
            assert!(checked.choices_max.is_none_or(|most| most == form.choices_max), "{name}");
            assert!(checked.label_max.is_none_or(|most| most == form.label_max), "{name}");
            assert!(checked.text_max.is_none_or(|most| most == form.text_max), "{name}");
        }
    }
}
