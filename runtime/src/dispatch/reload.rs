//! A new bundle for a server that runs: read, verified and loaded beside the running one, compared
//! with it, kept in the store, and only then current. Until then nothing has changed.

use std::sync::Arc;

use flowright_compiler::diag::closest;
use flowright_compiler::upgrade::{ChangeView, Class, Diff, class_words, diff};
use flowright_engine::LoadedProgram;
use serde::Serialize;
use tokio::sync::MutexGuard;
use tokio::task::spawn_blocking;

use super::Dispatch;
use crate::actions::variables_needed;
use crate::knowledge::LibraryError;
use crate::programs::{hex, version};
use crate::store::StoreError;

/// What came of a new bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reloaded {
    /// Whether it is another one than the one that ran.
    pub changed: bool,
    /// Name of the bundle that new sessions began with so far.
    pub from: String,
    /// Name of the bundle that they begin with from now on.
    pub to: String,
    /// What the changes mean for sessions under way: the worst of them.
    pub class: Class,
    /// The changes, as `flowright diff` lists them.
    pub changes: Vec<ChangeView>,
    /// Every bundle that is kept.
    pub bundles: Vec<BundleState>,
}

/// A bundle that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BundleState {
    /// Its name.
    pub bundle: String,
    /// Whether new sessions begin with it.
    pub current: bool,
    /// Stored sessions that are pinned to it.
    pub sessions: u64,
    /// Whether its program is in memory.
    pub in_memory: bool,
}

/// Why a bundle was not taken. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReloadError {
    /// It cannot be read, or not be run.
    #[error("R0211: the bundle cannot be run: {0}")]
    Unusable(String),
    /// Environment variables that it needs and nobody set.
    #[error("R0212: the bundle needs environment variables that are not set: {}", .0.join(", "))]
    MissingVariables(Vec<String>),
    /// A channel that the configuration names and it does not have.
    #[error(
        "R0213: the bundle has no channel `{name}`, and `[deliver.replies.{name}]` names it{}; its \
         channels are {}",
        .hint.as_deref().map(|h| format!(", did you mean `{h}`?")).unwrap_or_default(),
        .known.join(", ")
    )]
    MissingChannel {
        /// The name.
        name: String,
        /// A channel that was probably meant.
        hint: Option<String>,
        /// All channels of the bundle.
        known: Vec<String>,
    },
    /// Another bundle is being taken.
    #[error("another bundle is being taken at the moment")]
    Busy,
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The right to hand a bundle over: one at a time.
#[derive(Debug)]
pub struct Turnstile<'d> {
    dispatch: &'d Dispatch,
    _place: MutexGuard<'d, ()>,
}

