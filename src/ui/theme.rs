//! What things look like, by what they are. The terminal's own sixteen colours, and of those only
//! ones that can be read on a dark and on a light ground; never white, yellow or blue text. What a
//! colour says, a letter, a sign or weight says too, so that `NO_COLOR` loses nothing.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Text.
    Plain,
    /// Beside the point: labels, units, where something came from.
    Dim,
    /// Worth a look.
    Strong,
    /// A frame.
    Border,
    /// The frame of the pane in focus.
    Focus,
    /// The open view or tab.
    Active,
    /// A heading.
    Heading,
    /// A value to be judged: URL, account.
    Value,
    /// All is well.
    Good,
    /// Worth knowing.
    Warn,
    /// Wrong.
    Bad,
    /// The selected line of the pane in focus.
    Selected,
    /// The selected line of another pane.
    Away,
    /// What was searched.
    Match,
    /// The match that was gone to.
    Here,
    /// A key to press.
    Key,
    /// A command of a search.
    Command,
    /// A word of a search with a meaning.
    Keyword,
    /// A quoted text.
    Quoted,
    /// A macro.
    Macro,
    /// Of our own making, where the rest is the rule's.
    Ours,
}

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// The terminal shows ASCII only.
    pub ascii: bool,
    /// It may show colours.
    pub color: bool,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            ascii: false,
            color: true,
        }
    }
}

impl Theme {
    /// The style of a role.
    pub fn style(self, role: Role) -> Style {
        let style = Style::default();
        let style = match role {
            Role::Plain | Role::Dim | Role::Border | Role::Value | Role::Good | Role::Quoted => {
                style
            }
            Role::Strong
            | Role::Heading
            | Role::Away
            | Role::Bad
            | Role::Warn
            | Role::Focus
            | Role::Key
            | Role::Command => style.add_modifier(Modifier::BOLD),
            Role::Active | Role::Selected | Role::Here => style.add_modifier(Modifier::REVERSED),
            Role::Match | Role::Macro => style.add_modifier(Modifier::UNDERLINED),
            Role::Ours => style.add_modifier(Modifier::ITALIC),
            Role::Keyword => style,
        };
        match color(role) {
            Some(color) if self.color => style.fg(color),
            _ => style,
        }
    }
}

fn color(role: Role) -> Option<Color> {
    Some(match role {
        Role::Dim | Role::Border => Color::DarkGray,
        Role::Focus | Role::Key | Role::Command | Role::Heading => Color::Cyan,
        Role::Value | Role::Quoted | Role::Good => Color::Green,
        Role::Warn | Role::Keyword | Role::Ours => Color::Magenta,
        Role::Bad | Role::Match => Color::Red,
        _ => return None,
    })
}
