//! Stretches of a text that every carrier writes letter by letter, and which of them to look for.

use super::tree::Why;
use super::words::Words;
use crate::evidence::prefilter::is_needle_letter;
use std::sync::Arc;

/// A shorter one stands in too many records by chance: of two letters there are fewer kinds than a
/// record has pairs of them.
const SHORTEST: usize = 3;

/// The rarest stretch of texts that must all be there. The texts are case folded, or are looked for
/// without regard to case all the same.
pub fn rarest<'t>(texts: impl Iterator<Item = &'t str>, words: &Words) -> Result<Arc<str>, Why> {
    let mut best: Option<(f64, String)> = None;
    let mut why = Why::Nothing;
    for text in texts {
        let text = text.to_ascii_lowercase();
        for stretch in text.split(|letter| !is_needle_letter(letter)) {
            match share(stretch, words) {
                // Of two alike the first: the outcome must not depend on chance.
                Ok(share) if best.as_ref().is_none_or(|(least, _)| share < *least) => {
                    best = Some((share, stretch.to_owned()));
                }
                Ok(_) => {}
                Err(worse) => why = why.min(worse),
            }
        }
    }
    best.map(|(_, stretch)| Arc::from(stretch)).ok_or(why)
}

/// In what share of the records it stands, or why it can't be looked for.
fn share(stretch: &str, words: &Words) -> Result<f64, Why> {
    if stretch.is_empty() {
        return Err(Why::Nothing);
    }
    if stretch.len() < SHORTEST {
        return Err(Why::Short(stretch.to_owned()));
    }
    if !is_text(stretch) {
        return Err(Why::Rendered(stretch.to_owned()));
    }
    words
        .share_of(stretch)
        .ok_or_else(|| Why::Common(stretch.to_owned()))
}

/// Whether the stretch can only come from a text, and not from a number, an id or a time that is
/// written out when it is read. A chunk of EVTX has those in binary, and JSON carriers have numbers
/// where XML has hex (performance.md §2: half of all rendered values are not there as text). It is
/// one that holds a word no such value has.
pub fn is_text(stretch: &str) -> bool {
    let words = stretch.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.into_iter().any(|word| !can_be_rendered(word))
}

/// Words that are written out for values, whole: of booleans, of nothing, of numbers that are none,
/// of zones.
const WRITTEN: [&str; 6] = ["true", "false", "null", "nan", "infinity", "utc"];

/// Whether a run of letters and digits, or its ends beyond the stretch, can be part of a decimal or
/// hex number, a GUID (`{8-4-4-4-12}`), a SID (`S-1-5-18`), a time (`…-16T18:04:12.1Z`) or a word
/// that is [`WRITTEN`].
fn can_be_rendered(word: &str) -> bool {
    let hex = |word: &str| word.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    let after_prefix = word.strip_prefix("0x").or_else(|| word.strip_prefix('x'));
    let time = || {
        let word = word.strip_suffix('z').unwrap_or(word);
        let (day, hour) = word.split_once('t').unwrap_or((word, ""));
        digits(day) && digits(hour)
    };
    hex(after_prefix.unwrap_or(word))
        || word == "s"
        || time()
        || WRITTEN.iter().any(|written| written.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::words::Words;
    use super::*;
    use crate::event::Family;

    #[test]
    fn what_a_number_an_id_or_a_time_can_hold_is_no_text() {
        for stretch in [
            "4688",
            "0x1f",
            "x1f",
            "deadbeef",
            "-1",
            "...",
            "s-1-5-21-",
            "16t18:04:12",
            "12.1234567z",
            "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}",
            "true",
            "rue",
            "fals",
            "127.0.0.1",
            "1e-7",
        ] {
            assert!(!is_text(stretch), "{stretch}");
        }
        for stretch in [
            "msiexec.exe",
            "rundll32",
            "sc.exe",
            "net.exe",
            "s-2x",
            "true.exe",
            "0xg",
            "-enc",
            "add",
            "12t",
        ] {
            let text = !matches!(stretch, "add" | "12t");
            assert_eq!(is_text(stretch), text, "{stretch}");
        }
    }

    #[test]
    fn the_rarest_stretch_is_taken() {
        let words = Words::of(Family::Windows);
        let of = |texts: &[&str]| rarest(texts.iter().copied(), words);
        let text = |texts: &[&str]| of(texts).map(|t| t.to_string()).map_err(|w| w.to_string());
        assert_eq!(
            text(&[r"c:\windows\system32\msiexec.exe"]).unwrap(),
            "msiexec.exe"
        );
        assert_eq!(text(&["\\temp\\", "evil-tool"]).unwrap(), "evil-tool");
        assert_eq!(text(&["ABC Invoke-X"]).unwrap(), "invoke-x");
        assert_eq!(
            of(&["http://", "://"]),
            Err(Why::Common("http:".to_owned()))
        );
        assert_eq!(of(&["/c"]), Err(Why::Short("c".to_owned())));
        assert_eq!(of(&["4688"]), Err(Why::Rendered("4688".to_owned())));
        assert_eq!(of(&["äöü"]), Err(Why::Nothing));
        assert_eq!(of(&[]), Err(Why::Nothing));
    }
}
