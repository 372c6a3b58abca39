//! What a document declares, and what a workspace does.

use flowright_compiler::base::FileSpan;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::on_document;
use crate::ide::outline::{Item, What, outline, place, search};
use crate::ide::symbols::Kind;
use crate::server::guard::guarded;
use crate::server::places::At;
use crate::server::state::State;

/// Names that a search gives at most.
const FOUND_MAX: usize = 500;

/// What a document declares.
pub async fn of_document(
    state: &State,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>> {
    let nested = state.can().nested_symbols;
    on_document(state, "textDocument/documentSymbol", &params.text_document.uri, move |at| {
        let items = outline(&at.places.snapshot, at.file);
        Ok(Some(match nested {
            true => items.iter().map(|item| one(at, item)).collect::<Vec<_>>().into(),
            false => {
                let mut all = Vec::new();
                items.iter().for_each(|item| flat(at, item, None, &mut all));
                all.into()
            }
        }))
    })
    .await
}

#[expect(deprecated, reason = "the type has a field that nobody should set")]
fn one(at: &At, item: &Item) -> DocumentSymbol {
    let children: Vec<_> = item.inside.iter().map(|inner| one(at, inner)).collect();
    DocumentSymbol {
        name: item.name.clone(),
        detail: Some(item.detail.clone()).filter(|detail| !detail.is_empty()),
        kind: kind(item.what),
        tags: None,
        deprecated: None,
        range: at.range(item.whole.cover(item.at)),
        selection_range: at.range(item.at),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

#[expect(deprecated, reason = "the type has a field that nobody should set")]
fn flat(at: &At, item: &Item, inside: Option<&str>, all: &mut Vec<SymbolInformation>) {
    let location = at.places.location(FileSpan { file: at.file, span: item.at });
    all.extend(location.map(|location| SymbolInformation {
        name: item.name.clone(),
        kind: kind(item.what),
        tags: None,
        deprecated: None,
        location,
        container_name: inside.map(str::to_owned),
    }));
    item.inside.iter().for_each(|inner| flat(at, inner, Some(&item.name), all));
}

/// What the projects declare whose name fits.
pub async fn of_workspace(
    state: &State,
    params: WorkspaceSymbolParams,
) -> Result<Option<WorkspaceSymbolResponse>> {
    let located: Vec<_> = state.projects().iter().map(|project| state.whole(project)).collect();
    let mut all = Vec::new();
    for located in located {
        let Ok((places, _)) = located.places().await else { continue };
        let query = params.query.clone();
        let found = guarded("workspace/symbol", move || {
            let found = search(&places.snapshot, &query, FOUND_MAX).into_iter();
            let one = |(item, file, owner): (Item, _, String)| {
                let location = places.location(place(file, &item))?;
                #[expect(deprecated, reason = "the type has a field that nobody should set")]
                Some(SymbolInformation {
                    name: item.name,
                    kind: kind(item.what),
                    tags: None,
                    deprecated: None,
                    location,
                    container_name: Some(owner),
                })
            };
            Ok(found.filter_map(one).collect::<Vec<_>>())
        });
        all.extend(found.await?);
    }
    all.truncate(FOUND_MAX);
    Ok(Some(all.into()))
}

/// The nearest of the protocol's kinds.
pub const fn kind(what: What) -> SymbolKind {
    match what {
        What::Customer => SymbolKind::STRUCT,
        What::Rules => SymbolKind::NAMESPACE,
        What::Handler => SymbolKind::EVENT,
        What::Property => SymbolKind::BOOLEAN,
        What::Test => SymbolKind::METHOD,
        What::Migration => SymbolKind::OPERATOR,
        What::Named(kind) => match kind {
            Kind::Bot | Kind::Module => SymbolKind::MODULE,
            Kind::Role | Kind::Skill => SymbolKind::INTERFACE,
            Kind::Channel => SymbolKind::NAMESPACE,
            Kind::Entity => SymbolKind::ENUM,
            Kind::Intent => SymbolKind::EVENT,
            Kind::SessionSlot | Kind::Slot | Kind::Bind => SymbolKind::VARIABLE,
            Kind::Param | Kind::TextParam => SymbolKind::VARIABLE,
            Kind::Action => SymbolKind::FUNCTION,
            Kind::Text | Kind::Language => SymbolKind::STRING,
            Kind::Flow => SymbolKind::CLASS,
            Kind::Knowledge => SymbolKind::PACKAGE,
            Kind::Experiment => SymbolKind::OBJECT,
            Kind::State => SymbolKind::METHOD,
            Kind::ResultField | Kind::CustomerField => SymbolKind::FIELD,
            Kind::ActionError | Kind::Choice | Kind::Variant => SymbolKind::ENUM_MEMBER,
        },
    }
}
