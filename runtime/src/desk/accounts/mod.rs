//! Accounts of the desk: who may sign in, who is signed in, and what each may see. One server has a store, so
//! all of it is in memory, and every change is on the disk before it is so here.

mod account;
mod attempts;
mod change;
mod error;
mod keeper;
mod logins;
mod options;
mod password;
mod sight;
mod sign_in;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flowright_compiler::ir::Program;
use tokio::sync::broadcast;

pub(crate) use self::account::usual_weight;
pub use self::account::{Account, Capacity, Particulars, WEIGHT_MILLI_USUAL, login_name};
use self::attempts::Attempts;
pub use self::change::Made;
pub use self::error::AccountError;
pub(crate) use self::keeper::Keeper;
use self::logins::Logins;
pub use self::options::{DeskOptions, SUPERVISOR};
use self::password::Hasher;
pub use self::sight::Sight;
pub use self::sign_in::SignedIn;
use crate::clock::SharedClock;
use crate::limits::ACCOUNT_NEWS_MAX;
use crate::secret::Secret;
use crate::store::{LoginKey, SharedAccountStore, StoreError, StoredAccount};

/// The accounts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Accounts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: SharedAccountStore,
    clock: SharedClock,
    options: DeskOptions,
    hasher: Hasher,
    state: Mutex<State>,
    /// Held by whoever changes something, from a look at what is there until it is so.
    changing: tokio::sync::Mutex<()>,
    news: broadcast::Sender<AccountNews>,
}

#[derive(Debug, Default)]
struct State {
    by_id: BTreeMap<String, Entry>,
    /// Ids by logins.
    ids: BTreeMap<String, String>,
    logins: Logins,
    attempts: Attempts,
}

#[derive(Debug, Clone)]
struct Entry {
    account: Arc<Account>,
    /// A PHC string.
    password: Secret,
}

/// Something has changed that whoever serves an agent wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNews {
    /// The id of the account.
    pub account: String,
    /// The account as it is now; nothing when it is gone.
    pub now: Option<Arc<Account>>,
    /// Logins of it have ended: [`Accounts::is_signed_in`] says which are good.
    pub signed_out: bool,
}

/// Somebody who is signed in, and by which login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub account: Arc<Account>,
    /// By which login.
    pub login: LoginKey,
    /// When that ends whatever is done, ms UTC.
    pub ends_ms: i64,
}

impl Accounts {
    /// What is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(
        store: SharedAccountStore,
        clock: SharedClock,
        options: DeskOptions,
    ) -> Result<Self, StoreError> {
        let mut state = State::default();
        for StoredAccount { account, password } in store.accounts().await? {
            state.put(Entry { account: Arc::new(account), password });
        }
        state.logins = Logins::new(store.logins().await?);
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            options,
            hasher: Hasher::default(),
            state: Mutex::new(state),
            changing: tokio::sync::Mutex::default(),
            news: broadcast::Sender::new(ACCOUNT_NEWS_MAX),
        })))
    }

    /// How people sign in.
    #[must_use]
    pub fn options(&self) -> &DeskOptions {
        &self.0.options
    }

    /// All accounts, by login.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Account>> {
        let state = self.state();
        state.ids.values().filter_map(|id| Some(state.by_id.get(id)?.account.clone())).collect()
    }

    /// The account of a login.
    #[must_use]
    pub fn of_login(&self, login: &str) -> Option<Arc<Account>> {
        self.state().of_login(&login_name(login)?).map(|entry| entry.account.clone())
    }

    /// The account of an id.
    #[must_use]
    pub fn of_id(&self, id: &str) -> Option<Arc<Account>> {
        self.state().by_id.get(id).map(|entry| entry.account.clone())
    }

    /// Who sends a token; that is a use of her login.
    #[must_use]
    pub fn present(&self, token: &str) -> Option<Present> {
        let now_ms = self.0.clock.now_ms();
        let options = &self.0.options;
        let mut guard = self.state();
        let state = &mut *guard;
        let login = state.logins.used(LoginKey::of(token), now_ms, options)?;
        let entry = state.by_id.get(&login.account).filter(|entry| !entry.account.disabled)?;
        let ends_ms = logins::ends_ms(login, options);
        Some(Present { account: entry.account.clone(), login: login.key, ends_ms })
    }

    /// Whether a login is good still: for what goes on for long, such as a WebSocket. It is no use of it.
    #[must_use]
    pub fn is_signed_in(&self, login: LoginKey) -> bool {
        self.state().logins.is_good(login, self.0.clock.now_ms(), &self.0.options)
    }

    /// Whether an account supervises, with the roles of a program.
    #[must_use]
    pub fn supervises(&self, program: &Program, account: &Account) -> bool {
        self.0.options.supervises(&program.roles, account)
    }

    /// Is told of each change from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<AccountNews> {
        self.0.news.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody may listen.
    fn tell(&self, account: &str, now: Option<Arc<Account>>, signed_out: bool) {
        let _ = self.0.news.send(AccountNews { account: account.to_owned(), now, signed_out });
    }
}

impl State {
    fn put(&mut self, entry: Entry) {
        let Account { id, login, .. } = &*entry.account;
        self.ids.insert(login.clone(), id.clone());
        self.by_id.insert(id.clone(), entry);
    }

    fn remove(&mut self, account: &Account) {
        self.ids.remove(&account.login);
        self.by_id.remove(&account.id);
    }

    fn of_login(&self, login: &str) -> Option<&Entry> {
        self.by_id.get(self.ids.get(login)?)
    }
}
