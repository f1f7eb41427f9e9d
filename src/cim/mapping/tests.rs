//! The mapping of records and what it says of itself.

use super::*;
use crate::cim::{Models, Scope};
use crate::event::{Family, Locator, Position, SourceId};
use proptest::prelude::*;

fn record(family: Family, data: &[(&str, &str)]) -> Record {
    let position = Position::Span { offset: 0, len: 0 };
    let locator = Locator {
        source: SourceId(0),
        position,
    };
    let mut record = Record::new(family, locator);
    for (name, value) in data {
        record.push_data(name, *value);
    }
    record
}

fn origin(record: &Record, field: &str) -> FieldOrigin {
    let sources = Sources::built_in(&Models::built_in().unwrap()).unwrap();
    let Scope::Creation(index) = sources.scope(record) else {
        panic!("no creation");
    };
    let origins = sources.explain(index, record, &Hosts::default());
    let found = origins.into_iter().find(|origin| &*origin.field == field);
    found.unwrap()
}

#[test]
fn vendor_product_is_put_together_as_the_model_does() {
    for (vendor, product, expected) in [
        ("", "", "cisco:nvm:flowdata"),
        ("Cisco", "NVM", "Cisco NVM"),
        ("Cisco", "", "Cisco unknown"),
        ("", "NVM", "unknown NVM"),
    ] {
        let data = [("pn", "a.exe"), ("vendor", vendor), ("product", product)];
        let origin = origin(&record(Family::Nvm, &data), "vendor_product");
        assert_eq!(origin.value.as_deref(), Some(expected));
    }
}

#[test]
fn a_name_is_cut_out_of_the_command_line_only_where_the_source_gives_none() {
    let greedy = r#"C:\Windows\system32\msiexec.exe /i "C:\tmp\a b.msi""#;
    for (data, value, from) in [
        (vec![("CommandLine", greedy)], "a", Some("process")),
        (
            vec![
                ("CommandLine", greedy),
                ("ImageFileName", r"\Device\x\y.exe"),
            ],
            "y.exe",
            Some("ImageFileName"),
        ),
        // A folder has no name.
        (
            vec![
                ("CommandLine", "msiexec /q"),
                ("ImageFileName", r"\Device\x\"),
            ],
            "msiexec",
            Some("process"),
        ),
        (vec![], "unknown", None),
    ] {
        let mut data = data;
        data.push(("event_simpleName", "ProcessRollup2"));
        let origin = origin(&record(Family::CrowdStrike, &data), "process_name");
        assert_eq!(origin.value.as_deref(), Some(value), "{data:?}");
        assert_eq!(origin.from.as_deref(), from, "{data:?}");
    }
}

proptest! {
    /// Any fields with any text, of every source: no panic, and Fields says what the row holds.
    #[test]
    fn row_and_origins_agree(
        source in 0_u8..5,
        fields in prop::collection::vec(
            (
                prop::sample::select(vec![
                    "CommandLine", "Image", "NewProcessName", "ParentImage", "OriginalFileName", "User",
                    "ImageFileName", "event_platform", "aid", "ppath", "parg", "pa", "pil", "IntegrityLevel",
                    "TargetUserName", "SubjectUserName", "vendor", "product",
                ]),
                prop_oneof![Just(String::new()), Just("-".to_owned()), any::<String>(), r#"["\\ /a]{0,9}"#],
            ),
            0..12,
        ),
    ) {
        let mut record = record(Family::Windows, &[]);
        for (name, value) in fields {
            record.push_data(name, value);
        }
        let sources = Sources::built_in(&Models::built_in().unwrap()).unwrap();
        let (index, hosts) = (SourceIndex(source), Hosts::default());
        let row = sources.map(index, &record, &hosts);
        let origins = sources.explain(index, &record, &hosts);
        prop_assert_eq!(row.values.len(), origins.len());
        for (value, origin) in row.values.iter().zip(&origins) {
            let text = value.as_ref().map(Value::as_text);
            prop_assert_eq!(text.as_deref(), origin.value.as_deref());
            prop_assert!(origin.value.as_deref() != Some(""));
        }
        let _ = sources.facts(index, &record, &hosts);
    }
}
