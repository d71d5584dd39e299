//! How many writes of items have begun and ended, counted where they happen.
//!
//! A caller that gives up on a write, because its client went away or a timeout of the SDK ended, does not end
//! the write: that waits for a thread or for the disk, and lands later. So callers cannot tell when a write is
//! over. The thread that does it can.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Writes {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Writes {
    /// Counts a write. It goes on until what this returns is dropped: by whoever does it, when it is done.
    pub(super) fn begin(self: &Arc<Self>) -> Write {
        self.begun.fetch_add(1, Ordering::SeqCst);
        Write(Arc::clone(self))
    }

    /// How many writes have been, if none is under way. Two equal answers: there was none in between.
    pub(super) fn quiet(&self) -> Option<u64> {
        // In this order. `ended` never passes `begun`: if what had ended is all that has begun by now, then
        // nothing is under way now.
        let ended = self.ended.load(Ordering::SeqCst);
        let begun = self.begun.load(Ordering::SeqCst);
        (begun == ended).then_some(begun)
    }
}

/// A write under way.
#[derive(Debug)]
pub(super) struct Write(Arc<Writes>);

impl Drop for Write {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}
