//! Who is signed in. A token is known by its hash: what is kept could not be sent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::DeskOptions;
use crate::clock::later;
use crate::store::{LoginKey, StoredLogin};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Logins {
    all: BTreeMap<LoginKey, StoredLogin>,
    /// Those that were used since that was stored.
    used: BTreeSet<LoginKey>,
}

impl Logins {
    /// Those that are stored.
    pub(super) fn new(stored: Vec<StoredLogin>) -> Self {
        let all = stored.into_iter().map(|login| (login.key, login)).collect();
        Self { all, used: BTreeSet::new() }
    }

    pub(super) fn put(&mut self, login: StoredLogin) {
        self.all.insert(login.key, login);
    }

    /// A login that is good, and is used now.
    pub(super) fn used(
        &mut self,
        key: LoginKey,
        now_ms: i64,
        options: &DeskOptions,
    ) -> Option<&StoredLogin> {
        let login = self.all.get_mut(&key).filter(|login| is_good(login, now_ms, options))?;
        if login.used_ms != now_ms {
            login.used_ms = now_ms;
            self.used.insert(key);
        }
        Some(login)
    }

    /// Whether a login is good; that somebody asks does not count as use.
    pub(super) fn is_good(&self, key: LoginKey, now_ms: i64, options: &DeskOptions) -> bool {
        self.all.get(&key).is_some_and(|login| is_good(login, now_ms, options))
    }

    /// The oldest login of an account that has at least so many.
    pub(super) fn oldest_of(&self, account: &str, least: usize) -> Option<LoginKey> {
        let own = || self.all.values().filter(|login| login.account == account);
        let oldest = own().min_by_key(|login| login.used_ms)?;
        (own().count() >= least).then_some(oldest.key)
    }

    /// Ends logins of an account, but for one; how many they were.
    pub(super) fn end_of(&mut self, account: &str, but: Option<LoginKey>) -> usize {
        let before = self.all.len();
        self.all.retain(|key, login| login.account != account || Some(*key) == but);
        before - self.all.len()
    }

    pub(super) fn end(&mut self, key: LoginKey) -> bool {
        self.all.remove(&key).is_some()
    }

    /// Takes out those that are no good any more.
    pub(super) fn take_ended(&mut self, now_ms: i64, options: &DeskOptions) -> Vec<LoginKey> {
        let ended = self.all.values().filter(|login| !is_good(login, now_ms, options));
        let ended: Vec<LoginKey> = ended.map(|login| login.key).collect();
        for key in &ended {
            self.all.remove(key);
        }
        ended
    }

    /// Those that were used since somebody last asked.
    pub(super) fn take_used(&mut self) -> Vec<StoredLogin> {
        let used = std::mem::take(&mut self.used);
        used.iter().filter_map(|key| self.all.get(key)).cloned().collect()
    }
}

/// When a login ends whatever is done, ms UTC. What is configured now holds, if it is less than what was.
pub(super) fn ends_ms(login: &StoredLogin, options: &DeskOptions) -> i64 {
    login.ends_ms.min(later(login.made_ms, options.sign_in_lasts))
}

fn is_good(login: &StoredLogin, now_ms: i64, options: &DeskOptions) -> bool {
    let is_idle = |idle: Duration| now_ms >= later(login.used_ms, idle);
    now_ms < ends_ms(login, options) && !is_idle(options.idle)
}
