//! Declares what is named and not there: intents, skills, flows, texts, channels, roles, entities,
//! states, the bot; brings in the standard module that has it.

use flowright_compiler::base::{FileSpan, Span};
use flowright_compiler::diag::{Code, Edit};
use flowright_compiler::project::MODULES;
use flowright_compiler::syntax::ast::{Arg, DeclKind, ExprKind, StepKind, TextRef};
use flowright_compiler::syntax::parse;
use flowright_compiler::syntax::write::quoted;

use super::cx::Cx;
use super::flows::steps;
use super::names::sentence;
use super::texts::{everywhere, languages, references};
use super::types;
use crate::ide::model::declared;
use crate::ide::symbols::{Kind, Scope};

const CODES: &[Code] = &[Code::E0201, Code::E0203, Code::E0205, Code::E0210, Code::E0211];

pub(super) fn offer(cx: &mut Cx<'_>) {
    for (number, finding, at) in cx.findings_of(CODES) {
        if finding.code == Code::E0211 {
            bot(cx, number);
            continue;
        }
        let Some(found) = cx.undeclared(at) else { continue };
        let (kind, name) = (found.symbol.kind, found.symbol.name.clone());
        if kind == Kind::State && finding.code == Code::E0203 {
            state(cx, number, &name);
            continue;
        }
        if kind == Kind::Language && finding.code == Code::E0210 {
            language(cx, number, &name);
            continue;
        }
        if cx.model.declares(kind, &name) {
            continue;
        }
        module(cx, number, kind, &name);
        if let Some((id, what, text)) = declaration(cx, kind, &name, at) {
            let edits = vec![cx.declaration(&text)];
            cx.fix(id, format!("create the {what} `{name}`"), number, edits);
        }
    }
}

/// How a name of some kind is declared: what it is known by, what it is called, its text.
fn declaration(
    cx: &Cx<'_>,
    kind: Kind,
    name: &str,
    at: Span,
) -> Option<(&'static str, &'static str, String)> {
    let words = quoted(&sentence(name));
    Some(match kind {
        Kind::Intent => {
            let languages = match languages(cx.model).as_slice() {
                [] => vec!["en"],
                several => several.to_vec(),
            };
            let lines: Vec<_> =
                languages.iter().map(|lang| format!("  {lang} {words}\n")).collect();
            ("create-intent", "intent", format!("intent {name} {{\n{}}}", lines.concat()))
        }
        Kind::Skill => ("create-skill", "skill", format!("skill {name}")),
        Kind::Channel => ("create-channel", "channel", format!("channel {name}: rest")),
        Kind::Role => ("create-role", "role", format!("role {name}")),
        Kind::Entity => {
            let text = format!("entity {name}: text {{ pattern r\"\\S+\" }}");
            ("create-entity", "entity", text)
        }
        Kind::Flow => {
            let slots = flow_slots(cx, at);
            let text =
                format!("flow {name} {{\n{slots}  state start {{\n    end resolved\n  }}\n}}");
            ("create-flow", "flow", text)
        }
        Kind::Text => {
            let last = name.rsplit('.').next().unwrap_or(name);
            let words = everywhere(cx.model, |_| quoted(&sentence(last)));
            let params = text_params(cx, at);
            ("create-text", "text", format!("text {name}{params} {words}"))
        }
        _ => return None,
    })
}

/// The slots of a flow that is called with arguments.
fn flow_slots(cx: &Cx<'_>, at: Span) -> String {
    let Some((decl, flow)) = cx.flow() else { return String::new() };
    let called = steps(flow).find_map(|step| match &step.kind {
        StepKind::Call { flow, args } if flow.span.shifted(decl.origin) == at => Some(args),
        _ => None,
    });
    let given = called.map_or(&[][..], Vec::as_slice);
    let of = |(name, ty): (String, String)| format!("  slot {name}: {ty}\n");
    let slots: String = params(cx, given).into_iter().map(of).collect();
    if slots.is_empty() { slots } else { format!("{slots}\n") }
}

