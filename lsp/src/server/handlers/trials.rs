//! The project's tests, and drawings of its flows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flowright_compiler::base::SourceMap;
use flowright_compiler::graph;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::TextDocumentIdentifier;

use super::demand;
use crate::server::guard::{guarded, refused};
use crate::server::located::Located;
use crate::server::places::Places;
use crate::server::state::State;
use crate::server::told::project_address;
use crate::server::trials::{Trials, localised};
use crate::talk::picture::picture;
use crate::talk::tests;

/// Flows that are drawn at once.
const DRAWN_MAX: usize = 200;

/// Whose flows are drawn.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphParams {
    text_document: TextDocumentIdentifier,
    flow: Option<String>,
}

/// Whose tests are listed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestsParams {
    text_document: Option<TextDocumentIdentifier>,
}

/// Which tests run.
#[derive(Debug, Deserialize)]
pub struct RunParams {
    ids: Option<Vec<String>>,
    project: Option<String>,
    coverage: Option<bool>,
}

/// The flows of a document, or one of the project, as drawings.
pub async fn drawn(state: &State, trials: &Arc<Trials>, params: GraphParams) -> Result<Json> {
    let trials = Arc::clone(trials);
    let uri = params.text_document.uri.clone();
    demand(state, "flowright/graph", &uri, move |at| {
        let places = &at.places;
        let Some(sound) = places.snapshot.sound() else {
            let why = "the project has errors of names, types or form: there is no graph until they \
                       are mended";
            return Err(why.to_owned());
        };
        let label = &at.source()?.label;
        let analysis = &sound.analysis;
        let of_document = |graph: &&Arc<graph::FlowGraph>| {
            let flow = sound.analysis.project.as_ref();
            let flow = flow.and_then(|project| project.flows.get(graph.flow.index()));
            let file = flow.and_then(|flow| analysis.sources.get(flow.at.file));
            file.is_some_and(|file| file.label == *label)
        };
        let wanted: Vec<_> = match &params.flow {
            Some(name) => analysis.graphs.iter().filter(|graph| graph.name == *name).collect(),
            None => analysis.graphs.iter().filter(of_document).take(DRAWN_MAX).collect(),
        };
        if let (Some(name), []) = (&params.flow, wanted.as_slice()) {
            return Err(format!("there is no flow `{name}`"));
        }
        let inner = trials.lock();
        let coverage = inner.coverage.get(&project_address(&places.project.root));
        let stale = sound.revision != places.snapshot.revision;
        let flows = wanted.iter().map(|graph| {
            let mut drawn =
                localised(&picture(analysis, graph, coverage), &analysis.sources, places);
            if let Json::Object(fields) = &mut drawn {
                fields.insert("stale".to_owned(), stale.into());
            }
            drawn
        });
        let flows: Vec<Json> = flows.collect();
        drop(inner);
        let graphs: Vec<_> = wanted.iter().map(|graph| (***graph).clone()).collect();
        Ok(json!({
            "flows": flows,
            "mermaid": graph::mermaid(&graphs),
            "svg": graph::svg(&graphs),
        }))
    })
    .await
}

/// The tests of the document's project, or of all projects.
pub async fn list(state: &State, params: TestsParams) -> Result<Json> {
    let located: Vec<Located> = match &params.text_document {
        Some(document) => state.locate(&document.uri).into_iter().collect(),
        None => state.projects().iter().map(|project| state.whole(project)).collect(),
    };
    let mut all = Vec::new();
    for located in located {
        let Ok((places, _)) = located.places().await else { continue };
        let found = guarded("flowright/tests", move || {
            let project = project_address(&places.project.root);
            let sources = &places.snapshot.analysis.sources;
            let one = |test: &tests::TestItem| {
                let mut json = localised(test, sources, &places);
                if let Json::Object(fields) = &mut json {
                    fields.insert("project".to_owned(), project.clone().into());
                }
                json
            };
            Ok(tests::list(sources).iter().map(one).collect::<Vec<_>>())
        });
        all.extend(found.await?);
    }
    Ok(all.into())
}

