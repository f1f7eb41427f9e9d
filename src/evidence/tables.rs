//! The tables of the carriers under `assets/`: which of a carrier's names is which name of the
//! event itself. Data only; what is done with them stands with each format. A table that cannot
//! be read is empty, and a test here fails.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How a carrier names the `System` values and what it adds to an event.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// `System` name -> where the carrier keeps it, the first that is there counts.
    #[serde(default)]
    pub system: BTreeMap<String, Vec<String>>,
    /// Names that are the carrier's own and no data of the event.
    #[serde(default)]
    pub own: Vec<String>,
    /// Fields that the carrier takes out of the event's data, by kind of event.
    #[serde(default)]
    pub moved: Vec<Moved>,
}

/// Where a carrier put the data fields of some events.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The providers that are meant.
    pub providers: Vec<String>,
    /// The event ids that are meant; empty: all.
    #[serde(default)]
    pub events: Vec<u32>,
    /// Data name -> path, where the carrier keeps the text unchanged.
    #[serde(default)]
    pub exact: BTreeMap<String, String>,
    /// Data name -> how it is made again from what the carrier keeps: `path:`, `hex:`, `user:`,
    /// `hashes:` and `utc:`, each with a path behind.
    #[serde(default)]
    pub made: BTreeMap<String, String>,
}

/// The rendered message text of one event id: sections with labels.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageText {
    /// Section -> label -> data name.
    pub section: BTreeMap<String, BTreeMap<String, String>>,
    /// Data name -> rendered value -> recorded value.
    pub value: BTreeMap<String, BTreeMap<String, String>>,
    /// How a line begins that stands after the last field.
    pub after: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sysmon {
    names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    provider: BTreeMap<String, String>,
    keyword: BTreeMap<String, String>,
}

fn read<T: DeserializeOwned + Default>(text: &str) -> T {
    toml::from_str(text).unwrap_or_default()
}

/// Winlogbeat 7 and later.
pub static WINLOGBEAT: LazyLock<Carrier> =
    LazyLock::new(|| read(include_str!("../../assets/carriers/winlogbeat.toml")));
/// Winlogbeat 6 and before.
pub static WINLOGBEAT_6: LazyLock<Carrier> =
    LazyLock::new(|| read(include_str!("../../assets/carriers/winlogbeat6.toml")));
/// NXLog's flat JSON.
pub static NXLOG: LazyLock<Carrier> =
    LazyLock::new(|| read(include_str!("../../assets/carriers/nxlog.toml")));
/// Sysmon events as flat JSON without provider.
pub static SYSMON_FLAT: LazyLock<Carrier> =
    LazyLock::new(|| read(include_str!("../../assets/carriers/sysmon_flat.toml")));
/// Rows of `EvtxECmd`.
pub static EVTXECMD: LazyLock<Carrier> =
    LazyLock::new(|| read(include_str!("../../assets/carriers/evtxecmd.toml")));
/// Windows events in Wazuh's records.
pub static WAZUH: LazyLock<Carrier> =
    LazyLock::new(|| read(include_str!("../../assets/carriers/wazuh.toml")));
/// The header lines of classic event text.
pub static CLASSIC: LazyLock<Carrier> =
    LazyLock::new(|| read(include_str!("../../assets/carriers/classic.toml")));
/// Columns of CSV files made from events.
pub static CSV: LazyLock<Carrier> =
    LazyLock::new(|| read(include_str!("../../assets/carriers/csv.toml")));
/// The message text of Security 4688.
pub static MESSAGE_4688: LazyLock<MessageText> =
    LazyLock::new(|| read(include_str!("../../assets/classic/4688.toml")));
static SYSMON: LazyLock<Sysmon> =
    LazyLock::new(|| read(include_str!("../../assets/classic/sysmon.toml")));
static NAMES: LazyLock<Names> =
    LazyLock::new(|| read(include_str!("../../assets/carriers/names.toml")));

/// The provider that a display name stands for; any other text stays.
pub fn provider(name: &str) -> &str {
    NAMES.provider.get(name).map_or(name, String::as_str)
}

/// The mask of a keyword's display name.
pub fn keyword(name: &str) -> Option<&'static str> {
    NAMES.keyword.get(name).map(String::as_str)
}

/// Whether Sysmon names a field so.
pub fn is_sysmon_name(name: &str) -> bool {
    SYSMON.names.iter().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read() {
        for carrier in [
            &*WINLOGBEAT,
            &*WINLOGBEAT_6,
            &*NXLOG,
            &*SYSMON_FLAT,
            &*EVTXECMD,
            &*WAZUH,
            &*CLASSIC,
            &*CSV,
        ] {
            assert!(carrier.system.contains_key("EventID"), "{carrier:?}");
            for name in carrier.system.keys() {
                assert!(
                    crate::evidence::windows::SYSTEM_NAMES.contains(&name.as_str()),
                    "{name}"
                );
            }
        }
        assert!(!WINLOGBEAT.moved.is_empty());
        assert!(!MESSAGE_4688.section.is_empty() && !MESSAGE_4688.value.is_empty());
        assert!(is_sysmon_name("OriginalFileName"));
        assert_eq!(keyword("Audit Failure"), Some("0x8010000000000000"));
    }
}
