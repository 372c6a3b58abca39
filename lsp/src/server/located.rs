//! A document of a project at one moment, and what is found of it then.

use std::sync::Arc;

use super::places::{At, Places, Speech};
use super::project::{Found, Open, Project};

/// Bytes of a text that is read by itself before its project is checked.
const SKETCHED_BYTES_MAX: usize = 512 << 10;

/// A document and the revision of its project that has all edits so far.
pub struct Located {
    /// The project.
    pub project: Arc<Project>,
    /// What the compiler calls the document.
    pub label: String,
    pub(super) revision: u64,
    /// The document, if it is open.
    pub(super) open: Option<Open>,
    pub(super) speech: Speech,
}

impl Located {
    /// The same with what was found of it just now.
    pub fn now(self, found: Found) -> Places {
        Places::new(self.project, found, self.speech)
    }

    /// What was found of the whole project with all edits so far.
    ///
    /// # Errors
    /// The project cannot be checked, or was closed.
    pub async fn places(self) -> Result<(Places, String), String> {
        let found = self.project.at_least(self.revision).await?;
        Ok((Places::new(self.project, found, self.speech), self.label))
    }

    /// The document as it is now among files as they were, where its project is not checked yet: made by
    /// the function, which takes as long as to read the one text. Nothing where it is checked, or where
    /// one has to wait for that.
    pub fn sketch(&self) -> Option<impl FnOnce() -> At + Send + use<>> {
        let found = self.project.latest()?;
        let open = self.open.clone().filter(|open| open.text.len() <= SKETCHED_BYTES_MAX)?;
        let (file, _) = found.snapshot.file(&self.label)?;
        if found.snapshot.revision >= self.revision {
            return None;
        }
        let (project, label, speech) =
            (Arc::clone(&self.project), self.label.clone(), self.speech.clone());
        Some(move || {
            let snapshot = Arc::new(found.snapshot.sketch(file, &open.text));
            let mut texts = (*found.open).clone();
            texts.insert(label, open);
            let found = Found { snapshot, open: Arc::new(texts) };
            At { places: Places::new(project, found, speech), file, is_edited: false }
        })
    }

    /// What was found of the document with all edits so far.
    ///
    /// # Errors
    /// Its project cannot be checked, or it is closed: in words.
    pub async fn at(self) -> Result<At, String> {
        let version = self.open.as_ref().map(|open| open.version);
        let (places, label) = self.places().await?;
        let file = places.snapshot.file(&label).map(|(id, _)| id);
        let file = file.ok_or_else(|| format!("`{label}` is not part of the project"))?;
        let is_edited = places.version(&label) != version;
        Ok(At { places, file, is_edited })
    }
}