/// Runs tests: those of these ids, or all, of one project or of all. When nobody waits for the answer any
/// more, none is begun.
pub async fn run(state: &State, trials: &Arc<Trials>, params: RunParams) -> Result<Json> {
    let wanted = params.project;
    let is_wanted = |address: &str| wanted.as_ref().is_none_or(|wanted| wanted == address);
    let projects = state.projects().into_iter().filter(|p| is_wanted(&project_address(&p.root)));
    let located: Vec<Located> = projects.map(|project| state.whole(&project)).collect();
    if located.is_empty() {
        return Err(refused("that project is not open".to_owned()));
    }
    let alone = located.len() == 1;
    let left = Left::default();
    let (mut results, mut coverage) = (Vec::new(), Vec::new());
    for located in located {
        // A project that was closed meanwhile has no tests.
        let Ok((places, _)) = located.places().await else { continue };
        let (trials, ids) = (Arc::clone(trials), params.ids.clone());
        let with_coverage = params.coverage.unwrap_or_default();
        let stop = Arc::clone(&left.0);
        let (ran, covered) = guarded("flowright/tests/run", move || {
            let stop = move || stop.load(Ordering::Relaxed);
            Ok(of_project(&trials, &places, ids, alone, with_coverage, &stop))
        })
        .await?;
        results.extend(ran);
        coverage.extend(covered);
    }
    Ok(match params.coverage {
        Some(true) => json!({ "results": results, "coverage": coverage }),
        _ => json!({ "results": results }),
    })
}

/// Says to what runs elsewhere that nobody waits for it any more: the request was answered or cancelled.
#[derive(Default)]
struct Left(Arc<AtomicBool>);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What ran of one project, and what of it was covered. Of several projects each has its own tests; in one
/// with errors none passes, whatever the others do.
fn of_project(
    trials: &Trials,
    places: &Places,
    ids: Option<Vec<String>>,
    alone: bool,
    with_coverage: bool,
    stop: &dyn Fn() -> bool,
) -> (Vec<Json>, Vec<Json>) {
    let listed = tests::list(&places.snapshot.analysis.sources);
    let own = |id: &String| alone || listed.iter().any(|test| test.id == *id);
    let ids = ids.map(|ids| ids.into_iter().filter(own).collect::<Vec<_>>());
    if ids.as_ref().is_some_and(Vec::is_empty) {
        return (Vec::new(), Vec::new());
    }
    let project = project_address(&places.project.root);
    let shown = |result: &tests::TestResult, sources: &SourceMap| {
        let mut json = localised(result, sources, places);
        if let Json::Object(fields) = &mut json {
            fields.insert("project".to_owned(), project.clone().into());
        }
        json
    };
    let ready = trials.lock().ready(places);
    let ready = match ready {
        Ok(ready) => ready,
        Err(why) => {
            let ids = ids.unwrap_or_else(|| listed.into_iter().map(|test| test.id).collect());
            let sources = &places.snapshot.analysis.sources;
            let failed = ids.iter().map(|id| shown(&tests::failed(id, &why), sources));
            return (failed.collect(), Vec::new());
        }
    };
    let ran = tests::run(&ready, ids.as_deref(), stop);
    let results = ran.results.iter().map(|result| shown(result, &ready.sources)).collect();
    let mut coverage = Vec::new();
    if with_coverage {
        for file in ran.coverage.by_file() {
            let Some(label) = ready.sources.get(file.file).map(|file| &file.label) else {
                continue;
            };
            let Some(uri) = places.uri_of(label) else { continue };
            coverage.push(json!({
                "uri": uri,
                "states": localised(&file.states, &ready.sources, places),
                "ways": localised(&file.ways, &ready.sources, places),
            }));
        }
        trials.lock().coverage.insert(project, ran.coverage);
    }
    (results, coverage)
}