/// The parameters of a text that is named with arguments.
fn text_params(cx: &Cx<'_>, at: Span) -> String {
    let Some((decl, flow)) = cx.flow() else { return String::new() };
    let named = references(flow).into_iter().find_map(|text| match text {
        TextRef::Named { name, args } if name.span.shifted(decl.origin) == at => Some(args),
        _ => None,
    });
    let all = params(cx, named.map_or(&[][..], Vec::as_slice));
    let all: Vec<_> = all.into_iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    if all.is_empty() { String::new() } else { format!("({})", all.join(", ")) }
}

/// What could be given by such arguments: names and types.
pub(super) fn params(cx: &Cx<'_>, args: &[Arg]) -> Vec<(String, String)> {
    let scope = cx.flow().map(|(_, flow)| Scope::of_flow(cx.model, flow)).unwrap_or_default();
    let mut all: Vec<(String, String)> = Vec::new();
    for arg in args {
        let named = arg.name.as_ref().map(|name| name.text.clone());
        let of_path = match &arg.value.kind {
            ExprKind::Path(names) => names.last().map(|name| name.text.clone()),
            _ => None,
        };
        let wanted = named.or(of_path).unwrap_or_else(|| "value".to_owned());
        let name = super::names::free(&wanted, |name| all.iter().any(|(own, _)| own == name));
        let ty = types::of_expr(cx.model, &scope, &arg.value);
        all.push((name, ty.unwrap_or_else(|| "text".to_owned())));
    }
    all
}

/// A state of the flow, behind the one that goes there.
fn state(cx: &mut Cx<'_>, mends: usize, name: &str) {
    let Some((decl, flow)) = cx.flow() else { return };
    let here = flow.states.iter().find(|state| cx.touches(decl, state.span));
    let Some(before) = here.or_else(|| flow.states.last()) else { return };
    let after = cx.line_end(before.span.shifted(decl.origin).end);
    let text = format!("\n\n  state {name} {{\n    end unresolved\n  }}");
    let edits = vec![cx.insert(after, text)];
    cx.fix("create-state", format!("create the state `{name}`"), mends, edits);
}

/// One more language of the bot.
fn language(cx: &mut Cx<'_>, mends: usize, name: &str) {
    let is_bot = |decl: &DeclKind| matches!(decl, DeclKind::Bot(_));
    let Some((file, decl)) = cx.model.first(is_bot).filter(|(file, _)| !file.is_std) else {
        return;
    };
    let DeclKind::Bot(bot) = &decl.node.kind else { return };
    let Some(last) = bot.languages.last() else { return };
    let mut span = last.span.shifted(decl.origin);
    span.start = span.end;
    let at = FileSpan { file: file.id, span };
    let edits = vec![Edit { at, text: format!(", {name}") }];
    cx.fix("add-bot-language", format!("add `{name}` to the bot's languages"), mends, edits);
}

fn bot(cx: &mut Cx<'_>, mends: usize) {
    let text = "bot my_bot {\n  languages en\n  timezone \"UTC\"\n}\n\n";
    let edits = vec![cx.insert(0, text)];
    cx.fix("create-bot", "declare the bot", mends, edits);
}

/// The standard module that declares it.
fn module(cx: &mut Cx<'_>, mends: usize, kind: Kind, name: &str) {
    let used = |module: &str| {
        let mut decls = cx.model.decls();
        decls.any(|(_, decl)| matches!(&decl.node.kind, DeclKind::Use(own) if own.text == module))
    };
    let has = |text: &str| {
        let parsed = parse(text, cx.file.id);
        parsed
            .decls
            .iter()
            .any(|decl| declared(&decl.node.kind).is_some_and(|(k, n)| k == kind && n.text == name))
    };
    let known = MODULES.iter().filter(|module| !module.always && !used(module.name));
    if let Some(module) = known.into_iter().find(|module| has(module.text)) {
        let edits = vec![super::imports::add(cx, module.name)];
        cx.fix("use-module", format!("use `{}`, which has it", module.name), mends, edits);
    }
}
