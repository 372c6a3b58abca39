//! What can be done at a place. Edits are worked out when one is chosen, where the editor can ask again.

use serde::{Deserialize, Serialize};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::{demand, on_document};
use crate::ide::actions::{self as ide, Action, Kind, Plan, edits_of};
use crate::server::findings;
use crate::server::places::At;
use crate::server::state::State;

/// What a chosen action is known by when the editor asks for its edits.
#[derive(Debug, Serialize, Deserialize)]
struct Chosen {
    uri: Uri,
    range: Range,
    id: String,
    title: String,
}

/// What can be done in a range.
pub async fn actions(
    state: &State,
    params: CodeActionParams,
) -> Result<Option<CodeActionResponse>> {
    let lazy = state.can().resolve_actions;
    let CodeActionParams { text_document, range, context, .. } = params;
    let uri = text_document.uri.clone();
    on_document(state, "textDocument/codeAction", &text_document.uri, move |at| {
        let wanted = |kind: &CodeActionKind| {
            context.only.as_ref().is_none_or(|only| only.iter().any(|only| is_in(kind, only)))
        };
        let mut all = Vec::new();
        for action in ide::actions(&at.places.snapshot, at.file, at.span(range)?) {
            if !wanted(&kind(action.kind)) {
                continue;
            }
            let chosen = Chosen {
                uri: uri.clone(),
                range,
                id: action.id.to_owned(),
                title: action.title.clone(),
            };
            all.extend(shown(at, action, chosen, lazy)?);
        }
        // Changes of a whole file are asked for by name.
        if context.only.is_some() {
            whole_file(at, &wanted, &mut all)?;
        }
        Ok(Some(all.into_iter().map(CodeActionOrCommand::CodeAction).collect()))
    })
    .await
}

/// An action with its edits.
pub async fn resolve(state: &State, action: CodeAction) -> Result<CodeAction> {
    let chosen = action.data.clone().and_then(|data| serde_json::from_value(data).ok());
    let Some(Chosen { uri, range, id, title }) = chosen else { return Ok(action) };
    let edit = demand(state, "codeAction/resolve", &uri, move |at| {
        let all = ide::actions(&at.places.snapshot, at.file, at.span(range)?);
        let same = |action: &&Action| action.id == id && action.title == title;
        let action = all.iter().find(same).ok_or("the text has changed meanwhile")?;
        at.places.edit(&edits_of(&at.places.snapshot, &action.plan)?)
    });
    Ok(CodeAction { edit: Some(edit.await?), ..action })
}

fn shown(
    at: &At,
    action: Action,
    chosen: Chosen,
    lazy: bool,
) -> std::result::Result<Option<CodeAction>, String> {
    let mends = action.mends.and_then(|number| at.places.snapshot.analysis.diagnostics.get(number));
    let mut shown = CodeAction {
        title: action.title,
        kind: Some(kind(action.kind)),
        diagnostics: mends.map(|finding| vec![findings::one(&at.places, finding)]),
        is_preferred: action.preferred.then_some(true),
        ..CodeAction::default()
    };
    match &action.plan {
        Plan::Refused(why) => {
            shown.disabled = Some(CodeActionDisabled { reason: why.clone() });
        }
        _ if lazy => {
            let data = serde_json::to_value(chosen).map_err(|error| error.to_string())?;
            shown.data = Some(data);
        }
        // A conversation is not looked for wherever the cursor comes by.
        Plan::Test { .. } => return Ok(None),
        plan => match edits_of(&at.places.snapshot, plan) {
            Ok(edits) => shown.edit = Some(at.places.edit(&edits)?),
            Err(reason) => shown.disabled = Some(CodeActionDisabled { reason }),
        },
    }
    Ok(Some(shown))
}

fn whole_file(
    at: &At,
    wanted: &dyn Fn(&CodeActionKind) -> bool,
    all: &mut Vec<CodeAction>,
) -> std::result::Result<(), String> {
    let snapshot = &at.places.snapshot;
    if snapshot.is_standard(at.file) {
        return Ok(());
    }
    let mut put = |title: &str, kind: CodeActionKind, edits: &[flowright_compiler::diag::Edit]| {
        if wanted(&kind) && !edits.is_empty() {
            let edit = Some(at.places.edit(edits)?);
            let title = title.to_owned();
            all.push(CodeAction { title, kind: Some(kind), edit, ..CodeAction::default() });
        }
        Ok::<_, String>(())
    };
    put(
        "fix all that is mechanical",
        CodeActionKind::SOURCE_FIX_ALL,
        &ide::fix_all(snapshot, at.file),
    )?;
    let imports = ide::organized_imports(snapshot, at.file);
    put("put the modules in order", CodeActionKind::SOURCE_ORGANIZE_IMPORTS, &imports)
}

/// Whether a kind is one of another: `refactor.extract` of `refactor`.
fn is_in(kind: &CodeActionKind, of: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(of.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || of.as_str().is_empty())
}

const fn kind(kind: Kind) -> CodeActionKind {
    match kind {
        Kind::Fix => CodeActionKind::QUICKFIX,
        Kind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        Kind::Inline => CodeActionKind::REFACTOR_INLINE,
        Kind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_those_above_them() {
        let is_in = |kind: &'static str, of: &'static str| {
            super::is_in(&CodeActionKind::new(kind), &CodeActionKind::new(of))
        };
        assert!(is_in("refactor.extract", "refactor"));
        assert!(is_in("refactor.extract", "refactor.extract"));
        assert!(is_in("quickfix", ""));
        assert!(!is_in("refactor", "refactor.extract"));
        assert!(!is_in("source.fixAll", "source.fix"));
    }
}
