//! Tests of the sums; what is printed of a whole folder is in `tests/rules.rs`.

use super::*;

fn rule(class: Class, status: Status, messages: &[&str]) -> Checked {
    let reason = |message: &&str| Placed {
        code: "X",
        message: (*message).to_owned(),
        help: None,
        file: "f".to_owned(),
        line: 1,
        column: 1,
        inside: None,
    };
    Checked {
        id: String::new(),
        name: "n".to_owned(),
        path: "f".to_owned(),
        class,
        is_deprecated: false,
        status,
        parses: status != Status::Refused,
        reasons: messages.iter().map(reason).collect(),
        needles: Vec::new(),
        full_pass: Vec::new(),
    }
}

#[test]
fn a_rule_counts_once_a_reason_and_in_each_class_that_it_is_of() {
    let mut old = rule(Class::Processes, Status::Refused, &["old"]);
    old.is_deprecated = true;
    let rules = [
        rule(Class::Processes, Status::Runs, &[]),
        rule(Class::Processes, Status::Refused, &["b", "b", "a"]),
        rule(Class::Endpoint, Status::Refused, &["b"]),
        rule(Class::WindowsLog, Status::RunsWithLints, &["odd"]),
        rule(Class::Other, Status::Refused, &["c"]),
        old,
    ];
    let summary = CheckSummary::of(&rules, &[]);
    let sums = |of: &Sums| (of.rules, of.parse, of.run, of.with_lints, of.refused);
    assert_eq!(sums(&summary.endpoint_processes), (2, 1, 1, 0, 1));
    assert_eq!(sums(&summary.endpoint), (3, 1, 1, 0, 2));
    assert_eq!(sums(&summary.windows_logs), (1, 1, 1, 1, 0));
    assert_eq!(sums(&summary.all), (5, 2, 2, 1, 3));
    assert_eq!(sums(&summary.deprecated), (1, 0, 0, 0, 1));
    let counted = |reasons: &[ReasonCount]| {
        let one = |reason: &ReasonCount| (reason.code, reason.rules);
        reasons.iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(counted(&summary.refused_by), [("X", 3)]);
    let messages: Vec<_> = summary.refused_by[0]
        .messages
        .iter()
        .map(|message| (message.message.as_str(), message.rules))
        .collect();
    assert_eq!(messages, [("b", 2), ("a", 1), ("c", 1)]);
    assert_eq!(counted(&summary.lints), [("X", 1)]);
    assert!(summary.refuses());
    let fine = CheckSummary::of(&rules[..1], &[]);
    assert!(!fine.refuses());
}

#[test]
fn a_share_is_never_rounded_up() {
    assert_eq!(share(1999, 2000), "99.9 %");
    assert_eq!(share(2000, 2000), "100.0 %");
    assert_eq!(share(0, 0), "0.0 %");
}
