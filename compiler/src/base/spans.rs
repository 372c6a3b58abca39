//! Every place in a value, so that what was found of a declaration can follow it when it moves.

use std::sync::Arc;

use super::FileSpan;

/// What holds places in files.
pub(crate) trait Spans {
    /// Shows every place in it to `see`, which may change it.
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan));
}

impl Spans for FileSpan {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        see(self);
    }
}

impl<T: Spans> Spans for Vec<T> {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        self.iter_mut().for_each(|one| one.spans(see));
    }
}

impl<T: Spans> Spans for Option<T> {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        self.iter_mut().for_each(|one| one.spans(see));
    }
}

impl<T: Spans> Spans for Box<T> {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        self.as_mut().spans(see);
    }
}

impl<T: Spans + Clone> Spans for Arc<T> {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        Self::make_mut(self).spans(see);
    }
}

impl<A: Spans, B: Spans> Spans for (A, B) {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        self.0.spans(see);
        self.1.spans(see);
    }
}
