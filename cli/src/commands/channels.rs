//! `flowright channels`: what a bot declares to be written to by, one channel a line: where it is, whether
//! it is served, when somebody last wrote there, and what it lacks.

use std::collections::BTreeMap;
use std::path::Path;

use flowright_compiler::ir::{ChannelDef, SettingDef};
use flowright_runtime::access::email;
use flowright_runtime::access::social::lacking;
use flowright_runtime::clock::{Clock as _, WallClock};
use flowright_runtime::config::Config;
use flowright_runtime::store::{is_in_use, last_heard};
use serde::Serialize;

use crate::Outcome;
use crate::args::{ChannelsArgs, Format};
use crate::configuration;
use crate::failure::{Failure, print, print_json};
use crate::runnable::Runnable;
use crate::stores::folder_there;
use crate::style::{Stream, paint};

/// How a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// A server has the project's store open.
    Served,
    /// Nothing is missing, and no server runs.
    Ready,
    /// It cannot be served as it is.
    Missing,
}

/// One channel.
#[derive(Debug, Serialize)]
struct Line {
    channel: String,
    kind: String,
    /// Where it is written to.
    address: String,
    state: State,
    /// When the last message came, ms UTC.
    last_ms: Option<i64>,
    /// What it lacks.
    missing: Vec<String>,
}

/// All of them, for programs.
#[derive(Debug, Serialize)]
struct Report<'r> {
    schema_version: u32,
    channels: &'r [Line],
}

pub(crate) fn run(args: &ChannelsArgs) -> Result<Outcome, Failure> {
    let look = &args.look;
    let folder = folder_there(&look.project)?;
    let config = configuration::read(look.config.as_deref(), &folder)?;
    let Some(runnable) = Runnable::open_configured(&look.project, &config)? else {
        return Ok(Outcome::Findings);
    };
    let program = runnable.load(true)?;
    let store = look.store.clone().unwrap_or_else(|| folder.join(&config.store.path));
    let heard = match store.exists() {
        true => last_heard(&store).map_err(|e| Failure::new(e.to_string()))?,
        // Nobody has written yet.
        false => BTreeMap::new(),
    };
    let served = store.exists() && is_in_use(&store);
    let line = |channel: &ChannelDef| {
        let missing = missing(channel, &config, &folder);
        let state = match (missing.is_empty(), served) {
            (false, _) => State::Missing,
            (true, true) => State::Served,
            (true, false) => State::Ready,
        };
        Line {
            channel: channel.name.clone(),
            kind: kind(channel),
            address: address(channel, &config),
            state,
            last_ms: heard.get(&channel.name).copied(),
            missing,
        }
    };
    let lines: Vec<Line> = program.program.channels.iter().map(line).collect();
    match look.format {
        Format::Human => print(&shown(&lines, WallClock.now_ms()))?,
        Format::Json => print_json(&Report { schema_version: 1, channels: &lines })?,
    }
    let is_missing = lines.iter().any(|line| line.state == State::Missing);
    Ok(if is_missing { Outcome::Findings } else { Outcome::Fine })
}

fn setting<'c>(channel: &'c ChannelDef, key: &str) -> Option<&'c SettingDef> {
    channel.settings.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

fn word<'c>(channel: &'c ChannelDef, key: &str) -> Option<&'c str> {
    match setting(channel, key)? {
        SettingDef::Text(text) | SettingDef::Word(text) => Some(text),
        _ => None,
    }
}

/// Its kind, with the provider where it has one.
fn kind(channel: &ChannelDef) -> String {
    match word(channel, "provider") {
        Some(provider) => format!("{} {provider}", channel.kind),
        None => channel.kind.clone(),
    }
}

fn address(channel: &ChannelDef, config: &Config) -> String {
    let listen = config.serve.listen;
    let path = word(channel, "path");
    match channel.kind.as_str() {
        "websocket" => format!("ws://{listen}{}", path.unwrap_or("/ws")),
        "rest" => format!("http://{listen}/v1/messages"),
        "grpc" => config.grpc.listen.unwrap_or(listen).to_string(),
        "email" => word(channel, "address").unwrap_or("").to_owned(),
        "webhook" => match path {
            Some(path) => format!("http://{listen}{path}"),
            None => format!("http://{listen}/webhooks/{}", channel.name),
        },
        _ => String::new(),
    }
}

/// What keeps a channel from being served.
pub(crate) fn missing(channel: &ChannelDef, config: &Config, folder: &Path) -> Vec<String> {
    if channel.kind == "webhook" {
        return lacking(channel, config);
    }
    let variables = channel.settings.iter().filter_map(|(name, value)| match value {
        SettingDef::Env(variable) if config.variable(variable).is_none() => {
            Some(format!("its {name}: the environment variable {variable} is not set"))
        }
        _ => None,
    });
    let mut missing: Vec<String> = variables.collect();
    if channel.kind == "email" {
        let variable = |name: &str| config.variable(name);
        missing.extend(email::missing(&config.email, folder, channel, variable));
    }
    missing
}

/// In columns, and what is missing below each.
fn shown(lines: &[Line], now_ms: i64) -> String {
    let width =
        |of: fn(&Line) -> &str| lines.iter().map(|l| of(l).chars().count()).max().unwrap_or(0);
    let widths = [width(|l| &l.channel), width(|l| &l.kind), width(|l| &l.address)];
    let mut text = String::new();
    for line in lines {
        for (column, width) in [&line.channel, &line.kind, &line.address].into_iter().zip(widths) {
            text.push_str(&format!("{column:width$}  "));
        }
        let (word, color) = match line.state {
            State::Served => ("served", "1;32"),
            State::Ready => ("not running", "1;33"),
            State::Missing => ("missing", "1;31"),
        };
        let space = " ".repeat(13 - word.len());
        let last = match line.last_ms {
            Some(at_ms) => format!("last message {}", ago(now_ms.saturating_sub(at_ms))),
            None => "no message yet".to_owned(),
        };
        text.push_str(&format!("{}{space}{last}\n", paint(Stream::Out, color, word)));
        for what in &line.missing {
            text.push_str(&format!("    {} {what}\n", paint(Stream::Out, "1;31", "missing:")));
        }
    }
    if lines.is_empty() {
        text.push_str("the bot declares no channel: `channel api: rest` is one\n");
    }
    text
}

/// How long ago something was, in its largest unit.
fn ago(ms: i64) -> String {
    let seconds = ms.max(0) / 1_000;
    let (count, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "min"),
        3_600..86_400 => (seconds / 3_600, "h"),
        _ => (seconds / 86_400, "d"),
    };
    format!("{count} {unit} ago")
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn times_are_told_in_their_largest_unit() {
        for (ms, told) in [
            (-5, "just now"),
            (59_999, "just now"),
            (60_000, "1 min ago"),
            (3_599_999, "59 min ago"),
            (3_600_000, "1 h ago"),
            (90_000_000, "1 d ago"),
        ] {
            assert_eq!(ago(ms), told);
        }
    }
}
