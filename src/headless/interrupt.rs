//! Ctrl-C without a screen: the first asks the work to stop, so that what was found is printed and
//! the ledger is written; the second ends the program at once.

use super::status;
use signal_hook::consts::SIGINT;
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Sets `cancel` on Ctrl-C.
pub fn watch(cancel: &Arc<AtomicBool>) -> io::Result<()> {
    // The order counts: the shutdown looks at the flag before the next line sets it.
    flag::register_conditional_shutdown(SIGINT, i32::from(status::INTERRUPTED), cancel.clone())?;
    flag::register(SIGINT, cancel.clone())?;
    Ok(())
}
