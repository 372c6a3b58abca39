//! What is called at a place takes, and which of it is written there.

use flowright_compiler::base::FileId;
use flowright_compiler::sema::signatures;

use super::calls::{Given, params_of};
use super::cx::Cx;
use crate::ide::expect::{Frame, Rule};
use crate::ide::snapshot::Snapshot;
use crate::ide::words::about_function;

/// The parameters of what is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// The whole call: `orders.get(order: text)`.
    pub label: String,
    /// Where in it each parameter stands, in bytes.
    pub params: Vec<(usize, usize)>,
    /// The number of the parameter that is written at the place.
    pub active: Option<usize>,
    /// The documentation of what is called.
    pub docs: String,
}

/// What is called at an offset.
#[must_use]
pub fn help(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<Help> {
    let cx = Cx::in_values(snapshot, file, offset)?;
    let is_call = |frame: &Frame| {
        matches!(frame.rule, Rule::ActionArgs | Rule::FlowArgs | Rule::TextArgs | Rule::CallArgs)
    };
    let calls = cx.expected.next().filter_map(|(_, frames)| frames.into_iter().find(is_call));
    let frame = calls.max_by_key(|frame| frame.start)?;
    if frame.rule == Rule::CallArgs {
        return function(&cx, &frame);
    }
    let (called, params) = params_of(&cx, &frame)?;
    let (_, decl) = snapshot.model.decl(called.kind, &called.name)?;
    let params: Vec<(String, String)> =
        params.iter().map(|(symbol, ty)| (symbol.word().to_owned(), cx.ty_words(ty))).collect();
    let given = Given::of(&cx, &frame);
    let active = match given.name {
        Some(name) => params.iter().position(|(param, _)| param == name),
        None => Some(given.number),
    };
    let words = params.iter().map(|(name, ty)| format!("{name}: {ty}"));
    let docs = decl.node.doc.clone().unwrap_or_default();
    Some(built(&called.name, words, active, docs))
}

fn function(cx: &Cx<'_>, frame: &Frame) -> Option<Help> {
    let name = cx.path_before(frame.start.checked_sub(1)?).join(".");
    let function = signatures().into_iter().find(|function| function.name == name)?;
    let active = Some(Given::of(cx, frame).number);
    let docs = about_function(&name).map_or("", |about| about.says);
    let words = function.takes.iter().map(|takes| (*takes).to_owned());
    let help = built(&name, words, active, docs.to_owned());
    Some(Help { label: format!("{} -> {}", help.label, function.gives), ..help })
}

fn built(
    name: &str,
    words: impl Iterator<Item = String>,
    active: Option<usize>,
    docs: String,
) -> Help {
    let mut label = format!("{name}(");
    let mut params = Vec::new();
    for word in words {
        if !params.is_empty() {
            label.push_str(", ");
        }
        params.push((label.len(), label.len() + word.len()));
        label.push_str(&word);
    }
    label.push(')');
    let active = active.filter(|active| *active < params.len());
    Help { label, params, active, docs }
}
