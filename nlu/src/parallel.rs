//! Work on many items on all processors. What comes out is in the order of the items, however many
//! processors there are.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Processors that are used at most.
pub(crate) const THREADS_MAX: usize = 8;

/// Texts that a processor takes at a time.
pub(crate) const TEXTS: usize = 64;

/// What `of` makes of each item, in order. A processor takes so many of them at a time.
///
/// # Panics
/// Where `of` does.
pub fn map<T: Sync, U: Send>(items: &[T], at_a_time: usize, of: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let parts: Vec<&[T]> = items.chunks(at_a_time.max(1)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let take = || {
            let number = next.fetch_add(1, Ordering::Relaxed);
            parts.get(number).map(|part| (number, part.iter().map(&of).collect::<Vec<U>>()))
        };
        std::iter::from_fn(take).collect::<Vec<_>>()
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let others = processors.min(parts.len()).min(THREADS_MAX).saturating_sub(1);
    let mut done = thread::scope(|scope| {
        // A thread that cannot be had is done without: this one takes what is left.
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (0..others).filter_map(start).collect();
        let mut done = work();
        for other in others {
            match other.join() {
                Ok(parts) => done.extend(parts),
                Err(cause) => std::panic::resume_unwind(cause),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().flat_map(|(_, part)| part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_out_is_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1_000).collect();
        for at_a_time in [0, 1, 7, 1_000, 5_000] {
            let squares = map(&items, at_a_time, |item| item * item);
            assert!(squares.into_iter().eq(items.iter().map(|item| item * item)), "{at_a_time}");
        }
        assert!(map(&[0_u8; 0], 1, |item| *item).is_empty());
    }

    #[test]
    fn a_fault_in_one_thread_is_seen() {
        let items: Vec<usize> = (0..1_000).collect();
        let fault = std::panic::catch_unwind(|| map(&items, 1, |item| 1_000 / item.abs_diff(500)));
        assert!(fault.is_err());
    }
}
