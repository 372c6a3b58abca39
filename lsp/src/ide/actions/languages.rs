//! Languages that a text or a choice lacks: put in with the words of the bot's own language, to be
//! translated.

use flowright_compiler::base::Span;
use flowright_compiler::diag::{Code, Edit};
use flowright_compiler::syntax::ast::{Decl, DeclKind, OptionDecl, Text, TypeExpr};
use flowright_compiler::syntax::write::quoted;

use super::Kind;
use super::cx::Cx;
use super::texts::{languages, missing, words, written};

const CODES: &[Code] = &[Code::W0501, Code::E0501];

pub(super) fn offer(cx: &mut Cx<'_>) {
    let mut mended = false;
    for (number, _, at) in cx.findings_of(CODES) {
        let Some(edits) = at_text(cx, at) else { continue };
        let languages = languages(cx.model);
        let lacking =
            text_at(cx, at).map(|(_, text)| missing(text, &languages)).unwrap_or_default();
        let title = match lacking.as_slice() {
            [] => "write the text for each language".to_owned(),
            lacking => format!("add the text in `{}`, to be translated", lacking.join("`, `")),
        };
        cx.fix("add-language", title, number, edits);
        mended = true;
    }
    if mended {
        whole_file(cx);
    } else {
        one_for_each(cx);
    }
    for (number, _, at) in cx.findings_of(&[Code::W0504]) {
        if let Some(edit) = choice(cx, at) {
            let title = format!("give `{}` words in every language", cx.slice(at));
            cx.fix("add-choice-words", title, number, vec![edit]);
        }
    }
}

/// The text that stands there.
fn text_at<'s>(cx: &Cx<'s>, at: Span) -> Option<(&'s Decl, &'s Text)> {
    let decl = cx.model.decl_at(cx.file.id, at.start)?;
    let mut all = written(decl).into_iter();
    let found = all.find(|written| written.text.span.shifted(decl.origin) == at)?;
    Some((decl, found.text))
}

/// What gives the text at a place all languages.
fn at_text(cx: &Cx<'_>, at: Span) -> Option<Vec<Edit>> {
    let (decl, text) = text_at(cx, at)?;
    let languages = languages(cx.model);
    let words = cx.of(decl, words(text, &languages)?);
    let is_bare = text.variants.iter().any(|variant| variant.lang.is_none());
    if is_bare {
        return Some(vec![cx.edit(at, for_each(&languages, words))]);
    }
    let close = cx.closing(at)?;
    let on_lines = cx.slice(at).contains('\n');
    let gap = if on_lines { "\n" } else { "  " };
    let lacking = missing(text, &languages);
    let added: String = lacking.iter().map(|lang| format!("{gap}{lang} {words}")).collect();
    (!lacking.is_empty()).then(|| vec![cx.insert(close, added)])
}

fn for_each(languages: &[&str], words: &str) -> String {
    let all: Vec<_> = languages.iter().map(|lang| format!("{lang} {words}")).collect();
    format!("{{ {} }}", all.join("  "))
}

/// The same for every text of the file.
fn whole_file(cx: &mut Cx<'_>) {
    let all = cx.snapshot.analysis.diagnostics.iter();
    let here = all
        .filter(|finding| CODES.contains(&finding.code) && finding.primary.at.file == cx.file.id);
    let edits: Vec<Vec<Edit>> =
        here.filter_map(|finding| at_text(cx, finding.primary.at.span)).collect();
    if edits.len() > 1 {
        let title = format!("add the missing languages of {} texts of this file", edits.len());
        cx.offer("add-languages", Kind::Rewrite, title, edits.concat());
    }
}

/// A text without languages as one for each.
fn one_for_each(cx: &mut Cx<'_>) {
    let (Some(decl), languages) = (cx.decl, languages(cx.model)) else { return };
    let here = written(decl).into_iter().find(|written| {
        let [variant] = written.text.variants.as_slice() else { return false };
        variant.lang.is_none() && cx.touches(decl, written.text.span)
    });
    if let (Some(here), false) = (here, languages.is_empty()) {
        let at = here.text.span.shifted(decl.origin);
        let edits = vec![cx.edit(at, for_each(&languages, cx.slice(at)))];
        cx.offer("localize-text", Kind::Rewrite, "write the text for each language", edits);
    }
}

/// Words of a choice in the languages that it lacks.
fn choice(cx: &Cx<'_>, at: Span) -> Option<Edit> {
    let decl = cx.decl?;
    let option = options(decl).into_iter().find(|o| o.name.span.shifted(decl.origin) == at)?;
    let has = |lang: &str| {
        let mut words = option.words.iter();
        words.any(|words| words.lang.as_ref().is_none_or(|own| own.text == lang))
    };
    let shown = quoted(&option.name.text.replace('_', " "));
    let languages = languages(cx.model);
    let lacking = languages.iter().filter(|lang| !has(lang));
    let added: Vec<_> = lacking.map(|lang| format!("{lang} {shown}")).collect();
    let last = option.words.iter().flat_map(|words| &words.strings).last();
    let added = added.join("  ");
    Some(match last {
        Some(last) => cx.insert(last.span.shifted(decl.origin).end, format!("  {added}")),
        None => cx.insert(at.end, format!(" {{ {added} }}")),
    })
}

/// All choices that are written in a declaration.
fn options(decl: &Decl) -> Vec<&OptionDecl> {
    let types: Vec<&TypeExpr> = match &decl.node.kind {
        DeclKind::Entity(entity) => vec![&entity.base],
        DeclKind::Slot(slot) => vec![&slot.ty],
        DeclKind::Customer(customer) => customer.fields.iter().map(|field| &field.ty).collect(),
        DeclKind::Flow(flow) => flow.slots.iter().map(|slot| &slot.ty).collect(),
        DeclKind::Action(action) => {
            action.params.iter().map(|field| &field.ty).chain(&action.result).collect()
        }
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    types.into_iter().for_each(|ty| of_type(ty, &mut found));
    found
}

fn of_type<'d>(ty: &'d TypeExpr, found: &mut Vec<&'d OptionDecl>) {
    match ty {
        TypeExpr::OneOf { options, .. } => found.extend(options),
        TypeExpr::List { item, .. } => of_type(item, found),
        TypeExpr::Record { fields, .. } => {
            fields.iter().for_each(|field| of_type(&field.ty, found))
        }
        TypeExpr::Named(_) | TypeExpr::Error(_) => {}
    }
}
