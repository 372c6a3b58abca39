//! The keys of flowright.toml: where each stands and what it takes, so that a wrong one is told with
//! what is right. What a value means is read elsewhere.

mod clients;
mod table;

use std::net::SocketAddr;

use flowright_compiler::diag::closest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use table::{ADDRESS, Key, TABLES, Takes, WEBHOOK};

/// Something in flowright.toml that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where, in bytes.
    pub(super) at: usize,
    pub(super) message: String,
    /// What was probably meant.
    pub(super) hint: Option<&'static str>,
}

impl Fault {
    fn new(at: usize, message: String) -> Self {
        Self { at, message, hint: None }
    }
}

/// The first fault of a text that is TOML.
pub(super) fn fault(text: &str, whole: &DeTable<'_>) -> Option<Fault> {
    let faults = whole.iter().flat_map(|(name, value)| of_table(text, name, value));
    faults.min_by_key(|fault| fault.at)
}

/// What is wrong with something at the top, and what stands in it.
fn of_table(
    text: &str,
    name: &Spanned<impl AsRef<str>>,
    value: &Spanned<DeValue<'_>>,
) -> Vec<Fault> {
    let (at, name) = (name.span().start, name.get_ref().as_ref());
    let Some((name, keys)) = TABLES.iter().find(|(known, _)| *known == name) else {
        return vec![no_table(at, name)];
    };
    let Some(table) = value.get_ref().as_table() else {
        let message = format!(
            "`{name}` must be a table: write `[{name}]` on a line of its own and its keys below it; \
             here is {}",
            called(value.get_ref())
        );
        return vec![Fault::new(at, message)];
    };
    let of_key = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| match *name {
        "env" => of_variable(text, key, value),
        "webhooks" => of_webhook(key, value),
        _ => of_key(name, keys, key, value),
    };
    table.iter().filter_map(of_key).collect()
}

fn no_table(at: usize, name: &str) -> Fault {
    let has_it = |keys: &[Key]| keys.iter().any(|key| key.name == name);
    let owners: Vec<String> = TABLES
        .iter()
        .filter(|(_, keys)| has_it(keys))
        .map(|(table, _)| format!("`[{table}]`"))
        .collect();
    if !owners.is_empty() {
        return Fault::new(at, format!("`{name}` stands below {}", owners.join(" or ")));
    }
    let known = TABLES.iter().map(|(name, _)| format!("`[{name}]`")).collect::<Vec<_>>().join(", ");
    let hint = closest(name, TABLES.iter().map(|(name, _)| *name));
    Fault { hint, ..Fault::new(at, format!("there is no key `{name}` here; there are {known}")) }
}

/// A value of `[env]`.
fn of_variable(
    text: &str,
    name: &Spanned<impl AsRef<str>>,
    value: &Spanned<DeValue<'_>>,
) -> Option<Fault> {
    let (value, span) = (value.get_ref(), value.span());
    if value.is_str() {
        return None;
    }
    let name = name.get_ref().as_ref();
    let message = format!("`{name}` must be a text in quotes; here is {}", called(value));
    let written = text.get(span.clone()).filter(|_| !value.is_array() && !value.is_table());
    let message = match written {
        Some(written) => format!("{message}: write `{name} = \"{written}\"`"),
        None => message,
    };
    Some(Fault::new(span.start, message))
}

/// A table of `[webhooks]`.
fn of_webhook(name: &Spanned<impl AsRef<str>>, value: &Spanned<DeValue<'_>>) -> Option<Fault> {
    let name = name.get_ref().as_ref();
    let Some(table) = value.get_ref().as_table() else {
        let found = called(value.get_ref());
        let message = format!(
            "`{name}` must be a table: write `[webhooks.{name}]` on a line of its own and its keys \
             below it; here is {found}"
        );
        return Some(Fault::new(value.span().start, message));
    };
    let within = format!("webhooks.{name}");
    let faults = table.iter().filter_map(|(key, value)| of_key(&within, WEBHOOK, key, value));
    faults.min_by_key(|fault| fault.at)
}

