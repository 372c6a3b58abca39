//! Which flows call which, and which states lead to which.

use flowright_compiler::base::FileSpan;
use serde::{Deserialize, Serialize};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::{on_document, on_position};
use crate::ide::calls::{Call, extent, incoming as calls_of, outgoing as calls_from};
use crate::ide::navigate::symbol_at;
use crate::ide::symbols::{Kind, Symbol};
use crate::server::places::Places;
use crate::server::state::State;

/// What a line of the hierarchy stands for, as the editor gives it back.
#[derive(Serialize, Deserialize)]
struct Who {
    flow: String,
    state: Option<String>,
}

/// The flow or state at a position.
pub async fn prepare(
    state: &State,
    params: CallHierarchyPrepareParams,
) -> Result<Option<Vec<CallHierarchyItem>>> {
    let params = params.text_document_position_params;
    on_position(state, "textDocument/prepareCallHierarchy", params, |at, offset| {
        let snapshot = &at.places.snapshot;
        let found = symbol_at(snapshot, at.file, offset).map(|found| found.symbol);
        let is_one = |symbol: &Symbol| matches!(symbol.kind, Kind::Flow | Kind::State);
        let symbol = match found {
            Some(symbol) if is_one(&symbol) => symbol,
            // An intent stands for the flow that it starts.
            Some(symbol) if symbol.kind == Kind::Intent => {
                match snapshot.model.flow_of_intent(&symbol.name) {
                    Some(flow) => Symbol::top(Kind::Flow, &flow.name.text),
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        Ok(item(&at.places, &symbol).map(|item| vec![item]))
    })
    .await
}

/// Who goes there.
pub async fn incoming(
    state: &State,
    params: CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
    let Some(symbol) = symbol_of(&params.item) else { return Ok(None) };
    on_document(state, "callHierarchy/incomingCalls", &params.item.uri, move |at| {
        let one = |call: Call| {
            let from_ranges = ranges(&at.places, &call.from);
            Some(CallHierarchyIncomingCall { from: item(&at.places, &call.who)?, from_ranges })
        };
        let calls = calls_of(&at.places.snapshot, &symbol);
        Ok(Some(calls.into_iter().filter_map(one).collect()))
    })
    .await
}

/// Where it goes.
pub async fn outgoing(
    state: &State,
    params: CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
    let Some(symbol) = symbol_of(&params.item) else { return Ok(None) };
    on_document(state, "callHierarchy/outgoingCalls", &params.item.uri, move |at| {
        let one = |call: Call| {
            let from_ranges = ranges(&at.places, &call.from);
            Some(CallHierarchyOutgoingCall { to: item(&at.places, &call.who)?, from_ranges })
        };
        let calls = calls_from(&at.places.snapshot, &symbol);
        Ok(Some(calls.into_iter().filter_map(one).collect()))
    })
    .await
}

fn ranges(places: &Places, all: &[FileSpan]) -> Vec<Range> {
    all.iter().map(|at| places.range(*at)).collect()
}

fn item(places: &Places, symbol: &Symbol) -> Option<CallHierarchyItem> {
    let (whole, name) = extent(&places.snapshot, symbol)?;
    let is_state = symbol.kind == Kind::State;
    let who = match is_state {
        true => Who { flow: symbol.owner.clone(), state: Some(symbol.name.clone()) },
        false => Who { flow: symbol.name.clone(), state: None },
    };
    Some(CallHierarchyItem {
        name: symbol.name.clone(),
        kind: if is_state { SymbolKind::METHOD } else { SymbolKind::CLASS },
        tags: None,
        detail: is_state.then(|| symbol.owner.clone()),
        uri: places.uri(name.file)?,
        range: places.range(whole),
        selection_range: places.range(name),
        data: serde_json::to_value(who).ok(),
    })
}

fn symbol_of(item: &CallHierarchyItem) -> Option<Symbol> {
    let who: Who = serde_json::from_value(item.data.clone()?).ok()?;
    Some(match who.state {
        Some(state) => Symbol::inside(Kind::State, &who.flow, &state),
        None => Symbol::top(Kind::Flow, &who.flow),
    })
}
