//! CloudWatch's embedded metric format: a line in the log that becomes metrics.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Gathered;

/// As many values as a metric of one line may have.
pub(super) const MAX_VALUES: usize = 100;

/// Where the metrics are found.
const NAMESPACE: &str = "m2m-oauth";
/// What they are told apart by.
const DIMENSION: &str = "FunctionName";

/// The line, without its end. A metric that is zero is left out: its sum is the same, and the line shorter.
pub(super) fn line(function: &str, now: Timestamp, gathered: &Gathered) -> String {
    let counts = [
        ("Requests", gathered.requests),
        ("ServerErrors", gathered.server_errors),
        ("TokensIssued", gathered.tokens_issued),
        ("TokensRefused", gathered.tokens_refused),
        ("Throttled", gathered.throttled),
        ("Starts", u64::from(gathered.initialized_in.is_some())),
    ];
    let mut definitions = Vec::new();
    let mut members = Map::new();
    for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        definitions.push(json!({"Name": name, "Unit": "Count"}));
        members.insert(name.to_owned(), count.into());
    }
    let initialization = gathered.initialized_in.map(milliseconds).map(Value::from);
    let durations = [
        ("Duration", Some(json!(gathered.durations))),
        ("InitDuration", initialization),
    ];
    for (name, value) in durations {
        if let Some(value) = value {
            definitions.push(json!({"Name": name, "Unit": "Milliseconds"}));
            members.insert(name.to_owned(), value);
        }
    }
    members.insert(DIMENSION.to_owned(), function.into());
    let directive = json!({
        "Namespace": NAMESPACE,
        "Dimensions": [[DIMENSION]],
        "Metrics": definitions,
    });
    members.insert(
        "_aws".to_owned(),
        json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive]}),
    );
    Value::Object(members).to_string()
}

/// In tenths.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(values: usize) -> Gathered {
        Gathered {
            requests: values as u64,
            server_errors: 1,
            tokens_issued: 2,
            tokens_refused: 3,
            throttled: 4,
            durations: vec![1.5; values],
            initialized_in: Some(Duration::from_millis(40)),
            ..Gathered::default()
        }
    }

    fn parsed(gathered: &Gathered) -> Value {
        let now = Timestamp::constant(1_800_000_000, 5_000_000);
        serde_json::from_str(&line("m2m-token", now, gathered)).unwrap()
    }

    /// The rules of the format's specification, as far as they concern documents like ours.
    #[track_caller]
    fn check_rules(document: &Value) {
        let aws = &document["_aws"];
        assert!(aws["Timestamp"].is_u64());
        for directive in aws["CloudWatchMetrics"].as_array().unwrap() {
            let namespace = directive["Namespace"].as_str().unwrap();
            assert!((1..=1024).contains(&namespace.len()) && !namespace.starts_with("AWS/"));
            for set in directive["Dimensions"].as_array().unwrap() {
                let set = set.as_array().unwrap();
                assert!(set.len() <= 30);
                for dimension in set {
                    assert!(document[dimension.as_str().unwrap()].is_string());
                }
            }
            let metrics = directive["Metrics"].as_array().unwrap();
            assert!((1..=100).contains(&metrics.len()));
            for metric in metrics {
                assert!(["Count", "Milliseconds"].contains(&metric["Unit"].as_str().unwrap()));
                let name = metric["Name"].as_str().unwrap();
                match &document[name] {
                    Value::Number(_) => {}
                    Value::Array(values) => {
                        assert!((1..=100).contains(&values.len()), "{name}");
                        assert!(values.iter().all(Value::is_number), "{name}");
                    }
                    other => panic!("{name} is {other}"),
                }
            }
        }
    }

    #[test]
    fn a_line_keeps_the_rules_of_the_format() {
        for values in [1, MAX_VALUES] {
            check_rules(&parsed(&gathered(values)));
        }
        let smallest = Gathered {
            requests: 1,
            durations: vec![0.1],
            ..Gathered::default()
        };
        check_rules(&parsed(&smallest));
    }

    #[test]
    fn a_line_is_this() {
        let expected = json!({
            "_aws": {
                "Timestamp": 1_800_000_000_005_u64,
                "CloudWatchMetrics": [{
                    "Namespace": "m2m-oauth",
                    "Dimensions": [["FunctionName"]],
                    "Metrics": [
                        {"Name": "Requests", "Unit": "Count"},
                        {"Name": "ServerErrors", "Unit": "Count"},
                        {"Name": "TokensIssued", "Unit": "Count"},
                        {"Name": "TokensRefused", "Unit": "Count"},
                        {"Name": "Throttled", "Unit": "Count"},
                        {"Name": "Starts", "Unit": "Count"},
                        {"Name": "Duration", "Unit": "Milliseconds"},
                        {"Name": "InitDuration", "Unit": "Milliseconds"}
                    ]
                }]
            },
            "FunctionName": "m2m-token",
            "Requests": 2, "ServerErrors": 1, "TokensIssued": 2, "TokensRefused": 3, "Throttled": 4,
            "Starts": 1, "Duration": [1.5, 1.5], "InitDuration": 40.0
        });
        assert_eq!(parsed(&gathered(2)), expected);
    }

    #[test]
    fn every_metric_has_its_row_in_the_documentation() {
        let documented = include_str!("../../../../docs/observability.md");
        let document = parsed(&gathered(1));
        let metrics = document["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array();
        for metric in metrics.unwrap() {
            let (name, unit) = (metric["Name"].as_str(), metric["Unit"].as_str());
            let row = format!("| `{}` | {} |", name.unwrap(), unit.unwrap());
            assert!(
                documented.contains(&row),
                "docs/observability.md lacks {row}"
            );
        }
    }
}
