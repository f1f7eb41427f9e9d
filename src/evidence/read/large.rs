//! Large texts are read in segments: told as by one thread, whatever they hold.

use super::tests::{Told, event};

/// Large texts of every format that is read in segments, and of those that can't be.
fn large_texts() -> Vec<(&'static str, String)> {
    let repeat = |text: &str, bytes: usize| text.repeat(bytes / text.len() + 1);
    let many = |record: fn(u32) -> String| (0..40_000).map(record).collect::<String>();
    let xml = many(event);
    let large = 9 << 20;
    let json = |n: u32| {
        format!(
            "{{\"EventID\":1,\"ProcessGuid\":\"{{{n}}}\",\"Image\":\"a\",\"UtcTime\":\"2020-01-01 00:00:00.000\",\"x\":\"{}\"}}\n",
            "y".repeat(200)
        )
    };
    let cut = xml.replacen("</Event>", "", 3);
    let odd = format!("<!-- {} -->{}", event(1), xml);
    vec![
        ("a.xml", repeat(&xml, large)),
        ("b.json", repeat(&many(json), large)),
        (
            "c.json",
            format!(
                "[\n{}\n]",
                repeat(&many(json), large).trim().replace("}\n", "},\n")
            ),
        ),
        ("d.xml", repeat(&cut, large)),
        ("e.xml", repeat(&odd, large)),
        (
            "f.nvm",
            repeat("fv=\"nvzFlow_v9\" pn=\"a.exe\" fss=\"1600000000\"\n", large),
        ),
        (
            "g.log",
            repeat(
                include_str!("../../../fixtures/formats/classic-4688.in"),
                large,
            ),
        ),
    ]
}

#[test]
fn a_large_text_in_segments_is_told_as_by_one_thread() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in large_texts() {
        let path = folder.path().join(name);
        std::fs::write(&path, &text).unwrap();
        let told = Told::of(&[&path]);
        assert!(told.records.len() > 1000, "{name}: {}", told.records.len());
        std::fs::remove_file(&path).unwrap();
    }
}
