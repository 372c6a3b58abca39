//! Things of a project in a few words of the language itself: types, parameters, declarations.

use flowright_compiler::base::FileSpan;
use flowright_compiler::syntax::ast::{
    Action, Decl, DeclKind, Field, Labels, NamedText, Slot, TypeExpr,
};

use super::model::Model;
use super::snapshot::Snapshot;
use super::symbols::Ty;

/// Choices that are told of a `one_of`.
const CHOICES_SHOWN: usize = 6;
/// Fields that are told of a record.
const FIELDS_SHOWN: usize = 8;
/// Characters of a piece of source that is quoted.
const SOURCE_SHOWN: usize = 200;

/// A type as it is written, cut short where it is long.
#[must_use]
pub fn type_words(ty: &TypeExpr) -> String {
    match ty {
        TypeExpr::Named(name) => name.text.clone(),
        TypeExpr::OneOf { options, .. } => {
            let names = options.iter().map(|option| option.name.text.as_str());
            format!("one_of {{ {} }}", some(names, options.len(), CHOICES_SHOWN))
        }
        TypeExpr::List { item, .. } => format!("list of {}", type_words(item)),
        TypeExpr::Record { fields, .. } => {
            let all = fields.iter().take(FIELDS_SHOWN).map(field_words);
            let all: Vec<String> = all.collect();
            let names = all.iter().map(String::as_str);
            format!("{{ {} }}", some(names, fields.len(), FIELDS_SHOWN))
        }
        TypeExpr::Error(_) => "…".to_owned(),
    }
}

/// The first of some words, with commas, and whether there are more.
fn some<'a>(words: impl Iterator<Item = &'a str>, count: usize, max: usize) -> String {
    let shown: Vec<&str> = words.take(max).collect();
    let more = if count > max { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// `email: text personal`
#[must_use]
pub fn field_words(field: &Field) -> String {
    let optional = if field.optional.is_some() { " optional" } else { "" };
    let (name, ty) = (&field.name.text, type_words(&field.ty));
    format!("{name}: {ty}{optional}{}", label_words(&field.labels))
}

/// ` personal visible to agent`, with a blank before it; nothing where there is no label.
#[must_use]
pub fn label_words(labels: &Labels) -> String {
    let personal = if labels.personal.is_some() { " personal" } else { "" };
    match &labels.visible_to {
        Some(role) => format!("{personal} visible to {}", role.text),
        None => personal.to_owned(),
    }
}

/// `slot order: order_number`
#[must_use]
pub fn slot_words(slot: &Slot) -> String {
    let (name, ty) = (&slot.name.text, type_words(&slot.ty));
    format!("slot {name}: {ty}{}", label_words(&slot.labels))
}

/// `(order: text, due: date)`
#[must_use]
pub fn params_words(params: &[Field]) -> String {
    let params: Vec<String> = params.iter().map(field_words).collect();
    format!("({})", params.join(", "))
}

/// `action orders.get(order: text) -> { due: date }`
#[must_use]
pub fn action_words(action: &Action) -> String {
    let keyword = if action.is_effect { "effect" } else { "action" };
    let result = action.result.as_ref().map(|ty| format!(" -> {}", type_words(ty)));
    let params = params_words(&action.params);
    format!("{keyword} {}{params}{}", action.name.text, result.unwrap_or_default())
}

/// `text promise(by: date)`
#[must_use]
pub fn text_words(text: &NamedText) -> String {
    let params = if text.params.is_empty() { String::new() } else { params_words(&text.params) };
    format!("text {}{params}", text.name.text)
}

/// The type of a value, in words.
#[must_use]
pub fn ty_words(model: &Model, ty: &Ty) -> String {
    match ty {
        Ty::Named(name) => name.clone(),
        Ty::Choices(owner) => {
            let choices = model.choices(owner);
            let names = choices.iter().map(|choice| choice.text.as_str());
            format!("one_of {{ {} }}", some(names, choices.len(), CHOICES_SHOWN))
        }
        Ty::List(item) => format!("list of {}", ty_words(model, item)),
        Ty::Record(fields) => {
            let names = fields.iter().map(|(name, ..)| name.as_str());
            format!("{{ {} }}", some(names, fields.len(), FIELDS_SHOWN))
        }
        Ty::Unknown => String::new(),
    }
}

/// A declaration in one line of code.
#[must_use]
pub fn decl_words(snapshot: &Snapshot, at: FileSpan, decl: &Decl) -> String {
    match &decl.node.kind {
        DeclKind::Action(action) => action_words(action),
        DeclKind::Text(text) => text_words(text),
        DeclKind::Slot(slot) => slot_words(slot),
        DeclKind::Flow(flow) => format!("flow {}", flow.name.text),
        DeclKind::Intent(intent) => format!("intent {}", intent.name.text),
        DeclKind::Knowledge(knowledge) => format!("knowledge {}", knowledge.name.text),
        DeclKind::Experiment(experiment) => format!("experiment {}", experiment.name.text),
        DeclKind::Entity(entity) => {
            format!("entity {}: {}", entity.name.text, type_words(&entity.base))
        }
        _ => cut(&snapshot.analysis.sources.one_line(at), SOURCE_SHOWN),
    }
}

/// A text cut off at a number of characters.
#[must_use]
pub fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The first paragraph of a documentation.
#[must_use]
pub fn first_line(doc: &str) -> &str {
    doc.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}
