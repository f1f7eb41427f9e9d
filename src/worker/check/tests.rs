//! Tests of checking one rule; what is printed of a folder is in `tests/rules.rs`.

use super::*;

fn checked(text: &str) -> Checked {
    let mut content = Folder::built_in().unwrap();
    let rule = Detection::parse(text, "r.yml").unwrap();
    content.path = "r.yml".into();
    let models = Models::built_in().unwrap();
    let sources = Sources::built_in(&models).unwrap();
    let mut checker = Checker::new(&content, &models, &sources, Zone::UTC);
    let mut all = checker.check_all(&[rule]);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn rule(drilldown: &str) -> String {
    format!(
        "name: A\nsearch: |\n  | tstats fillnull_value=null count from datamodel=Endpoint.Processes \
         where Processes.process=\"*\\.ps1*\" by Processes.user | rename Processes.* as *\n\
         drilldown_searches:\n- name: Results\n  search: '%original_detection_search% | {drilldown}'\n"
    )
}

fn told(checked: &Checked) -> Vec<String> {
    let reason = |reason: &Placed| format!("{} {reason}", reason.code);
    checked.reasons.iter().map(reason).collect()
}

#[test]
fn a_drilldown_is_told_of_once_and_refuses_no_rule() {
    let own = "SPL-ESC r.yml:3:98: '\\.' is no escape: it is taken for '.' as well as for a \
               backslash and '.'";
    let fine = checked(&rule("search user=\"$user$\""));
    assert_eq!(fine.status, Status::RunsWithLints);
    assert_eq!(told(&fine), [own]);
    let lower = checked(&rule("search user=\"$user$\" and count=1"));
    assert_eq!(lower.status, Status::RunsWithLints);
    assert_eq!(
        told(&lower),
        [
            own,
            "SPL-LOWEROP r.yml:6:63: in a drilldown: 'and' is looked for as a word: only capitals \
             join conditions"
        ]
    );
    let refused = checked(&rule("sendemail to=a"));
    assert_eq!(refused.status, Status::RunsWithLints);
    assert_eq!(
        told(&refused),
        [
            own,
            "SPL-COMMAND r.yml:6:42: in a drilldown: the command 'sendemail' is not supported"
        ]
    );
}

#[test]
fn a_rule_over_what_rules_found_is_refused_with_its_place() {
    let checked = checked(
        "name: A\nsearch: '| tstats count from datamodel=Risk.All_Risk by All_Risk.risk_object'\n",
    );
    assert_eq!(checked.status, Status::Refused);
    assert!(checked.parses);
    assert_eq!(
        told(&checked),
        [
            "SPL-INPUT r.yml:2:12: the search reads 'Risk.All_Risk', which is made of the rows of other rules"
        ]
    );
}

#[test]
fn what_is_looked_for_is_told_or_why_everything_is_read() {
    let all = checked(
        "name: A\nsearch: '| tstats fillnull_value=null count from datamodel=Endpoint.Processes by Processes.user'\n",
    );
    assert_eq!(all.status, Status::Runs);
    assert!(
        all.full_pass
            .iter()
            .any(|(kind, why)| kind == "Windows events" && !why.is_empty()),
        "{:?}",
        all.full_pass
    );
    let one = checked(&rule("search *"));
    assert!(
        one.needles.iter().any(|n| n.contains("ps1")),
        "{:?}",
        one.needles
    );
}
