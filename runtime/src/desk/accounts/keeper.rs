//! What is done for the accounts by and by: logins that have ended go, those that were used are stored as
//! such, and what a new bundle does not have any more is told.

use std::sync::{Arc, Weak};
use std::time::Duration;

use flowright_compiler::ir::Program;

use super::Accounts;
use crate::clock::later;
use crate::dispatch::Dispatch;
use crate::store::StoreError;

/// How often. After a crash a login is taken to be unused for so much longer, at most.
const EVERY: Duration = Duration::from_secs(60);

/// See the module.
#[derive(Debug)]
pub(crate) struct Keeper {
    accounts: Accounts,
    dispatch: Dispatch,
    /// The program that accounts were held against last.
    seen: Weak<Program>,
}

impl Keeper {
    pub(crate) fn new(accounts: Accounts, dispatch: Dispatch) -> Self {
        Self { accounts, dispatch, seen: Weak::new() }
    }

    /// Until it is dropped.
    pub(crate) async fn run(mut self) {
        let clock = self.accounts.0.clock.clone();
        loop {
            let now_ms = clock.now_ms();
            if let Err(error) = self.accounts.tidy().await {
                tracing::warn!(%error, "logins at the desk could not be tidied up");
            }
            self.tell_unknown();
            clock.sleep_until(later(now_ms, EVERY)).await;
        }
    }

    /// Says once a bundle what accounts name and it does not have.
    fn tell_unknown(&mut self) {
        let program = self.dispatch.program();
        let now = Arc::downgrade(&program);
        if now.ptr_eq(&self.seen) {
            return;
        }
        self.seen = now;
        for account in self.accounts.all() {
            for what in account.unknown(&program) {
                tracing::warn!(
                    login = account.login,
                    "an account names {what}, which the bot lacks"
                );
            }
        }
    }
}

impl Accounts {
    /// Stores when logins were used, and forgets those that have ended.
    pub(crate) async fn tidy(&self) -> Result<(), StoreError> {
        let _changing = self.0.changing.lock().await;
        let now_ms = self.0.clock.now_ms();
        let (ended, used) = {
            let mut state = self.state();
            (state.logins.take_ended(now_ms, &self.0.options), state.logins.take_used())
        };
        if !ended.is_empty() {
            self.0.store.drop_logins(ended).await?;
        }
        if !used.is_empty() {
            self.0.store.touch_logins(used).await?;
        }
        Ok(())
    }
}