fn of_key(
    table: &str,
    keys: &'static [Key],
    name: &Spanned<impl AsRef<str>>,
    value: &Spanned<DeValue<'_>>,
) -> Option<Fault> {
    let (at, name) = (name.span().start, name.get_ref().as_ref());
    let Some(key) = keys.iter().find(|key| key.name == name) else {
        let known = keys.iter().map(|key| format!("`{}`", key.name)).collect::<Vec<_>>().join(", ");
        let message = format!("`[{table}]` has no key `{name}`; it has {known}");
        let hint = closest(name, keys.iter().map(|key| key.name));
        return Some(Fault { hint, ..Fault::new(at, message) });
    };
    let Key { example, .. } = key;
    let found = called(value.get_ref());
    let (key_at, at) = (at, value.span().start);
    let such_as = format!("such as `{name} = {example}`");
    let wrong = match (key.takes, value.get_ref()) {
        (Takes::Listen, DeValue::String(text)) => {
            text.parse::<SocketAddr>().err().map(|_| not_listened_on(text, &such_as))
        }
        (Takes::Text, DeValue::String(text)) => {
            text.is_empty().then(|| format!("`{name}` is empty; write something {such_as}"))
        }
        (Takes::Text | Takes::Listen, _) => {
            Some(format!("`{name}` must be a text in quotes, {such_as}; here is {found}"))
        }
        (Takes::Texts, DeValue::Array(items)) => {
            let other = items.iter().find(|item| !item.get_ref().is_str())?;
            let found = called(other.get_ref());
            let message =
                format!("`{name}` must be a list of texts in quotes, {such_as}; here is {found}");
            return Some(Fault::new(other.span().start, message));
        }
        (Takes::Texts, _) => {
            Some(format!("`{name}` must be a list of texts in quotes, {such_as}; here is {found}"))
        }
        (Takes::Tables, DeValue::Array(items)) => {
            let other = items.iter().find(|item| !item.get_ref().is_table())?;
            let found = called(other.get_ref());
            return Some(Fault::new(other.span().start, not_tables(name, example, found)));
        }
        (Takes::Tables, _) => Some(not_tables(name, example, found)),
        (Takes::Address, DeValue::Table(address)) => {
            return of_address(table, (key_at, name), &["url"], address);
        }
        (Takes::SignedAddress, DeValue::Table(address)) => {
            return of_address(table, (key_at, name), &["url", "secret_env"], address);
        }
        (Takes::Addresses, DeValue::Table(addresses)) => {
            let within = format!("{table}.{name}");
            return addresses.iter().find_map(|(name, address)| match address.get_ref() {
                DeValue::Table(address) => {
                    of_address(&within, (name.span().start, name.get_ref()), &["url"], address)
                }
                other => {
                    let message = not_address(name.get_ref(), example, called(other));
                    Some(Fault::new(address.span().start, message))
                }
            });
        }
        (Takes::Clients, DeValue::Table(all)) => return clients::fault(all),
        (Takes::Clients, _) => Some(clients::not_client(name, example, found)),
        (Takes::Address | Takes::SignedAddress | Takes::Addresses, _) => {
            Some(not_address(name, example, found))
        }
    };
    wrong.map(|message| Fault::new(at, message))
}

/// An address, `needs` being the keys that it must have.
fn of_address(
    within: &str,
    (at, name): (usize, &str),
    needs: &[&str],
    address: &DeTable<'_>,
) -> Option<Fault> {
    let table = format!("{within}.{name}");
    // What was signed with before counts beside what is signed with now.
    let before = address.contains_key("secret_before_env").then_some("secret_env");
    let faults = address.iter().filter_map(|(key, value)| of_key(&table, ADDRESS, key, value));
    faults.min_by_key(|fault| fault.at).or_else(|| {
        let is_needed = |name: &&str| needs.contains(name) || before.as_ref() == Some(name);
        let missing =
            ADDRESS.iter().find(|key| is_needed(&key.name) && !address.contains_key(key.name))?;
        let Key { name, example, .. } = missing;
        let message = format!("`[{table}]` has no `{name}`: write `{name} = {example}` below it");
        Some(Fault::new(at, message))
    })
}

fn not_address(name: &str, example: &str, found: &str) -> String {
    format!(
        "`{name}` must be a table: write `{example}` on a line of its own and `url = \"…\"` below it; \
         here is {found}"
    )
}

fn not_tables(name: &str, example: &str, found: &str) -> String {
    format!(
        "`{name}` must be tables: write `{example}` on a line of its own before each, and its keys \
         below it; here is {found}"
    )
}

fn not_listened_on(text: &str, such_as: &str) -> String {
    match text.rsplit_once(':') {
        Some(("localhost", _)) => format!("`{text}` has a name: write the address, {such_as}"),
        Some((host, port)) if host.parse::<std::net::IpAddr>().is_ok() => {
            format!("`{port}` is no port: it is a number from 0 to 65535, {such_as}")
        }
        _ => format!("`{text}` is not an address with a port, {such_as}"),
    }
}

