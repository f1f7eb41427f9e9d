//! Room for the blocks that are read: where it is aligned, and kept by a thread from one log to
//! the next. Reads nothing.

use std::cell::Cell;

/// What is read should land at an address that this divides: an odd one costs the system's copying
/// twice the time and more. An allocation promises no such address: ask for so much more.
pub const ALIGNED: usize = 4096;

/// More than this is not kept: one long record should not cost its memory for good.
const MOST_KEPT: usize = 1 << 20;

thread_local! {
    /// The room of the log before, or the segment: fresh memory costs more than to fill it.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The room that the thread has kept; its contents are left over.
pub fn take() -> Vec<u8> {
    SPARE.take()
}

/// Keeps room for the thread's next log.
pub fn give_back(room: Vec<u8>) {
    if room.len() <= MOST_KEPT {
        SPARE.set(room);
    }
}

/// Where in it the first aligned address is; at its start if there is none.
pub fn aligned(room: &[u8]) -> usize {
    match room.as_ptr().align_offset(ALIGNED) {
        base if base < ALIGNED.min(room.len()) => base,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_kept_and_aligned() {
        let room = vec![0; 3 * ALIGNED];
        let base = aligned(&room);
        assert!(base < ALIGNED);
        assert_eq!(room.as_ptr().wrapping_add(base).align_offset(ALIGNED), 0);
        let at = room.as_ptr();
        give_back(room);
        let again = take();
        assert_eq!(again.as_ptr(), at);
        assert!(take().is_empty());
        give_back(vec![0; MOST_KEPT + 1]);
        assert!(take().is_empty());
        assert_eq!(aligned(&[]), 0);
    }
}
