//! What requests bring.

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::breakpoints::Asks;

/// Reads the arguments of a request; what is missing has its default.
///
/// # Errors
/// What is wrong with them.
pub(super) fn read<T: DeserializeOwned>(arguments: &Json) -> Result<T, String> {
    let given = if arguments.is_null() { &Json::Object(serde_json::Map::new()) } else { arguments };
    T::deserialize(given).map_err(|e| format!("the arguments are wrong: {e}"))
}

/// How a conversation begins.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Launch {
    pub(super) project: PathBuf,
    pub(super) test: Option<String>,
    pub(super) flow: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) language: Option<String>,
    pub(super) customer: Option<Json>,
    /// `2026-06-01T09:30`, in the bot's timezone.
    pub(super) at: Option<String>,
    pub(super) stop_on_entry: bool,
    pub(super) no_debug: bool,
}

/// Which conversation is followed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Attach {
    pub(super) project: PathBuf,
    /// `http://127.0.0.1:8080`
    pub(super) server: String,
    pub(super) session: Option<String>,
    /// The environment variable with the operators' token, where the server wants one.
    pub(super) token_env: Option<String>,
    pub(super) stop_on_entry: bool,
}

/// How an editor counts, and what it can do.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Initialize {
    #[serde(rename = "linesStartAt1")]
    pub(super) lines_start_at_1: bool,
    #[serde(rename = "columnsStartAt1")]
    pub(super) columns_start_at_1: bool,
    /// It asks again for variables that are not so any more.
    pub(super) supports_invalidated_event: bool,
}

impl Default for Initialize {
    fn default() -> Self {
        Self { lines_start_at_1: true, columns_start_at_1: true, supports_invalidated_event: false }
    }
}

/// A file by its path, or a module of the standard library by its number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SourceAsked {
    pub(super) path: Option<PathBuf>,
    pub(super) source_reference: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SetBreakpoints {
    pub(super) source: SourceAsked,
    pub(super) breakpoints: Vec<Asks>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SetFunctionBreakpoints {
    pub(super) breakpoints: Vec<Asks>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SetExceptionBreakpoints {
    pub(super) filters: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct BreakpointLocations {
    pub(super) source: SourceAsked,
    pub(super) line: i64,
    pub(super) end_line: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct StackTrace {
    pub(super) start_frame: usize,
    pub(super) levels: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Scopes {
    pub(super) frame_id: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Variables {
    pub(super) variables_reference: usize,
    pub(super) start: usize,
    pub(super) count: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SetVariable {
    pub(super) variables_reference: usize,
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SetExpression {
    pub(super) expression: String,
    pub(super) value: String,
    pub(super) frame_id: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Evaluate {
    pub(super) expression: String,
    pub(super) frame_id: Option<usize>,
    pub(super) context: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Source {
    pub(super) source: SourceAsked,
    pub(super) source_reference: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Completions {
    pub(super) text: String,
    pub(super) column: usize,
}
