//! Passwords: argon2id, as OWASP recommends it, on threads of their own and few at once.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use unicode_normalization::UnicodeNormalization as _;

use super::AccountError;
use crate::limits::{
    HASH_WAIT, HASHES_AT_ONCE, HASHES_WAITING_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN,
};
use crate::secret::Secret;

/// Memory of one, KiB; how often it is gone through; lanes.
const MEMORY_KIB: u32 = 19_456;
const ROUNDS: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// What is compared with where there is no such account: it is nobody's, and takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
                      $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Letters and digits that nobody takes for another: 32 of them.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const GENERATED_GROUPS: usize = 4;
const GENERATED_GROUP_CHARS: usize = 5;

/// Hashes passwords. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Hasher {
    /// At work, and waiting.
    places: Arc<Semaphore>,
    /// At work.
    workers: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(HASHES_AT_ONCE + HASHES_WAITING_MAX)),
            workers: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
        }
    }
}

impl Hasher {
    /// The PHC string of a password, with a new salt.
    pub(super) async fn hash(&self, password: Secret) -> Result<Secret, AccountError> {
        self.run(move || {
            let salt: [u8; SALT_BYTES] = random()?;
            let text = normal(password.reveal());
            let hash = argon2()?.hash_password_with_salt(text.as_bytes(), &salt);
            hash.map(|hash| Secret::from(hash.to_string())).map_err(|e| failed(&e))
        })
        .await?
    }

    /// Whether a password is the one of a PHC string; without one it is not, and that takes as long.
    pub(super) async fn is_right(
        &self,
        known: Option<Secret>,
        password: Secret,
    ) -> Result<bool, AccountError> {
        self.run(move || {
            let expected = known.as_ref().map_or(NOBODY, Secret::reveal);
            let expected = PasswordHash::new(expected).map_err(|e| failed(&e))?;
            let text = normal(password.reveal());
            let is_same = argon2()?.verify_password(text.as_bytes(), &expected).is_ok();
            Ok(is_same && known.is_some())
        })
        .await?
    }

    /// Whoever gave up waiting leaves the work to be done all the same: its place is free after it.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AccountError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| AccountError::Busy)?;
        let worker = tokio::time::timeout(HASH_WAIT, Arc::clone(&self.workers).acquire_owned());
        let worker = worker.await.map_err(|_| AccountError::Busy)?.map_err(|e| failed(&e))?;
        let done = spawn_blocking(move || {
            let result = work();
            drop((worker, place));
            result
        });
        done.await.map_err(|e| failed(&e))
    }
}

fn argon2() -> Result<Argon2<'static>, AccountError> {
    let params = Params::new(MEMORY_KIB, ROUNDS, LANES, None).map_err(|e| failed(&e))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: &dyn std::fmt::Display) -> AccountError {
    AccountError::Failed(format!("a password could not be hashed: {error}"))
}

/// The one way of those that a text can be written in: keyboards differ in how they make `é`.
fn normal(text: &str) -> String {
    text.nfkc().collect()
}

/// Whether a password could be one at all.
pub(super) fn is_possible(password: &str) -> bool {
    password.chars().count() <= PASSWORD_CHARS_MAX
}

/// That a new password can be one.
pub(super) fn check(password: &Secret, login: &str) -> Result<(), AccountError> {
    let chars = password.reveal().chars().count();
    let is_login = normal(password.reveal()).eq_ignore_ascii_case(login);
    match (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) && !is_login {
        true => Ok(()),
        false => Err(AccountError::BadPassword),
    }
}

/// A password that nobody can guess and somebody can type: a hundred random bits.
pub(super) fn generate() -> Result<Secret, AccountError> {
    let bytes: [u8; GENERATED_GROUPS * GENERATED_GROUP_CHARS] = random()?;
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied().map(char::from);
    let groups = bytes.chunks(GENERATED_GROUP_CHARS);
    let groups: Vec<String> =
        groups.map(|group| group.iter().filter_map(letter).collect()).collect();
    Ok(groups.join("-").into())
}

