//! Results by the content that they were made of.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use super::{Layout, Place};
use crate::base::{FileSpan, Spans};

/// What a result was made of.
pub(crate) type Key = blake3::Hash;

/// Checks for which a result is kept after it was last of use: going back over some edits costs
/// nothing.
const KEPT_CHECKS: u32 = 8;

/// The key of anything that can be hashed.
pub(crate) fn key(of: &impl Hash) -> Key {
    let mut hasher = Content(blake3::Hasher::new());
    of.hash(&mut hasher);
    hasher.0.finalize()
}

/// Takes every byte that a value hashes.
struct Content(blake3::Hasher);

impl Hasher for Content {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let hash = self.0.finalize();
        hash.as_bytes().iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))
    }
}

/// Results of one kind.
#[derive(Debug)]
pub(crate) struct Store<T> {
    kept: HashMap<Key, Kept<T>>,
    checks: u32,
    /// Results that were made because none was there.
    pub(crate) made: u64,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self { kept: HashMap::new(), checks: 0, made: 0 }
    }
}

#[derive(Debug)]
struct Kept<T> {
    value: T,
    /// The declarations that its places lie in, and where they stood: its own first.
    places: Vec<(blake3::Hash, Place)>,
    /// The check that used it last.
    used: u32,
}

impl<T: Spans + Clone> Store<T> {
    /// Whether there is a result of that key.
    pub(crate) fn has(&self, key: Key) -> bool {
        self.kept.contains_key(&key)
    }

    /// The result of that key, its places as they are now.
    pub(crate) fn get(&mut self, key: Key, layout: &Layout) -> Option<&T> {
        self.get_mut(key, layout).map(|value| &*value)
    }

    /// The same, to be changed in what its key does not stand for.
    pub(crate) fn get_mut(&mut self, key: Key, layout: &Layout) -> Option<&mut T> {
        let kept = self.kept.get_mut(&key)?;
        let now = kept.places.iter().map(|(content, _)| Some((*content, layout.place(*content)?)));
        // What it shows of another declaration is gone, or is there twice.
        let now = now.collect::<Option<Vec<_>>>()?;
        if now != kept.places {
            let before = std::mem::replace(&mut kept.places, now);
            let now = &kept.places;
            kept.value.spans(&mut |at| {
                let moved = before.iter().zip(now).find(|((_, old), _)| old.holds(*at));
                if let Some(((_, old), (_, new))) = moved
                    && *at != FileSpan::default()
                {
                    at.file = new.file;
                    at.span.start = at.span.start - old.start + new.start;
                    at.span.end = at.span.end - old.start + new.start;
                }
            });
        }
        kept.used = self.checks;
        Some(&mut kept.value)
    }

    /// Keeps a result of the declaration `own`, unless a place in it could not be found again;
    /// gives it back.
    pub(crate) fn put(&mut self, key: Key, own: blake3::Hash, mut value: T, layout: &Layout) -> T {
        self.made += 1;
        let Some(place) = layout.place(own) else { return value };
        let mut places = vec![(own, place)];
        let mut all_known = true;
        value.spans(&mut |at| {
            if *at == FileSpan::default() || places.iter().any(|(_, place)| place.holds(*at)) {
                return;
            }
            match layout.holder(*at) {
                Some(holder) => places.push(holder),
                None => all_known = false,
            }
        });
        if all_known {
            let kept = Kept { value: value.clone(), places, used: self.checks };
            self.kept.insert(key, kept);
        }
        value
    }

    /// A check is over: what was not used for some is forgotten.
    pub(crate) fn end_check(&mut self) {
        let now = self.checks;
        self.kept.retain(|_, kept| now - kept.used < KEPT_CHECKS);
        self.checks += 1;
    }
}
