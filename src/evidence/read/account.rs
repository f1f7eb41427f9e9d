//! The number and names of a log, and whether its file gave what it promised.

use crate::event::SourceId;
use crate::evidence::discover::Input;
use crate::evidence::member::{Member, Origin, Place, display_name};
use crate::evidence::outcome::{Outcome, Status};

/// The log of that number: `name` and `place` are those in an archive.
pub(super) fn numbered(
    id: SourceId,
    input: &Input,
    name: Option<String>,
    place: Place,
    bytes: Option<u64>,
) -> Member {
    Member {
        id,
        name: display_name(&input.path, name.as_deref()),
        named_on_command_line: input.named_on_command_line && name.is_none(),
        path: input.path.clone(),
        member: name,
        bytes: bytes.or(match input.origin {
            Origin::File { bytes, .. } if place == Place::default() => Some(bytes),
            Origin::BuiltIn(bytes) if place == Place::default() => Some(bytes.len() as u64),
            _ => None,
        }),
        origin: input.origin,
        place,
    }
}

/// A file that gave fewer bytes than it had when it was listed was cut in between. (One that grew
/// was read to the end that it had.)
pub(super) fn note_shrunk(member: &Member, read: u64, outcome: &mut Outcome) {
    let Origin::File { bytes, .. } = member.origin else {
        return;
    };
    // Of an archive only what is wanted is read.
    let whole = member.place == Place::default() && outcome.status == Status::Read;
    if whole && read < bytes {
        outcome.status = Status::Partly;
        outcome.reason = Some(format!(
            "it gave {read} bytes and had {bytes} when it was listed: something has cut it"
        ));
        outcome.hint = Some("copy or collect it again".to_owned());
    }
}
