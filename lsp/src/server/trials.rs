//! Conversations that are tried out, and what tests came through: what the server keeps of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flowright_compiler::base::{FileSpan, SourceMap};
use serde::Serialize;
use serde_json::Value as Json;

use super::places::Places;
use super::project::Project;
use super::told::project_address;
use crate::talk::conversation::{Conversation, Conversations};
use crate::talk::program::{Programs, Ready};
use crate::talk::tests::Coverage;

/// See the module.
#[derive(Debug, Default)]
pub struct Trials(Mutex<Inner>);

#[derive(Debug, Default)]
pub struct Inner {
    programs: HashMap<String, Programs>,
    /// The project, its revision then, and its program.
    ready: HashMap<String, (Arc<Project>, u64, Arc<Ready>)>,
    /// What is talked.
    pub conversations: Conversations,
    /// What tests came through last, by project.
    pub coverage: HashMap<String, Coverage>,
}

impl Trials {
    /// What is kept, for as long as somebody works on it.
    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The program of a project as it is now, or as it was found to be later than `places`: what was
    /// asked before an edit may be looked at after it.
    ///
    /// # Errors
    /// What is wrong with its sources.
    pub fn ready(&mut self, places: &Places) -> Result<Arc<Ready>, String> {
        let key = project_address(&places.project.root);
        let revision = places.snapshot.revision;
        if let Some((of, known, ready)) = self.ready.get(&key)
            && Arc::ptr_eq(of, &places.project)
            && *known >= revision
        {
            return Ok(Arc::clone(ready));
        }
        let programs = self.programs.entry(key.clone()).or_default();
        let ready = programs.of(&places.snapshot.analysis).map_err(|refused| refused.0)?;
        self.ready.insert(key, (Arc::clone(&places.project), revision, Arc::clone(&ready)));
        Ok(ready)
    }

    /// A conversation that something is to happen in, in the project as it is now: the edit before it
    /// counts although nobody was told yet what it leads to. While the sources have errors it stays in
    /// those that it is in.
    ///
    /// # Errors
    /// It is closed, or cannot go on where the new program sends it.
    pub fn current(&mut self, places: &Places, id: &str) -> Result<&mut Conversation, String> {
        let ready = self.ready(places);
        let talk = self.conversations.get(id).map_err(|refused| refused.0)?;
        if let Ok(ready) = ready {
            talk.survive(ready).map_err(|refused| refused.0)?;
        }
        Ok(talk)
    }

    /// A project is not looked at any more: nothing of it is kept but what is talked there.
    pub fn forget(&mut self, project: &Arc<Project>) {
        let key = project_address(&project.root);
        // It may be open again by now.
        let is_other = |(of, ..): &(Arc<Project>, u64, Arc<Ready>)| !Arc::ptr_eq(of, project);
        if self.ready.get(&key).is_some_and(is_other) {
            return;
        }
        self.ready.remove(&key);
        self.programs.remove(&key);
        self.coverage.remove(&key);
    }

    /// After an edit: the conversations of a project go on in its new program where they fit. Gives
    /// what is shown of each; nothing while the sources have errors.
    pub fn follow(&mut self, places: &Places) -> Vec<Json> {
        let key = project_address(&places.project.root);
        if self.conversations.of_project(&key).next().is_none() {
            // Nobody talks: the program is made when somebody does.
            self.ready.remove(&key);
            return Vec::new();
        }
        let Ok(ready) = self.ready(places) else { return Vec::new() };
        let mut shown = Vec::new();
        for talk in self.conversations.of_project(&key) {
            if let Err(refused) = talk.survive(Arc::clone(&ready)) {
                tracing::warn!(why = refused.0, "a conversation could not go on");
            }
            shown.push(show(talk, places));
        }
        shown
    }
}

/// What is shown of a conversation, with places of the protocol.
pub fn show(talk: &Conversation, places: &Places) -> Json {
    localised(&talk.view(), talk.sources(), places)
}

/// A value as JSON, with places of the protocol in place of the compiler's: every `location` that is
/// a place in `sources`.
pub fn localised(value: &impl Serialize, sources: &SourceMap, places: &Places) -> Json {
    // What is shown is plain data: it can always be written.
    let mut json = serde_json::to_value(value).unwrap_or_default();
    localise(&mut json, sources, places);
    json
}

fn localise(json: &mut Json, sources: &SourceMap, places: &Places) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| localise(item, sources, places)),
        Json::Object(fields) => {
            for (name, value) in fields {
                let at = match name == "location" {
                    true => serde_json::from_value::<FileSpan>(value.clone()).ok(),
                    false => None,
                };
                match at {
                    Some(at) => *value = location(at, sources, places),
                    None => localise(value, sources, places),
                }
            }
        }
        _ => {}
    }
}

/// Null where the file has no address.
fn location(at: FileSpan, sources: &SourceMap, places: &Places) -> Json {
    let Some(source) = sources.get(at.file) else { return Json::Null };
    let Some(uri) = places.uri_of(&source.label) else { return Json::Null };
    let range = places.speech.encoding.range(&source.text, &source.lines, at.span);
    serde_json::json!({ "uri": uri, "range": range })
}
