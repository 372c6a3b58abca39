//! The programs that sessions run: the current one, and those that older sessions are pinned to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use flowright_compiler::bundle;
use flowright_engine::LoadedProgram;
use flowright_engine::model::Session;

use crate::store::{SqliteStore, StoreError};

/// Makes a program ready to run from a bundle's bytes.
pub type Loader = Arc<dyn Fn(&[u8]) -> Result<LoadedProgram, String> + Send + Sync>;

/// Programs by bundle. Old ones are dropped when their last session leaves.
pub struct Programs {
    current: Arc<LoadedProgram>,
    older: Mutex<BTreeMap<[u8; 32], Weak<LoadedProgram>>>,
    /// Bundles that could not be read when they were asked for last.
    unreadable: Mutex<BTreeSet<[u8; 32]>>,
    loader: Loader,
}

impl std::fmt::Debug for Programs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Programs").field("current", &self.current.bundle).finish_non_exhaustive()
    }
}

impl Programs {
    /// With the current program's bytes.
    ///
    /// # Errors
    /// Why the bytes are no program.
    pub fn new(bytes: &[u8], loader: Loader) -> Result<Self, String> {
        let current = Arc::new(loader(bytes)?);
        Ok(Self { current, older: Mutex::default(), unreadable: Mutex::default(), loader })
    }

    /// The program that new sessions begin with.
    #[must_use]
    pub fn current(&self) -> Arc<LoadedProgram> {
        Arc::clone(&self.current)
    }

    /// The program that a session is pinned to, read from the store if need be.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not have it, or has it in a format that is not read here.
    pub fn pinned(
        &self,
        session: &Session,
        store: &SqliteStore,
    ) -> Result<Arc<LoadedProgram>, StoreError> {
        let hash = &session.bundle;
        if self.current.bundle == *hash {
            return Ok(self.current());
        }
        let program = self.older(session, store);
        let mut unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        match &program {
            Ok(_) => drop(unreadable.remove(hash)),
            Err(StoreError::OtherFormat { .. } | StoreError::Damaged { .. }) => {
                unreadable.insert(*hash);
            }
            // The store may answer the next time.
            Err(_) => {}
        }
        program
    }

    /// Bundles whose sessions stand still, as people read their names. Their timers are not asked
    /// for: they would come again every second, before those of sessions that can go on.
    #[must_use]
    pub fn unreadable(&self) -> Vec<String> {
        let unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        unreadable.iter().map(|hash| hex(hash)).collect()
    }

    fn older(
        &self,
        session: &Session,
        store: &SqliteStore,
    ) -> Result<Arc<LoadedProgram>, StoreError> {
        let hash = &session.bundle;
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = older.get(hash).and_then(Weak::upgrade) {
            return Ok(program);
        }
        let damaged = |cause: String| StoreError::Damaged { what: "bundle", cause };
        let bytes =
            store.bundle(hash)?.ok_or_else(|| damaged("it is not in the store".to_owned()))?;
        if let Some(other) = bundle::other_format(&bytes) {
            return Err(StoreError::OtherFormat {
                session: session.id.clone(),
                bundle: hex(hash),
                cause: other.to_string(),
            });
        }
        let program = Arc::new((self.loader)(&bytes).map_err(damaged)?);
        older.retain(|_, program| program.strong_count() > 0);
        older.insert(*hash, Arc::downgrade(&program));
        Ok(program)
    }
}

/// A bundle's name, as people read it.
pub(crate) fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Loads bundles to run in the interpreter.
#[must_use]
pub fn interpreter_loader() -> Loader {
    Arc::new(|bytes| {
        let (bundle, hash) = bundle::read(bytes).map_err(|e| e.to_string())?;
        LoadedProgram::interpreted(bundle, hash).map_err(|e| e.to_string())
    })
}
