//! Lines above declarations. How often something is named is counted when its line is shown.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::{demand, on_document};
use crate::ide::lenses::{self as ide, What};
use crate::server::places::At;
use crate::server::state::State;

/// What a line is known by when the editor asks for its command.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    uri: Uri,
    position: Position,
}

/// The lines of a document.
pub async fn lenses(state: &State, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    let uri = params.text_document.uri.clone();
    on_document(state, "textDocument/codeLens", &params.text_document.uri, move |at| {
        let all = ide::lenses(&at.places.snapshot, at.file).into_iter();
        let one = |lens: ide::Lens| {
            let range = at.range(lens.at);
            let (title, command, id) = match lens.what {
                What::References(_) => {
                    let waiting = Waiting { uri: uri.clone(), position: range.start };
                    let data = serde_json::to_value(waiting).map_err(|error| error.to_string())?;
                    return Ok(CodeLens { range, command: None, data: Some(data) });
                }
                What::Run(id) => ("Run test", "flowright.runTest", id),
                What::Debug(id) => ("Debug test", "flowright.debugTest", id),
                What::Talk(flow) => ("Talk", "flowright.talk", flow),
                What::Graph(flow) => ("Graph", "flowright.showGraph", flow),
            };
            let command = command_of(title, command, vec![json!(uri), json!(id)]);
            Ok(CodeLens { range, command: Some(command), data: None })
        };
        all.map(one).collect::<std::result::Result<Vec<_>, String>>().map(Some)
    })
    .await
}

/// How often something is named.
pub async fn resolve(state: &State, lens: CodeLens) -> Result<CodeLens> {
    let waiting = lens.data.clone().and_then(|data| serde_json::from_value(data).ok());
    let Some(Waiting { uri, position }) = waiting else { return Ok(lens) };
    let named = uri.clone();
    let command = demand(state, "codeLens/resolve", &uri, move |at| counted(at, named, position));
    Ok(CodeLens { command: Some(command.await?), ..lens })
}

fn counted(at: &At, uri: Uri, position: Position) -> std::result::Result<Command, String> {
    let offset = at.offset(position)?;
    let all = ide::lenses(&at.places.snapshot, at.file);
    let symbol = all.into_iter().find_map(|lens| match lens.what {
        What::References(symbol) if lens.at.start == offset => Some(symbol),
        _ => None,
    });
    let symbol = symbol.ok_or("the text has changed meanwhile")?;
    let uses = ide::uses(&at.places.snapshot, &symbol);
    let locations: Vec<Location> =
        uses.iter().filter_map(|place| at.places.location(*place)).collect();
    let title = match uses.len() {
        1 => "1 reference".to_owned(),
        count => format!("{count} references"),
    };
    let arguments = vec![json!(uri), json!(position), json!(locations)];
    Ok(command_of(&title, "flowright.showReferences", arguments))
}

fn command_of(title: &str, command: &str, arguments: Vec<Value>) -> Command {
    let (title, command) = (title.to_owned(), command.to_owned());
    Command { title, command, arguments: Some(arguments) }
}