/// A value by its kind, in words.
const fn called(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a yes or no (`true`, `false`)",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn what_a_key_takes_is_told_where_it_has_something_else() {
        let cases = [
            (
                "[nlu]\nurl = \"http://h/x\"\ntimeout = 300\n",
                3,
                "`timeout` must be a text in quotes, such as `timeout = \"300ms\"`; here is a number",
            ),
            (
                "[nlu]\nencoder = [\"a\"]\n",
                2,
                "such as `encoder = \"models/minilm\"`; here is a list",
            ),
            (
                "[nlu]\nencoder = \"\"\n",
                2,
                "`encoder` is empty; write something such as `encoder =",
            ),
            ("[nlu]\nurl = true\n", 2, "`url` must be a text in quotes"),
            (
                "[serve]\nlisten = 8080\n",
                2,
                "such as `listen = \"127.0.0.1:8080\"`; here is a number",
            ),
            ("[serve]\nlisten = \"8080\"\n", 2, "`8080` is not an address with a port"),
            ("[serve]\nlisten = \"localhost:8080\"\n", 2, "write the address, such as `listen ="),
            (
                "[serve]\nlisten = \"127.0.0.1:99999\"\n",
                2,
                "`99999` is no port: it is a number from 0 to 65535",
            ),
            (
                "[store]\n\npath = 1979-05-27\n",
                3,
                "`path` must be a text in quotes, such as `path = \"my_bot.sqlite\"`; here is a date",
            ),
            ("[api]\ntoken_env = 1.5\n", 2, "such as `token_env = \"FLOWRIGHT_TOKEN\"`"),
            (
                "[web]\nallowed_origins = \"https://a\"\n",
                2,
                "must be a list of texts in quotes, such as `allowed_origins = [",
            ),
            ("[web]\nallowed_origins = [\n  \"https://a\",\n  7,\n]\n", 4, "here is a number"),
            (
                "[env]\nPORT = 8080\n",
                2,
                "`PORT` must be a text in quotes; here is a number: write `PORT = \"8080\"`",
            ),
            ("[env]\nCRM.URL = \"x\"\n", 2, "`CRM` must be a text in quotes; here is a table"),
            ("[demo]\ncustomers = \"C-1\"\n", 2, "write `[[demo.customers]]` on a line of its own"),
            ("[demo]\ncustomers = [\"C-1\"]\n", 2, "here is a text"),
            ("[deliver]\nhandoffs = \"http://h/x\"\n", 2, "write `[deliver.handoffs]` on a line"),
            ("[deliver.replies]\napi = 1\n", 2, "write `[deliver.replies.CHANNEL]` on a line"),
            ("[deliver.replies.api]\nurl = 1\n", 2, "`url` must be a text in quotes, such as"),
            ("[deliver.handoffs]\nurll = \"\"\n", 2, "did you mean `url`?"),
            ("serve = \"127.0.0.1:1\"\n", 1, "`serve` must be a table: write `[serve]` on a line"),
        ];
        for (text, line, message) in cases {
            let error = Config::parse("flowright.toml", text).unwrap_err().to_string();
            let place = format!("R0202: flowright.toml:{line}: ");
            assert!(error.starts_with(&place) && error.contains(message), "{text}\n{error}");
        }
    }

    #[test]
    fn a_key_that_there_is_not_is_told_with_those_that_there_are() {
        let cases = [
            (
                "[serve]\nlistn = \"127.0.0.1:1\"\n",
                2,
                "`[serve]` has no key `listn`; it has `listen`; did you mean `listen`?",
            ),
            ("[web]\norigins = []\n", 2, "`[web]` has no key `origins`; it has `allowed_origins`"),
            ("[demo]\ncustomer = []\n", 2, "did you mean `customers`?"),
            (
                "[storage]\n",
                1,
                "there is no key `storage` here; there are `[serve]`, `[grpc]`, `[store]`",
            ),
            ("[stor]\n", 1, "did you mean `store`?"),
            ("timeout = \"1s\"\n", 1, "`timeout` stands below `[nlu]`"),
            ("token_env = \"T\"\n", 1, "`token_env` stands below `[nlu]` or `[api]`"),
            ("# first\n[nlu]\ntimout = 1\n[serve]\nlisten = 2\n", 3, "did you mean `timeout`?"),
        ];
        for (text, line, message) in cases {
            let error = Config::parse("flowright.toml", text).unwrap_err().to_string();
            let place = format!("R0202: flowright.toml:{line}: ");
            assert!(error.starts_with(&place) && error.contains(message), "{text}\n{error}");
        }
    }

    #[test]
    fn all_keys_together_are_right() {
        let text = "[serve]\nlisten = \"[::1]:0\"\n[grpc]\nlisten = \"[::1]:1\"\n[store]\npath = \"a\"\n[nlu]\nencoder = \"m\"\n\
                    url = \"http://h/x\"\ntimeout = \"1s\"\ntoken_env = \"T\"\n[api]\ntoken_env = \"A\"\n\
                    [web]\nallowed_origins = [\"https://a\"]\n[env]\nEMPTY = \"\"\n\
                    [[demo.customers]]\nid = 1\n";
        let config = Config::parse("flowright.toml", text).unwrap();
        assert_eq!(config.serve.listen.to_string(), "[::1]:0");
        assert_eq!(config.grpc.listen.unwrap().to_string(), "[::1]:1");
        assert_eq!(config.demo.customers.len(), 1);
    }
}
