//! How much is looked at for a text: counted in tests only, to show that it grows with the text and
//! no faster. Each step takes a time that does not depend on how long the text is.

/// Looks at one more word, sign or neighbour of one.
#[cfg(not(test))]
pub(super) const fn step() {}

#[cfg(test)]
pub(super) fn step() {
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The steps since this was asked last, in this thread.
#[cfg(test)]
pub(super) fn taken() -> usize {
    STEPS.with(|steps| steps.replace(0))
}
