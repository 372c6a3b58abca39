//! A test that leads to a state: a conversation is looked for by asking for the proof that a call,
//! put there for that alone, never happens.

use std::sync::Arc;

use flowright_compiler::base::{FileSpan, is_standard};
use flowright_compiler::compile::{EncodedSources, MemorySources};
use flowright_compiler::diag::Edit;
use flowright_compiler::prove::Claim;
use flowright_compiler::syntax::ast::{DeclKind, Flow, State};
use flowright_compiler::{Analysis, analyse, bundle, compile};
use flowright_engine::LoadedProgram;
use flowright_engine::transcript::way_to;

use super::cx::Cx;
use super::names::free;
use super::{Kind as ActionKind, Plan};
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::Kind;

/// Files that no project has; sorted last.
const DRAFT: &str = "~draft.flow";
/// The call that is put into the state.
const CALL: &str = "zz_probe.here";

pub(super) fn offer(cx: &mut Cx<'_>) {
    let Some((decl, flow)) = cx.flow() else { return };
    // What was never found right cannot be played.
    if cx.snapshot.analysis.project.is_none() {
        return;
    }
    let here = |state: &&State| cx.touches(decl, state.span);
    if let Some(state) = flow.states.iter().find(here) {
        let (flow, state) = (flow.name.text.clone(), state.name.text.clone());
        let title = format!("write a test that leads to `{state}`");
        let plan = Plan::Test { flow, state };
        cx.offer_plan("write-test", ActionKind::Rewrite, title, plan);
    }
}

/// The edits that put such a test behind the flow.
///
/// # Errors
/// There is no such conversation, or none that a test can tell.
pub(super) fn edits(snapshot: &Snapshot, flow: &str, state: &str) -> Result<Vec<Edit>, String> {
    let project = snapshot.analysis.project.as_ref().ok_or("names or types are wrong")?;
    let (file, decl) = snapshot.model.decl(Kind::Flow, flow).ok_or("the flow is gone")?;
    let DeclKind::Flow(of) = &decl.node.kind else { return Err("the flow is gone".to_owned()) };
    let own = of.states.iter().find(|own| own.name.text == state).ok_or("the state is gone")?;
    let source = snapshot.source(file.id).ok_or("the file is gone")?;
    let probed = probed(&source.text, decl.origin, of, own).ok_or("the state has no steps")?;
    let mut texts = texts(snapshot);
    for (label, text) in &mut texts {
        if *label == source.label {
            *text = Arc::from(&*probed);
        }
    }
    texts
        .push((DRAFT.to_owned(), Arc::from(format!("effect {CALL}() {{ post \"https://x\" }}\n"))));
    let analysis = analysed(snapshot, texts)?;
    let ways = analysis.proofs.counterexamples.iter();
    let mut ways = ways.filter(|way| way.claim == Claim::Before(CALL.to_owned()));
    let way = ways.next().ok_or_else(|| format!("no conversation to `{state}` was found"))?;
    let load = |block: &str| loaded(snapshot, block);
    let test = way_to(project, way, (flow, state), &load)?;
    let test =
        test.ok_or_else(|| format!("no conversation that a test can tell leads to `{state}`"))?;
    let taken = |name: &str| project.tests.iter().any(|test| test.name == name);
    let name = free(&test.name, taken);
    // Tests stand together at the end of a file.
    let end = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
    let span = flowright_compiler::base::Span::new(end, end);
    let gap = if source.text.ends_with('\n') { "\n" } else { "\n\n" };
    let text = format!("{gap}{}", test.block(&name));
    Ok(vec![Edit { at: FileSpan { file: file.id, span }, text }])
}

/// The text with the call as the state's first step, and the claim that it never happens.
fn probed(text: &str, origin: u32, flow: &Flow, state: &State) -> Option<String> {
    let step = state.steps.first()?.span.shifted(origin).start as usize;
    // Behind the flow's first state a property may stand.
    let end = flow.states.last()?.span.shifted(origin).end as usize;
    let call = format!("do {CALL}() {{ failed -> handoff }} ");
    let claim = format!(" ensure false before {CALL} ");
    let (before, rest) = (text.get(..step)?, text.get(step..end)?);
    Some(format!("{before}{call}{rest}{claim}{}", text.get(end..)?))
}

/// The project's own texts.
fn texts(snapshot: &Snapshot) -> Vec<(String, Arc<str>)> {
    let all = snapshot.analysis.sources.iter();
    let own = all.filter(|(_, file)| !is_standard(&file.label));
    own.map(|(_, file)| (file.label.clone(), Arc::clone(&file.text))).collect()
}

fn analysed(snapshot: &Snapshot, texts: Vec<(String, Arc<str>)>) -> Result<Analysis, String> {
    let encoder = snapshot.analysis.encoder.clone();
    analyse(&EncodedSources { sources: MemorySources(texts), encoder })
}

/// The project with tests more.
fn loaded(snapshot: &Snapshot, block: &str) -> Result<LoadedProgram, String> {
    let mut texts = texts(snapshot);
    texts.push((DRAFT.to_owned(), Arc::from(block)));
    let built = compile::build(&analysed(snapshot, texts)?)?;
    let encoded = bundle::write(&built).map_err(|e| e.to_string())?;
    let (bundle, hash) = bundle::read(&encoded.bytes).map_err(|e| e.to_string())?;
    let encoder = snapshot.analysis.encoder.clone();
    LoadedProgram::interpreted_with(bundle, hash, encoder).map_err(|e| e.to_string())
}

/// What is wrong with a project with some edits that is not wrong now: the first such error.
///
/// # Errors
/// The edits overlap.
pub(super) fn new_errors(snapshot: &Snapshot, edits: &[Edit]) -> Result<Option<String>, String> {
    let mut texts = Vec::new();
    for (id, file) in snapshot.analysis.sources.iter().filter(|(_, f)| !is_standard(&f.label)) {
        let text = flowright_compiler::diag::edits::apply(&file.text, id, edits);
        texts.push((file.label.clone(), Arc::from(text.ok_or("the changes overlap")?)));
    }
    let after = analysed(snapshot, texts)?;
    let errors = |analysis: &'_ Analysis| {
        let errors = analysis.diagnostics.iter().filter(|finding| finding.is_error());
        errors.map(|finding| (finding.code, finding.message.clone())).collect::<Vec<_>>()
    };
    // Each error of before excuses one of after: one more of a kind is new, too.
    let mut before = errors(&snapshot.analysis);
    let new = errors(&after).into_iter().find(|error| {
        let known = before.iter().position(|known| known == error);
        let known = known.or_else(|| before.iter().position(|known| known.0 == error.0));
        known.map(|known| before.swap_remove(known)).is_none()
    });
    Ok(new.map(|(_, message)| message))
}
