//! Gimlet.

pub mod app;
pub mod cim;
pub mod content;
pub mod event;
pub mod evidence;
pub mod headless;
pub mod report;
pub mod risk;
pub mod search;
pub mod spl;
pub mod store;
pub mod terminal;
pub mod ui;
pub mod worker;
