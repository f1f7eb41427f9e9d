//! x
/// Width.
pub fn width() -> Option<usize> {
    crossterm::terminal::size()
        .ok()
        .map(|(w, _)| usize::from(w))
}
/// Open.
pub fn open(
    _: crate::worker::threads::Engine,
    _: &crate::config::Settings,
    _: bool,
) -> anyhow::Result<u8> {
    anyhow::bail!("no screen")
}
