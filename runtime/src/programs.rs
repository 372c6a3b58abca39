//! The programs that sessions run: the current one, and those that older sessions are pinned to; and
//! the plans by which sessions move from those to the current one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use flowright_compiler::bundle;
use flowright_compiler::upgrade::{MigrationPlan, Version, diff};
use flowright_engine::LoadedProgram;
use flowright_engine::model::Session;
use tokio::sync::OnceCell;
use tokio::task::{JoinError, spawn_blocking};

use crate::store::{Store, StoreError};

/// Makes a program ready to run from a bundle's bytes.
pub type Loader = Arc<dyn Fn(&[u8]) -> Result<LoadedProgram, String> + Send + Sync>;

/// Programs by bundle. Old ones are dropped when their last session leaves.
pub struct Programs {
    current: RwLock<Arc<LoadedProgram>>,
    /// Held while one is loaded, so that none is loaded twice.
    older: tokio::sync::Mutex<BTreeMap<[u8; 32], Weak<LoadedProgram>>>,
    /// Bundles that could not be read when they were asked for last.
    unreadable: Mutex<BTreeSet<[u8; 32]>>,
    plans: Mutex<BTreeMap<FromTo, Arc<OnceCell<Arc<MigrationPlan>>>>>,
    loader: Loader,
}

/// Two bundles: the one that sessions are pinned to, and the one that they move to.
type FromTo = ([u8; 32], [u8; 32]);

impl std::fmt::Debug for Programs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Programs").field("current", &self.current().bundle).finish_non_exhaustive()
    }
}

impl Programs {
    /// With the current program's bytes.
    ///
    /// # Errors
    /// Why the bytes are no program.
    pub fn new(bytes: &[u8], loader: Loader) -> Result<Self, String> {
        let current = RwLock::new(Arc::new(loader(bytes)?));
        Ok(Self {
            current,
            older: tokio::sync::Mutex::default(),
            unreadable: Mutex::default(),
            plans: Mutex::default(),
            loader,
        })
    }

    /// The program that new sessions begin with.
    #[must_use]
    pub fn current(&self) -> Arc<LoadedProgram> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A program from a bundle's bytes, ready to run; nothing changes by it. It is made on a thread of
    /// its own, since it may be large: the threads here have all connections to serve.
    ///
    /// # Errors
    /// Why the bytes are no program.
    pub async fn load_beside(&self, bytes: Arc<[u8]>) -> Result<Arc<LoadedProgram>, String> {
        let loader = Arc::clone(&self.loader);
        let loaded = spawn_blocking(move || loader(&bytes)).await;
        loaded.map_err(|e| e.to_string())?.map(Arc::new)
    }

    /// The program of a bundle, where it is in memory.
    pub async fn in_memory(&self, hash: &[u8; 32]) -> Option<Arc<LoadedProgram>> {
        let current = self.current();
        if current.bundle == *hash {
            return Some(current);
        }
        self.older.lock().await.get(hash).and_then(Weak::upgrade)
    }

    /// How a session moves from one program to another. The two are compared once.
    ///
    /// # Errors
    /// When comparing them fails: a fault of ours.
    pub async fn plan(
        &self,
        from: &Arc<LoadedProgram>,
        to: &Arc<LoadedProgram>,
    ) -> Result<Arc<MigrationPlan>, JoinError> {
        let cell = {
            let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(plans.entry((from.bundle, to.bundle)).or_default())
        };
        let (from, to) = (Arc::clone(from), Arc::clone(to));
        let made = cell.get_or_try_init(|| async {
            let compared = spawn_blocking(move || diff(version(&from), version(&to)).plan);
            compared.await.map(Arc::new)
        });
        made.await.map(Arc::clone)
    }

    /// New sessions begin with this program from now on. What was current stays as long as a session
    /// runs it.
    pub async fn replace(&self, program: Arc<LoadedProgram>) {
        let mut older = self.older.lock().await;
        // Plans lead to what was current.
        self.plans.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        older.remove(&program.bundle);
        let before = std::mem::replace(&mut *current, program);
        older.retain(|_, program| program.strong_count() > 0);
        older.insert(before.bundle, Arc::downgrade(&before));
    }

    /// The bundles of the programs in memory, the current one first.
    pub async fn all_in_memory(&self) -> Vec<[u8; 32]> {
        let older = self.older.lock().await;
        let mut all = vec![self.current().bundle];
        let alive = older.iter().filter(|(_, program)| program.strong_count() > 0);
        all.extend(alive.map(|(hash, _)| *hash));
        all
    }

    /// The program that a session is pinned to, read from the store if need be.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not have it, or has it in a format that is not read here.
    pub async fn pinned(
        &self,
        session: &Session,
        store: &dyn Store,
    ) -> Result<Arc<LoadedProgram>, StoreError> {
        self.of_bundle(&session.bundle, &session.id, store).await
    }

    /// The program of a bundle that a session is pinned to; its name is for the message.
    ///
    /// # Errors
    /// See [`Programs::pinned`].
    pub(crate) async fn of_bundle(
        &self,
        hash: &[u8; 32],
        session: &str,
        store: &dyn Store,
    ) -> Result<Arc<LoadedProgram>, StoreError> {
        let current = self.current();
        if current.bundle == *hash {
            return Ok(current);
        }
        let program = self.older(hash, session, store).await;
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

    async fn older(
        &self,
        hash: &[u8; 32],
        session: &str,
        store: &dyn Store,
    ) -> Result<Arc<LoadedProgram>, StoreError> {
        let mut older = self.older.lock().await;
        if let Some(program) = older.get(hash).and_then(Weak::upgrade) {
            return Ok(program);
        }
        let damaged = |cause: String| StoreError::Damaged { what: "bundle", cause };
        let bytes = store
            .bundle(hash)
            .await?
            .ok_or_else(|| damaged("it is not in the store".to_owned()))?;
        if let Some(other) = bundle::other_format(&bytes) {
            return Err(StoreError::OtherFormat {
                session: session.to_owned(),
                bundle: hex(hash),
                cause: other.to_string(),
            });
        }
        let program = self.load_beside(bytes.into()).await.map_err(damaged)?;
        if program.bundle != *hash {
            return Err(damaged("it is another one than its name says".to_owned()));
        }
        older.retain(|_, program| program.strong_count() > 0);
        older.insert(*hash, Arc::downgrade(&program));
        Ok(program)
    }
}

/// A program as the compiler compares it.
pub(crate) fn version(program: &LoadedProgram) -> Version<'_> {
    Version { program: &program.program, hash: program.bundle }
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
