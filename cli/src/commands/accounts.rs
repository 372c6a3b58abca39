//! `flowright accounts`: who may sign in at the desk of a server that runs.

pub(crate) mod args;
mod ask;

use hyper::Method;
use serde_json::{Map, Value as Json, json};

use self::args::{
    AccountsCommand, AddArgs, Decided, ListArgs, PasswordArgs, RemoveArgs, ServerArgs, SetArgs,
};
use self::ask::{Server, path, variable};
use crate::Outcome;
use crate::args::Format;
use crate::failure::{Failure, print, print_json};
use crate::project::plural;
use crate::style::{Stream, paint};

pub(crate) fn run(command: &AccountsCommand) -> Result<Outcome, Failure> {
    match command {
        AccountsCommand::List(args) => list(args),
        AccountsCommand::Add(args) => add(args),
        AccountsCommand::Set(args) => set(args),
        AccountsCommand::Password(args) => password(args),
        AccountsCommand::Remove(args) => remove(args),
    }?;
    Ok(Outcome::Fine)
}

fn list(args: &ListArgs) -> Result<(), Failure> {
    let answer = Server::of(&args.server)?.ask(Method::GET, "/admin/accounts", None)?;
    if args.server.format == Format::Json {
        return print_json(&answer);
    }
    let accounts = answer.get("accounts").and_then(Json::as_array);
    print(&shown(accounts.map(Vec::as_slice).unwrap_or_default()))
}

fn add(args: &AddArgs) -> Result<(), Failure> {
    let server = Server::of(&args.server)?;
    let mut body = Map::from_iter([
        ("login".to_owned(), json!(args.login)),
        ("name".to_owned(), json!(args.name)),
    ]);
    decide(&mut body, &args.decided);
    put_password(&mut body, args.password_env.as_deref())?;
    let answer = server.ask(Method::POST, "/admin/accounts", Some(&body.into()))?;
    say(&args.server, &answer, format!("`{}` can sign in", text(&answer, "login")))
}

fn set(args: &SetArgs) -> Result<(), Failure> {
    if args.is_empty() {
        return Err(Failure::new("nothing of the account is to be changed")
            .with_help("name what is: `flowright accounts set --help` lists it"));
    }
    let server = Server::of(&args.server)?;
    let place = path(&args.login, "");
    let before = server.ask(Method::GET, &place, None)?;
    let kept = ["name", "role", "skills", "capacity", "weight_milli", "disabled"];
    let kept = kept.iter().filter_map(|name| Some(((*name).to_owned(), before.get(name)?.clone())));
    let mut body: Map<String, Json> = kept.collect();
    if args.no_role {
        body.insert("role".to_owned(), Json::Null);
    }
    if args.no_capacity {
        body.insert("capacity".to_owned(), json!({}));
    }
    for skill in &args.no_skill {
        let skills = body.get_mut("skills").and_then(Json::as_object_mut);
        if skills.and_then(|skills| skills.remove(skill)).is_none() {
            let login = text(&before, "login");
            return Err(Failure::new(format!("`{login}` has no skill `{skill}`"))
                .with_help("`flowright accounts list` shows her skills"));
        }
    }
    decide(&mut body, &args.decided);
    if let Some(name) = &args.name {
        body.insert("name".to_owned(), json!(name));
    }
    if let Some(disabled) = args.disabled {
        body.insert("disabled".to_owned(), json!(disabled));
    }
    let answer = server.ask(Method::PUT, &place, Some(&body.into()))?;
    say(&args.server, &answer, format!("`{}` is changed", text(&answer, "login")))
}

fn password(args: &PasswordArgs) -> Result<(), Failure> {
    let server = Server::of(&args.server)?;
    let mut body = Map::new();
    put_password(&mut body, args.password_env.as_deref())?;
    let answer = server.ask(Method::POST, &path(&args.login, "/password"), Some(&body.into()))?;
    say(&args.server, &answer, format!("`{}` has another password", text(&answer, "login")))
}

fn remove(args: &RemoveArgs) -> Result<(), Failure> {
    let answer = Server::of(&args.server)?.ask(Method::DELETE, &path(&args.login, ""), None)?;
    say(&args.server, &answer, format!("`{}` is removed", text(&answer, "login")))
}