impl Dispatch {
    /// Takes the place of whoever hands a bundle over, or says that somebody does already: bundles
    /// are large, and are not held in memory by the dozen.
    ///
    /// # Errors
    /// [`ReloadError::Busy`].
    pub fn begin_reload(&self) -> Result<Turnstile<'_>, ReloadError> {
        let place = self.inner.reloading.try_lock().map_err(|_| ReloadError::Busy)?;
        Ok(Turnstile { dispatch: self, _place: place })
    }

    /// Makes a bundle the current one. Comes back when that is durable.
    ///
    /// # Errors
    /// See [`ReloadError`].
    pub async fn reload(&self, bytes: Vec<u8>) -> Result<Reloaded, ReloadError> {
        let place = self.inner.reloading.lock().await;
        Turnstile { dispatch: self, _place: place }.take(bytes).await
    }

    /// Every bundle that is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn bundles(&self) -> Result<Vec<BundleState>, StoreError> {
        let in_memory = self.inner.programs.all_in_memory().await;
        let current = in_memory.first();
        let stored = self.inner.store.bundles().await?;
        let state = |kept: &crate::store::StoredBundle| BundleState {
            bundle: hex(&kept.hash),
            current: current == Some(&kept.hash),
            sessions: kept.sessions,
            in_memory: in_memory.contains(&kept.hash),
        };
        Ok(stored.iter().map(state).collect())
    }

    /// Drops the bundles that nobody needs: no stored session is pinned to them, and none in memory,
    /// of which perhaps nothing is stored yet, runs them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_bundles(&self) -> Result<usize, StoreError> {
        let needed = self.inner.programs.all_in_memory().await;
        let dropped = self.inner.store.drop_bundles(needed).await?;
        if dropped > 0 {
            tracing::info!(dropped, "bundles that no session runs any more were dropped");
        }
        Ok(dropped)
    }

    /// Whether a program can run here.
    fn check(&self, program: &LoadedProgram) -> Result<(), ReloadError> {
        let outside = &self.inner.outside;
        let mut missing = variables_needed(&program.program);
        missing.retain(|name| !outside.actions.knows(name));
        if !missing.is_empty() {
            return Err(ReloadError::MissingVariables(missing));
        }
        let channels: Vec<String> =
            program.program.channels.iter().map(|channel| channel.name.clone()).collect();
        match outside.deliver.channels().find(|name| !channels.contains(name)) {
            None => Ok(()),
            Some(name) => Err(ReloadError::MissingChannel {
                name: name.clone(),
                hint: closest(name, channels.iter().map(String::as_str)).map(str::to_owned),
                known: channels,
            }),
        }
    }
}

impl Turnstile<'_> {
    /// Makes a bundle the current one. Comes back when that is durable.
    ///
    /// # Errors
    /// See [`ReloadError`].
    pub async fn take(self, bytes: Vec<u8>) -> Result<Reloaded, ReloadError> {
        let dispatch = self.dispatch;
        let inner = &dispatch.inner;
        let bytes: Arc<[u8]> = bytes.into();
        let new = inner.programs.load_beside(Arc::clone(&bytes)).await;
        let new = new.map_err(ReloadError::Unusable)?;
        dispatch.check(&new)?;
        // One that sessions still run is not held twice.
        let new = inner.programs.in_memory(&new.bundle).await.unwrap_or(new);
        let old = inner.programs.current();
        let (from, to) = (hex(&old.bundle), hex(&new.bundle));
        let changed = old.bundle != new.bundle;
        if !changed {
            let (class, changes) = (Class::Safe, Vec::new());
            let bundles = dispatch.bundles().await?;
            return Ok(Reloaded { changed, from, to, class, changes, bundles });
        }
        let (class, changes) = compared(Arc::clone(&old), Arc::clone(&new)).await?;
        inner.store.put_bundle(&new.bundle, &bytes).await?;
        if let Some(library) = &inner.outside.knowledge {
            let followed = library.follow(&new.program).await;
            followed.map_err(|e| match e {
                LibraryError::Store(error) => ReloadError::Store(error),
                LibraryError::Index(cause) => ReloadError::Unusable(cause),
            })?;
        }
        inner.programs.replace(new).await;
        drop(old);
        let words = class_words(class);
        tracing::info!(
            from,
            to,
            class = words,
            changes = changes.len(),
            "another bundle is current"
        );
        // It is current, whatever comes of this: it is tried again after the next one.
        if let Err(error) = dispatch.drop_bundles().await {
            tracing::error!(%error, "bundles that no session runs could not be dropped");
        }
        let bundles = dispatch.bundles().await?;
        Ok(Reloaded { changed, from, to, class, changes, bundles })
    }
}

/// What lies between two programs, found on a thread of its own.
async fn compared(
    old: Arc<LoadedProgram>,
    new: Arc<LoadedProgram>,
) -> Result<(Class, Vec<ChangeView>), ReloadError> {
    let compared = spawn_blocking(move || {
        let found: Diff = diff(version(&old), version(&new));
        let view = |change| ChangeView::new(change, &old.program, &new.program);
        (found.class(), found.changes.iter().map(view).collect())
    });
    compared.await.map_err(|e| ReloadError::Unusable(e.to_string()))
}
