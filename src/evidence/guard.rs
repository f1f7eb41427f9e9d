//! Keeps a panic in a parser from ending the run: hostile bytes reach code of other projects, and
//! one log less, with its reason, is better than none. A thread that is guarded says so, for the
//! panic hook that restores the terminal: such a panic is no reason to.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Whether a panic of this thread would be caught here.
pub fn is_guarded() -> bool {
    DEPTH.get() > 0
}

/// Runs `work`; a panic is an error with its text. What `work` changed before it stays changed, so
/// it must leave nothing half done that is used afterwards.
pub(super) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    DEPTH.set(DEPTH.get() + 1);
    let done = catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get().saturating_sub(1));
    done.map_err(|panic| format!("the parser failed: {}", text(&*panic)))
}

fn text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_text() {
        assert_eq!(catch(|| 1), Ok(1));
        assert!(!is_guarded());
        let failed = catch(|| -> u8 {
            assert!(is_guarded());
            panic!("at byte {}", 7)
        });
        assert_eq!(failed, Err("the parser failed: at byte 7".to_owned()));
        assert!(!is_guarded());
    }
}
