//! CloudWatch: alarms and dashboards.

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin::{Object, Value};

use crate::aws::{Aws, Failure};
use crate::json::{Attributes, seen, text_at, texts};
use crate::kind::{Calls, Kind};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "aws_cloudwatch_metric_alarm",
        replaced_by: &["alarm_name"],
        calls: &Alarm,
    },
    Kind {
        name: "aws_cloudwatch_dashboard",
        replaced_by: &["dashboard_name"],
        calls: &Dashboard,
    },
];

async fn call(aws: &Aws, operation: &str, body: &Json) -> Result<Json, Failure> {
    let target = format!("GraniteServiceVersion20100801.{operation}");
    aws.target("monitoring", &target, body).await
}

struct Alarm;

const MEMBERS: &[(&str, &str)] = &[
    ("actions_enabled", "ActionsEnabled"),
    ("alarm_description", "AlarmDescription"),
    ("comparison_operator", "ComparisonOperator"),
    ("datapoints_to_alarm", "DatapointsToAlarm"),
    ("evaluation_periods", "EvaluationPeriods"),
    ("extended_statistic", "ExtendedStatistic"),
    ("metric_name", "MetricName"),
    ("namespace", "Namespace"),
    ("period", "Period"),
    ("statistic", "Statistic"),
    ("threshold", "Threshold"),
    ("treat_missing_data", "TreatMissingData"),
    ("unit", "Unit"),
];

fn alarm(wanted: &Object) -> Json {
    let mut body = wanted.members(MEMBERS);
    body.extend(wanted.members(&[
        ("alarm_name", "AlarmName"),
        ("alarm_actions", "AlarmActions"),
        ("ok_actions", "OKActions"),
        ("insufficient_data_actions", "InsufficientDataActions"),
    ]));
    let dimensions = dimensions(wanted.get("dimensions"));
    body.insert("Dimensions".to_owned(), dimensions);
    let queries = wanted.blocks("metric_query").map(query).collect::<Vec<_>>();
    if !queries.is_empty() {
        body.insert("Metrics".to_owned(), Json::Array(queries));
        // With metrics of its own it has no dimensions.
        body.remove("Dimensions");
    }
    Json::Object(body)
}

fn query(query: &Object) -> Json {
    let mut body = query.members(&[
        ("id", "Id"),
        ("expression", "Expression"),
        ("label", "Label"),
        ("period", "Period"),
        ("return_data", "ReturnData"),
    ]);
    if let Some(metric) = query.block("metric") {
        let mut names =
            metric.members(&[("metric_name", "MetricName"), ("namespace", "Namespace")]);
        names.insert(
            "Dimensions".to_owned(),
            dimensions(metric.get("dimensions")),
        );
        let mut stat = metric.members(&[("period", "Period"), ("stat", "Stat"), ("unit", "Unit")]);
        stat.insert("Metric".to_owned(), Json::Object(names));
        body.insert("MetricStat".to_owned(), Json::Object(stat));
    }
    Json::Object(body)
}

fn dimensions(map: Option<&Value>) -> Json {
    let Some(Value::Map(map)) = map else {
        return json!([]);
    };
    map.iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value.as_str() }))
        .collect()
}

#[async_trait]
impl Calls for Alarm {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        call(aws, "PutMetricAlarm", &alarm(wanted)).await?;
        let name = wanted.text("alarm_name");
        let arn = format!(
            "arn:aws:cloudwatch:{}:{}:alarm:{name}",
            aws.region, aws.account
        );
        Ok(texts([("arn", &arn), ("id", name)]))
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let body = json!({ "AlarmNames": [state.text("id")] });
        let answer = call(aws, "DescribeAlarms", &body).await?;
        let found = answer.pointer("/MetricAlarms/0").ok_or(Failure::NotFound)?;
        Ok(seen(
            state,
            found,
            &[("metric_name", "MetricName"), ("namespace", "Namespace")],
        ))
    }

    async fn update(&self, aws: &Aws, _prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        call(aws, "PutMetricAlarm", &alarm(wanted)).await?;
        Ok(Object::new())
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        let body = json!({ "AlarmNames": [state.text("id")] });
        call(aws, "DeleteAlarms", &body).await.map(drop)
    }
}

struct Dashboard;

#[async_trait]
impl Calls for Dashboard {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let body = wanted.members(&[
            ("dashboard_name", "DashboardName"),
            ("dashboard_body", "DashboardBody"),
        ]);
        call(aws, "PutDashboard", &Json::Object(body)).await?;
        let name = wanted.text("dashboard_name");
        let arn = format!("arn:aws:cloudwatch::{}:dashboard/{name}", aws.account);
        Ok(texts([("dashboard_arn", &arn), ("id", name)]))
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let body = json!({ "DashboardName": state.text("id") });
        let answer = call(aws, "GetDashboard", &body).await?;
        if text_at(&answer, "/DashboardName").is_empty() {
            return Err(Failure::NotFound);
        }
        Ok(Object::new())
    }

    async fn update(&self, aws: &Aws, _prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        self.create(aws, wanted).await?;
        Ok(Object::new())
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        let body = json!({ "DashboardNames": [state.text("id")] });
        call(aws, "DeleteDashboards", &body).await.map(drop)
    }
}
