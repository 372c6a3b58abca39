//! A checked project as a program that the interpreter runs, with the index of its articles.
//!
//! Training costs more than all the rest: the model is made anew only when what it learns from is
//! another.

use std::sync::Arc;

use flowright_compiler::Analysis;
use flowright_compiler::base::SourceMap;
use flowright_compiler::bundle;
use flowright_compiler::compile::{build_with, training_spec};
use flowright_compiler::graph::FlowGraph;
use flowright_compiler::ir::{FlowId, Program};
use flowright_engine::LoadedProgram;
use flowright_engine::articles::{find, index_of};
use flowright_engine::model::{FoundArticle, Session};
use flowright_knowledge::{Index, Level};
use flowright_nlu::spec::{IntentSpec, Spec};
use flowright_nlu::{Model, train_with};

use super::Refused;
use super::limits::{FINDINGS_TOLD_MAX, MODELS_MAX};

/// A project that can be talked to.
#[derive(Debug)]
pub struct Ready {
    /// The program.
    pub loaded: LoadedProgram,
    /// What its places are in.
    pub sources: SourceMap,
    /// Its state graphs.
    pub(super) graphs: Vec<Arc<FlowGraph>>,
    articles: Arc<Articles>,
    /// By intent: what customers say for it.
    intents: Vec<Arc<IntentSpec>>,
}

/// Articles with the index that they are searched with.
#[derive(Debug)]
struct Articles {
    /// Knowledge base, level and text of each.
    written: Vec<(String, Level, String)>,
    index: Index,
}

impl Ready {
    /// Tables and functions.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.loaded.program
    }

    /// The number of the flow of that name.
    pub(super) fn flow(&self, name: &str) -> Option<FlowId> {
        let number = self.program().flows.iter().position(|flow| flow.name == name)?;
        u32::try_from(number).ok().map(FlowId)
    }

    /// What customers say for an intent.
    pub(super) fn intent(&self, number: usize) -> Option<&IntentSpec> {
        self.intents.get(number).map(|intent| &**intent)
    }

    /// The articles that may answer an utterance.
    pub(super) fn find(&self, session: &Session, text: &str) -> Vec<FoundArticle> {
        find(&self.articles.index, &self.loaded, session, text).unwrap_or_else(|error| {
            tracing::error!(%error, "articles could not be searched");
            Vec::new()
        })
    }
}

/// Makes programs, and keeps what is costly for the next one.
#[derive(Debug, Default)]
pub struct Programs {
    /// The latest last.
    models: Vec<(Spec, Model)>,
    articles: Option<Arc<Articles>>,
    trained: usize,
}

impl Programs {
    /// The program of a project whose names and types are right, whatever else is wrong with it: what
    /// is wrong can be tried out.
    ///
    /// # Errors
    /// What is wrong with the sources.
    pub fn of(&mut self, analysis: &Analysis) -> Result<Arc<Ready>, Refused> {
        let Some(project) = &analysis.project else { return Err(wrong(analysis)) };
        let spec = training_spec(project);
        let failed = |cause: String| match analysis.errors() {
            0 => Refused::new(format!("the project cannot be run: {cause}")),
            _ => wrong(analysis),
        };
        let bundle = match &analysis.model {
            Some(model) => build_with(analysis, model),
            None => build_with(analysis, self.model(spec, analysis).map_err(failed)?),
        };
        let bundle = bundle.map_err(failed)?;
        let hash = bundle::write(&bundle).map_err(|e| failed(e.to_string()))?.hash;
        let loaded = LoadedProgram::interpreted_with(bundle, hash, analysis.encoder.clone());
        let loaded = loaded.map_err(|e| failed(e.to_string()))?;
        let articles = self.articles(&loaded.program).map_err(failed)?;
        let intents = project.intents.iter().map(|intent| Arc::clone(&intent.spec)).collect();
        Ok(Arc::new(Ready {
            loaded,
            sources: analysis.sources.clone(),
            graphs: analysis.graphs.clone(),
            articles,
            intents,
        }))
    }

    /// How many models were trained here so far.
    #[must_use]
    pub const fn trained(&self) -> usize {
        self.trained
    }

    fn model(&mut self, spec: Spec, analysis: &Analysis) -> Result<&Model, String> {
        let encoder = analysis.encoder.as_deref();
        let id = encoder.map(flowright_nlu::Encoder::id);
        let known = self.models.iter().position(|(of, model)| *of == spec && model.encoder() == id);
        let model = match known {
            Some(known) => self.models.remove(known),
            None => {
                self.trained += 1;
                let model = train_with(&spec, encoder).map_err(|e| e.to_string())?;
                (spec, model)
            }
        };
        self.models.push(model);
        let surplus = self.models.len().saturating_sub(MODELS_MAX);
        self.models.drain(..surplus);
        self.models.last().map(|(_, model)| model).ok_or_else(|| "there is no model".to_owned())
    }

    fn articles(&mut self, program: &Program) -> Result<Arc<Articles>, String> {
        let written = program.knowledge.iter().flat_map(|base| {
            let text = |text: &str| (base.name.clone(), base.level, text.to_owned());
            base.articles.iter().map(move |article| text(&article.text))
        });
        let written: Vec<_> = written.collect();
        if let Some(known) = self.articles.as_ref().filter(|known| known.written == written) {
            return Ok(Arc::clone(known));
        }
        let index = index_of(program).map_err(|e| e.to_string())?;
        let articles = Arc::new(Articles { written, index });
        self.articles = Some(Arc::clone(&articles));
        Ok(articles)
    }
}

/// The first errors of a project.
fn wrong(analysis: &Analysis) -> Refused {
    let errors = analysis.diagnostics.iter().filter(|finding| finding.is_error());
    let told = errors.take(FINDINGS_TOLD_MAX).map(|finding| {
        let file = analysis.sources.get(finding.primary.at.file);
        let line = file.map(|file| file.lines.line_column(finding.primary.at.span.start).line + 1);
        let label = file.map_or("", |file| file.label.as_str());
        format!("{label}:{}: {}", line.unwrap_or(1), finding.message)
    });
    let told: Vec<String> = told.collect();
    let more = analysis.errors().saturating_sub(told.len());
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Refused::new(format!("the sources have errors: {}{more}", told.join("; ")))
}
