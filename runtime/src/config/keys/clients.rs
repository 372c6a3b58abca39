//! `[api.clients.NAME]`: what is wrong with the table of a client system, each where it stands.

use flowright_compiler::diag::closest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::table::{CLIENT, Key};
use super::{Fault, called, of_key};
use crate::clients::Right;
use crate::limits::{CLIENT_NAME_CHARS_MAX, CLIENTS_MAX};

/// The first fault of all clients.
pub(super) fn fault(all: &DeTable<'_>) -> Option<Fault> {
    let mut places: Vec<usize> = all.iter().map(|(name, _)| name.span().start).collect();
    places.sort_unstable();
    if let Some(at) = places.get(CLIENTS_MAX) {
        let message = format!("there are more than {CLIENTS_MAX} clients");
        return Some(Fault::new(*at, message));
    }
    all.iter().filter_map(|(name, client)| of_client(name, client)).min_by_key(|fault| fault.at)
}

pub(super) fn not_client(name: &str, example: &str, found: &str) -> String {
    format!(
        "`{name}` must be a table: write `{example}` on a line of its own and `key_env = \"…\"` and \
         `may = […]` below it; here is {found}"
    )
}

fn of_client(name: &Spanned<impl AsRef<str>>, client: &Spanned<DeValue<'_>>) -> Option<Fault> {
    let (at, name) = (name.span().start, name.get_ref().as_ref());
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > CLIENT_NAME_CHARS_MAX || !name.chars().all(fits) {
        let message = format!(
            "`{name}` is no name for a client: 1 to {CLIENT_NAME_CHARS_MAX} letters, digits, `-` and `_`"
        );
        return Some(Fault::new(at, message));
    }
    let Some(client_table) = client.get_ref().as_table() else {
        let found = called(client.get_ref());
        let message = not_client(name, &format!("[api.clients.{name}]"), found);
        return Some(Fault::new(client.span().start, message));
    };
    let table = format!("api.clients.{name}");
    let faults = client_table.iter().filter_map(|(key, value)| {
        of_key(&table, CLIENT, key, value).or_else(|| of_list(key, value))
    });
    faults.min_by_key(|fault| fault.at).or_else(|| of_whole(&table, at, client_table))
}

/// A list that is one of texts: that it says something, and that rights are rights.
fn of_list(key: &Spanned<impl AsRef<str>>, value: &Spanned<DeValue<'_>>) -> Option<Fault> {
    let (name, at) = (key.get_ref().as_ref(), value.span().start);
    let items = value.get_ref().as_array()?;
    if items.is_empty() {
        let message = match name {
            "may" => format!("`may` is empty: a client has at least one right, of {}", rights()),
            _ => format!("`{name}` is empty: without the key it is all of them"),
        };
        return Some(Fault::new(at, message));
    }
    if name != "may" {
        return None;
    }
    items.iter().find_map(|item| {
        let word = item.get_ref().as_str()?;
        if Right::ALL.iter().any(|right| right.name() == word) {
            return None;
        }
        let message = format!("there is no right `{word}`; there are {}", rights());
        let hint = closest(word, Right::ALL.iter().map(|right| right.name()));
        Some(Fault { hint, ..Fault::new(item.span().start, message) })
    })
}

fn rights() -> String {
    let names: Vec<String> = Right::ALL.iter().map(|right| format!("`{}`", right.name())).collect();
    names.join(", ")
}

/// What is missing in a client, and what does not go together.
fn of_whole(table: &str, at: usize, client: &DeTable<'_>) -> Option<Fault> {
    let is_missing =
        |key: &&Key| ["key_env", "may"].contains(&key.name) && !client.contains_key(key.name);
    if let Some(Key { name, example, .. }) = CLIENT.iter().find(is_missing) {
        let message = format!("`[{table}]` has no `{name}`: write `{name} = {example}` below it");
        return Some(Fault::new(at, message));
    }
    let may = client.get("may").and_then(|may| may.get_ref().as_array());
    let operate =
        may.into_iter().flatten().find(|right| right.get_ref().as_str() == Some("operate"));
    let operate = operate.filter(|_| client.contains_key("channels"))?;
    let message = "`operate` is for all channels: leave out `channels`, or the right".to_owned();
    Some(Fault::new(operate.span().start, message))
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn what_is_wrong_with_a_client_is_told_with_its_line() {
        let client = |more: &str| format!("[api.clients.crm]\nkey_env = \"K\"\n{more}\n");
        let cases = [
            (
                client("may = [\"write\", \"reed\"]"),
                3,
                "there is no right `reed`; there are `write`",
            ),
            (client("may = [\n  \"write\",\n  \"reed\",\n]"), 5, "did you mean `read`?"),
            (client("may = []"), 3, "`may` is empty: a client has at least one right"),
            (client("may = \"read\""), 3, "`may` must be a list of texts in quotes"),
            (client("may = [7]"), 3, "here is a number"),
            (
                client(""),
                1,
                "`[api.clients.crm]` has no `may`: write `may = [\"write\", \"read\"]`",
            ),
            (
                "[api.clients.crm]\nmay = [\"read\"]\n".to_owned(),
                1,
                "`[api.clients.crm]` has no `key_env`: write `key_env = \"CRM_KEY\"`",
            ),
            (client("may = [\"read\"]\nchannels = []"), 4, "without the key it is all of them"),
            (client("may = [\"read\"]\nchanels = [\"a\"]"), 4, "did you mean `channels`?"),
            (
                client("may = [\"read\", \"operate\"]\nchannels = [\"api\"]"),
                3,
                "`operate` is for all channels: leave out `channels`",
            ),
            (
                "[api.clients.\"a b\"]\nkey_env = \"K\"\nmay = [\"read\"]\n".to_owned(),
                1,
                "`a b` is no name for a client: 1 to 64 letters",
            ),
            (
                "[api]\nclients = 1\n".to_owned(),
                2,
                "`clients` must be a table: write `[api.clients.NAME]`",
            ),
            ("[api.clients]\ncrm = \"K\"\n".to_owned(), 2, "write `[api.clients.crm]` on a line"),
        ];
        for (text, line, message) in cases {
            let error = Config::parse("flowright.toml", &text).unwrap_err().to_string();
            let place = format!("R0202: flowright.toml:{line}: ");
            assert!(error.starts_with(&place) && error.contains(message), "{text}\n{error}");
        }
        let many: String = (0..101)
            .map(|n| format!("[api.clients.c{n}]\nkey_env = \"K{n}\"\nmay = [\"read\"]\n"))
            .collect();
        let error = Config::parse("f", &many).unwrap_err().to_string();
        assert!(error.contains("f:301: there are more than 100 clients"), "{error}");
    }
}
