//! What may be written at a position, and what is called there takes.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use super::on_writing;
use crate::ide::complete::{Asked, Help, Item, What, complete as offered, help};
use crate::ide::symbols::Kind;
use crate::server::places::At;
use crate::server::state::State;

/// Characters behind which something may be offered at once: fields, placeholders, states, values,
/// types, names in quotes. What each of them asks for is for the feature to say.
const TRIGGERS: [&str; 6] = [".", "{", ">", "(", ":", "\""];

/// What the server says of completion.
pub fn options() -> CompletionOptions {
    CompletionOptions {
        trigger_characters: Some(TRIGGERS.map(str::to_owned).to_vec()),
        resolve_provider: Some(false),
        ..CompletionOptions::default()
    }
}

/// What may be written at a position.
pub async fn complete(
    state: &State,
    params: CompletionParams,
) -> Result<Option<CompletionResponse>> {
    let typed = params.context.and_then(|context| context.trigger_character);
    let typed = typed.and_then(|typed| typed.chars().next());
    let asked = Asked { snippets: state.can().snippets, typed };
    let position = params.text_document_position;
    on_writing(state, "textDocument/completion", position, move |at, offset| {
        let offered = offered(&at.places.snapshot, at.file, offset, asked);
        let items = offered.items.into_iter().map(|item| one(at, item)).collect();
        let is_incomplete = offered.is_incomplete;
        Ok(Some(CompletionList { is_incomplete, items }.into()))
    })
    .await
}

fn one(at: &At, item: Item) -> CompletionItem {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let docs = some(item.docs).map(|value| {
        Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
    });
    CompletionItem {
        label: item.label,
        kind: Some(kind(item.what)),
        detail: some(item.detail),
        documentation: docs,
        sort_text: Some(item.sort),
        filter_text: Some(item.filter),
        insert_text_format: Some(match item.is_snippet {
            true => InsertTextFormat::SNIPPET,
            false => InsertTextFormat::PLAIN_TEXT,
        }),
        insert_text_mode: Some(InsertTextMode::ADJUST_INDENTATION),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: at.range(item.replaces),
            new_text: item.insert,
        })),
        ..CompletionItem::default()
    }
}

/// The nearest of the protocol's kinds.
fn kind(what: What) -> CompletionItemKind {
    match what {
        What::Keyword => CompletionItemKind::KEYWORD,
        What::Known => CompletionItemKind::CONSTANT,
        What::Function => CompletionItemKind::FUNCTION,
        What::Type => CompletionItemKind::STRUCT,
        What::Word => CompletionItemKind::VALUE,
        What::Named(kind) => match kind {
            Kind::Bot | Kind::Module | Kind::Knowledge => CompletionItemKind::MODULE,
            Kind::Role | Kind::Skill => CompletionItemKind::INTERFACE,
            Kind::Channel | Kind::Language => CompletionItemKind::UNIT,
            Kind::Entity => CompletionItemKind::ENUM,
            Kind::Intent => CompletionItemKind::EVENT,
            Kind::SessionSlot | Kind::Slot | Kind::Bind => CompletionItemKind::VARIABLE,
            Kind::Action => CompletionItemKind::FUNCTION,
            Kind::Text => CompletionItemKind::TEXT,
            Kind::Flow | Kind::Experiment => CompletionItemKind::CLASS,
            Kind::State => CompletionItemKind::METHOD,
            Kind::Param | Kind::TextParam => CompletionItemKind::PROPERTY,
            Kind::ResultField | Kind::CustomerField => CompletionItemKind::FIELD,
            Kind::ActionError | Kind::Choice | Kind::Variant => CompletionItemKind::ENUM_MEMBER,
        },
    }
}

/// What is called at a position takes.
pub async fn signature(
    state: &State,
    params: SignatureHelpParams,
) -> Result<Option<SignatureHelp>> {
    let position = params.text_document_position_params;
    on_writing(state, "textDocument/signatureHelp", position, |at, offset| {
        Ok(help(&at.places.snapshot, at.file, offset).map(signature_help))
    })
    .await
}

fn signature_help(help: Help) -> SignatureHelp {
    // Places in the label are counted in UTF-16, whatever positions are counted in.
    let units = |at: usize| {
        let before = help.label.get(..at).unwrap_or_default();
        u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
    };
    let param = |(start, end): &(usize, usize)| ParameterInformation {
        label: ParameterLabel::LabelOffsets([units(*start), units(*end)]),
        documentation: None,
    };
    let active = help.active.and_then(|active| u32::try_from(active).ok());
    let docs = Some(help.docs.clone()).filter(|docs| !docs.is_empty()).map(|value| {
        Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
    });
    let signature = SignatureInformation {
        parameters: Some(help.params.iter().map(param).collect()),
        documentation: docs,
        active_parameter: active,
        label: help.label,
    };
    SignatureHelp {
        signatures: vec![signature],
        active_signature: Some(0),
        active_parameter: active,
    }
}
