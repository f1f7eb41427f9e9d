//! The regular expressions of `regex`, `rex` and `makemv`: compiled once, with the message about
//! one that can't be.

use super::super::messages::Messages;
use super::super::pcre::Pcre;
use crate::spl::Diagnostic;
use crate::spl::ast::Name;

/// From the pattern of a command; none when it can't be used, which is said.
pub(super) fn compile(pattern: &Name, command: &str, messages: &mut Messages) -> Option<Pcre> {
    let compiled = Pcre::new(&pattern.text);
    messages.patterns.extend(compiled.iter().cloned());
    compiled
        .map_err(|reason| {
            let text = &pattern.text;
            let message = format!("the pattern '{text}' of '{command}' can't be used: {reason}");
            let help = "a sign that stands for itself has a \\ before it";
            messages.refuse(Diagnostic::new("SPL-REGEX", message, pattern.span).with_help(help));
        })
        .ok()
}
