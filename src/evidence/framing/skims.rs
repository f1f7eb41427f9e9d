//! What holds of streams that are passed over in part, or cut in segments: the records that can
//! matter are those of the whole stream, in the same places.

use super::properties::{FORMATS, Pieces, Told, all, of, text};
use super::{Frames, frames, segment};
use crate::evidence::format::Format;
use crate::evidence::prefilter::{Carrier, TextFilter};
use proptest::prelude::*;
use std::io::{Cursor, Seek, SeekFrom};

fn carrier(format: Format) -> Carrier {
    match format {
        Format::WindowsXml => Carrier::Xml,
        Format::Json | Format::Csv => Carrier::Json,
        _ => Carrier::Plain,
    }
}

fn filter(format: Format) -> TextFilter {
    TextFilter::new(&["needle".into()], &["vsn=\""], carrier(format)).unwrap()
}

/// Records as logs have them, some with what is looked for or what may hide it, and rubbish.
fn log(format: Format) -> impl Strategy<Value = String> {
    let plain = match format {
        Format::WindowsXml => "<Event><System><A/></System><Data Name='a'>plain</Data></Event>\n",
        Format::Json => "{\"a\":\"plain\",\"b\":{\"c\":[1,2]}}\n",
        Format::NvmText => "Jun 26 host fv=\"nvzFlow_v9\" pn=\"plain.exe\"\n",
        Format::Csv => "plain,\"a\nb\"\n",
        _ => "09/15/2020 11:48:27 PM\nLogName=Security\nMessage=plain\nand a line more of it\n\n",
    };
    let plain = plain.to_owned();
    let with = |word: &'static str| plain.replace("plain", word);
    let (needle, upper) = (with("a needle b"), with("NeEdLe"));
    let (escaped, hidden) = (with("\\u006eeedle"), with("&#110;eedle"));
    let (quoted, results) = (with("\\\"x"), with("x\",\"results\":[{\"a\":1}],\"y\":\""));
    let records = prop_oneof![
        8 => Just(plain.repeat(3)),
        4 => Just(plain),
        1 => prop::sample::select(vec![needle, upper, escaped, hidden, quoted, results]),
        1 => text(),
    ];
    prop::collection::vec(records, 0..12).prop_map(|records| records.concat())
}

fn logs() -> impl Strategy<Value = (Format, String)> {
    prop::sample::select(FORMATS.to_vec()).prop_flat_map(|format| {
        (
            Just(format),
            prop_oneof![3 => log(format).boxed(), 1 => text().boxed()],
        )
    })
}

fn records(frames: &[Told]) -> Vec<&Told> {
    frames.iter().filter(|f| f.kind == "record").collect()
}

/// Cuts in segments that begin near `size` bytes one from the other, each by itself, and puts them
/// together as the reader does: one that does not begin where the one before ended is cut again.
fn segmented(format: Format, text: &str, size: u64, filter: Option<&TextFilter>) -> Vec<Told> {
    let len = text.len() as u64;
    let mut out = Vec::new();
    let mut ended = Some(0);
    let mut from = 0;
    while from < len {
        let until = Some(from + size).filter(|until| *until < len);
        let begun = if from == 0 {
            Some(frames(&of(format), Box::new(text.as_bytes())))
        } else {
            let mut reader = Cursor::new(text.as_bytes());
            reader
                .seek(SeekFrom::Start(from.saturating_sub(super::LEAD)))
                .unwrap();
            segment(&of(format), Box::new(reader), from).unwrap()
        };
        from += size;
        let Some(mut begun) = begun
            .filter(|frames| ended.is_some_and(|at| frames.place() == Some(at)) || from == size)
        else {
            // Goes on from where the one before ended.
            let Some(at) = ended else { return out };
            if until.is_some_and(|until| at >= until) {
                continue;
            }
            let mut again = Frames::at(
                super::Cutter::inside(format).unwrap(),
                at,
                Box::new(&text.as_bytes()[usize::try_from(at).unwrap()..]),
            )
            .filtered(filter, false)
            .until(until);
            out.extend(all(&mut again));
            ended = again.place();
            continue;
        };
        begun = begun.filtered(filter, false).until(until);
        out.extend(all(&mut begun));
        ended = begun.place();
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_can_matter_is_not_passed_over(
        (format, text) in logs(),
        sizes in prop::collection::vec(1_usize..200, 1..6),
        count in any::<bool>(),
    ) {
        let filter = filter(format);
        let whole = all(&mut frames(&of(format), Box::new(text.as_bytes())));
        let wanted: Vec<&Told> = records(&whole)
            .into_iter()
            .filter(|record| {
                let from = usize::try_from(record.offset).unwrap();
                let len = usize::try_from(record.len).unwrap();
                filter.find(&text.as_bytes()[from..from + len]).is_some()
            })
            .collect();
        let pieces = Pieces { bytes: text.as_bytes(), sizes, next: 0 };
        let mut skimmed = frames(&of(format), Box::new(pieces)).filtered(Some(&filter), count);
        let skimmed = all(&mut skimmed);
        prop_assert_eq!(wanted, records(&skimmed), "{} {:?}", format, text);
        let mut end = 0;
        for frame in &skimmed {
            prop_assert!(frame.offset >= end, "{} overlaps: {:?}", format, skimmed);
            end = frame.offset + frame.len;
        }
        prop_assert!(end <= text.len() as u64);
    }

    #[test]
    fn segments_give_the_records_of_the_whole(
        (format, text) in logs(),
        size in 1_u64..400,
        filtered in any::<bool>(),
    ) {
        let filter = filter(format);
        let filter = filtered.then_some(&filter);
        let mut whole = frames(&of(format), Box::new(text.as_bytes())).filtered(filter, false);
        let whole = all(&mut whole);
        let parts = segmented(format, &text, size, filter);
        prop_assert_eq!(records(&whole), records(&parts), "{} {:?}", format, text);
        if !filtered {
            let bad = |frames: &[Told]| frames.iter().filter(|f| f.kind != "skipped").cloned().collect::<Vec<_>>();
            prop_assert_eq!(bad(&whole), bad(&parts), "{} {:?}", format, text);
        }
    }
}

#[test]
fn a_regular_log_is_passed_over_without_being_cut() {
    for (format, line) in [
        (Format::WindowsXml, "<Event><System/></Event>\n"),
        (Format::Json, "{\"a\":1}\n"),
        (Format::NvmText, "fv=\"nvzFlow_v9\" a=\"b\"\n"),
        (
            Format::ClassicText,
            "09/15/2020 11:48:27 PM\nLogName=Security\nMessage=x\n",
        ),
    ] {
        let filter = filter(format);
        let text = line.repeat((4 << 20) / line.len());
        let mut skimmed =
            frames(&of(format), Box::new(text.as_bytes())).filtered(Some(&filter), false);
        let told = all(&mut skimmed);
        assert!(told.len() < 60, "{format}: {}", told.len());
        assert!(records(&told).is_empty());
        let mut whole =
            frames(&of(format), Box::new(text.as_bytes())).filtered(Some(&filter), true);
        let counted = all(&mut whole).len();
        assert_eq!(counted, text.len() / line.len(), "{format}");
    }
}
