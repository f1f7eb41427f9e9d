//! Layer 8, the workbench without a screen: its state, and what a message does to it. Draws
//! nothing, reads nothing, knows no clock: `App::update(Message) -> Vec<Effect>` is all there is.
//!
//! Start reading at `state` (what there is) and `update` (where a message goes); `act` runs the
//! actions, `panes` holds one file a pane.

mod act;
pub mod action;
pub mod copying;
pub mod fields;
pub mod filter;
pub mod grouping;
pub mod key;
pub mod layout;
pub mod list;
pub mod menu;
pub mod message;
mod mouse;
mod moved;
pub mod panes;
pub mod prompt;
mod searching;
pub mod state;
pub mod subject;
pub mod text_view;
mod update;

pub use action::{Action, Context, Keymap, key_table_markdown};
pub use filter::Filter;
pub use key::{Key, KeyCode, Mouse, MouseKind};
pub use layout::{Area, Hit, Layout, Pane};
pub use message::{Effect, Message};

pub use state::{App, Loading, Settings, View};