/// Random bytes.
pub(super) fn random<const N: usize>() -> Result<[u8; N], AccountError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|e| AccountError::Failed(format!("the system gives no random numbers: {e}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Instant;

    use super::*;

    fn secret(text: &str) -> Secret {
        text.to_owned().into()
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let hasher = Hasher::default();
        let hash = hasher.hash(secret("correct horse é")).await.unwrap();
        let start = "$argon2id$v=19$m=19456,t=2,p=1$";
        assert!(hash.reveal().starts_with(start), "{}", hash.reveal());
        // The same letter in two parts.
        for (password, right) in [
            ("correct horse é", true),
            ("correct horse e\u{301}", true),
            ("correct horse e", false),
        ] {
            let found = hasher.is_right(Some(hash.clone()), secret(password)).await.unwrap();
            assert_eq!(found, right, "{password}");
        }
        let again = hasher.hash(secret("correct horse é")).await.unwrap();
        assert!(again != hash, "each has its own salt");
    }

    #[tokio::test]
    async fn nobodys_password_takes_as_long_as_somebodys() {
        let hasher = Hasher::default();
        let known = hasher.hash(secret("a password of hers")).await.unwrap();
        let (mut of_nobody, mut of_her) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            for (known, times) in [(None, &mut of_nobody), (Some(known.clone()), &mut of_her)] {
                let begun = Instant::now();
                assert!(!hasher.is_right(known, secret("another one of hers")).await.unwrap());
                times.push(begun.elapsed());
            }
        }
        let least = |times: &[std::time::Duration]| times.iter().min().unwrap().as_secs_f64();
        let ratio = least(&of_nobody) / least(&of_her);
        assert!((0.5..2.0).contains(&ratio), "{ratio}");
    }

    #[tokio::test]
    async fn whoever_comes_when_all_places_are_taken_is_told_so() {
        let hasher = Hasher::default();
        let (free, freed) = mpsc::channel::<()>();
        let freed = Arc::new(std::sync::Mutex::new(freed));
        let mut at_work = Vec::new();
        for _ in 0..HASHES_AT_ONCE + HASHES_WAITING_MAX {
            let (hasher, freed) = (hasher.clone(), Arc::clone(&freed));
            let wait = move || freed.lock().unwrap().recv().unwrap();
            at_work.push(tokio::spawn(async move { hasher.run(wait).await }));
        }
        while hasher.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(hasher.run(|| ()).await, Err(AccountError::Busy));
        for _ in &at_work {
            free.send(()).unwrap();
        }
        for work in at_work {
            assert_eq!(work.await.unwrap(), Ok(()));
        }
        assert_eq!(hasher.run(|| ()).await, Ok(()));
    }

    #[test]
    fn passwords_are_long_enough_and_not_the_login() {
        for (password, good) in [
            ("eleven char", false),
            ("twelve chars", true),
            ("十二个字的密码应该也可以吧", true),
            ("ann.lee@acme.example", false),
            ("Ann.Lee@acme.example", false),
            ("            ", true),
        ] {
            let checked = check(&secret(password), "ann.lee@acme.example");
            assert_eq!(checked.is_ok(), good, "{password}");
        }
        assert!(check(&secret(&"x".repeat(200)), "a").is_ok());
        assert!(check(&secret(&"x".repeat(201)), "a").is_err());
    }

    #[test]
    fn generated_passwords_are_good_and_differ() {
        let all: std::collections::BTreeSet<String> =
            (0..100).map(|_| generate().unwrap().reveal().to_owned()).collect();
        assert_eq!(all.len(), 100);
        let one = all.first().unwrap();
        assert_eq!((one.len(), one.matches('-').count()), (23, 3), "{one}");
        assert!(all.iter().all(|password| check(&secret(password), "ann").is_ok()));
    }
}