/// Puts what is decided over what is there.
fn decide(body: &mut Map<String, Json>, decided: &Decided) {
    if let Some(role) = &decided.role {
        body.insert("role".to_owned(), json!(role));
    }
    if let Some(weight) = decided.weight_milli {
        body.insert("weight_milli".to_owned(), json!(weight));
    }
    for (skill, level) in &decided.skill {
        put(body, &["skills", skill], json!(level));
    }
    for (channel, count) in &decided.capacity {
        match channel {
            Some(channel) => put(body, &["capacity", "channels", channel], json!(count)),
            None => put(body, &["capacity", "default"], json!(count)),
        }
    }
}

/// Puts a value into objects in objects.
fn put(object: &mut Map<String, Json>, way: &[&str], value: Json) {
    let Some((first, rest)) = way.split_first() else { return };
    if rest.is_empty() {
        object.insert((*first).to_owned(), value);
        return;
    }
    let inner = object.entry((*first).to_owned()).or_insert_with(|| json!({}));
    if let Some(inner) = inner.as_object_mut() {
        put(inner, rest, value);
    }
}

fn put_password(body: &mut Map<String, Json>, name: Option<&str>) -> Result<(), Failure> {
    if let Some(name) = name {
        body.insert("password".to_owned(), json!(variable(name)?));
    }
    Ok(())
}

fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    json.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// What was done, how many logins that ended, and a password that is told once.
fn say(args: &ServerArgs, answer: &Json, done: String) -> Result<(), Failure> {
    if args.format == Format::Json {
        return print_json(answer);
    }
    let mut said = done;
    match answer.get("signed_out").and_then(Json::as_u64).unwrap_or(0) {
        0 => {}
        1 => said.push_str("; 1 login has ended"),
        many => said.push_str(&format!("; {many} logins have ended")),
    }
    said.push('\n');
    if let Some(password) = answer.get("password").and_then(Json::as_str) {
        let password = paint(Stream::Out, "1", password);
        said.push_str(&format!("password: {password}   it is not shown again\n"));
    }
    print(&said)
}

/// A line for each account, in columns.
fn shown(accounts: &[Json]) -> String {
    if accounts.is_empty() {
        return "there is no account: `flowright accounts add LOGIN --name NAME` makes one\n"
            .to_owned();
    }
    let rows: Vec<[String; 5]> = accounts.iter().map(row).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3, 4].map(width);
    let mut said = String::new();
    for (row, account) in rows.iter().zip(accounts) {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let disabled = account.get("disabled") == Some(&json!(true));
        let word = if disabled { paint(Stream::Out, "1;33", "disabled") } else { String::new() };
        let line = format!("{}  {word}", cells.collect::<Vec<_>>().join("  "));
        said.push_str(line.trim_end());
        said.push('\n');
        let unknown = account.get("unknown").and_then(Json::as_array);
        for what in unknown.into_iter().flatten().filter_map(Json::as_str) {
            let missing = paint(Stream::Out, "1;31", "missing:");
            said.push_str(&format!("    {missing} the bot lacks {what}\n"));
        }
    }
    said.push_str(&plural(accounts.len(), "account"));
    said.push('\n');
    said
}

fn row(account: &Json) -> [String; 5] {
    let counted = |(name, count): (&String, &Json)| format!("{name} {count}");
    let skills = account.get("skills").and_then(Json::as_object);
    let skills: Vec<String> = skills.into_iter().flatten().map(counted).collect();
    let capacity = account.get("capacity");
    let usual = capacity.and_then(|capacity| capacity.get("default")?.as_u64());
    let by_channel = capacity.and_then(|capacity| capacity.get("channels")?.as_object());
    let at_once: Vec<String> = usual
        .map(|count| format!("{count} at once"))
        .into_iter()
        .chain(by_channel.into_iter().flatten().map(counted))
        .collect();
    let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    [
        text(account, "login").to_owned(),
        or_dash(text(account, "role")),
        text(account, "name").to_owned(),
        or_dash(&skills.join(", ")),
        or_dash(&at_once.join(", ")),
    ]
}
