//! The rule as the Rule view has it.

use gimlet::worker::RuleView;

pub const SEARCH: &str =
    "| tstats `security_content_summariesonly` count min(_time) as firstTime max(_time)
as lastTime from datamodel=Endpoint.Processes where
`process_msiexec`
Processes.process IN (\"*http://*\", \"*https://*\")
by Processes.action Processes.dest Processes.original_file_name
Processes.parent_process Processes.parent_process_name
Processes.process Processes.process_name Processes.user
| `drop_dm_object_name(Processes)`
| `security_content_ctime(firstTime)`
| `security_content_ctime(lastTime)`
| `windows_msiexec_remote_download_filter`
";

pub const RISK: &str = "| from datamodel Risk.All_Risk | search normalized_risk_object IN (\"$user$\", \"$dest$\") \
| stats count min(_time) as firstTime max(_time) as lastTime values(search_name) as \"Search Name\" \
values(risk_message) as \"Risk Message\" by normalized_risk_object | `security_content_ctime(firstTime)`";

pub fn view() -> RuleView {
    let section = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    RuleView {
        name: "Windows MSIExec Remote Download".into(),
        version: "17".into(),
        kind: "Anomaly".into(),
        severity: "low".into(),
        techniques: vec!["T1218.007".into()],
        sections: vec![
            section(
                "description",
                "The following analytic detects the use of msiexec.exe with an HTTP or\n\
                 HTTPS URL in the command line, indicating a remote file download attempt.",
            ),
            section("id", "6aa49ff2-3c92-4586-83e0-d83eb693dfda"),
            section("author", "Michael Haag, Splunk"),
            section(
                "data sources",
                "Sysmon EventID 1\nWindows Event Log Security 4688",
            ),
            section(
                "known false positives",
                "False positives may be present, filter by destination or parent process as needed.",
            ),
        ],
        search: SEARCH.into(),
        expanded: SEARCH.replace(
            "`process_msiexec`",
            "(Processes.process_name=msiexec.exe OR Processes.original_file_name=msiexec.exe)",
        ),
        overrides: vec![(
            "windows_msiexec_remote_download_filter".into(),
            "macros.conf".into(),
        )],
        indicators: vec![
            (
                "Processes.process".into(),
                "in".into(),
                "*http://*".into(),
                "21 (sigma 18)".into(),
            ),
            (
                "Processes.process_name".into(),
                "eq".into(),
                "msiexec.exe".into(),
                String::new(),
            ),
        ],
        drills: [true, true],
        drilldowns: vec![
            "View the detection results for - \"$user$\" and \"$dest$\"".into(),
            "View risk events for the last 7 days for - \"$user$\" and \"$dest$\"".into(),
        ],
        entities: vec![("user".into(), 30), ("dest".into(), 30)],
    }
}
