#!/usr/bin/env python3
"""Writes what a Terraform plan makes as a CloudFormation template, for cfn-lint to look at.

    terraform show -json plan | tools/plan_to_template.py > template.json

Terraform does not know which IAM actions, runtimes or metric settings exist; cfn-lint does. Only what it
can judge is written: functions, roles with their policies, log groups, alarms and the table. The template
is never deployed. A value that is known only after apply becomes a reference or is left out.
"""

import json
import sys


def resources_of(module):
    """Every resource of the module and of those below it."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources_of(child)


def logical_id(resource):
    """CloudFormation takes letters and digits only."""
    return "".join(c for c in resource["address"].title() if c.isalnum())


def present(properties):
    """Without what the plan leaves open."""
    return {name: value for name, value in properties.items() if value not in (None, [], {})}


def function(values):
    logging = values["logging_config"][0]
    return "AWS::Lambda::Function", {
        "FunctionName": values["function_name"],
        "Runtime": values["runtime"],
        "Handler": values["handler"],
        "Architectures": values["architectures"],
        "MemorySize": values["memory_size"],
        "Timeout": values["timeout"],
        "Code": {"S3Bucket": "packages", "S3Key": values["filename"]},
        "Role": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/" + values["function_name"]},
        "Environment": present({"Variables": values["environment"][0].get("variables")}),
        "LoggingConfig": {
            "LogFormat": logging["log_format"],
            "LogGroup": logging["log_group"],
            "ApplicationLogLevel": logging["application_log_level"],
            "SystemLogLevel": logging["system_log_level"],
        },
    }


def role(values):
    return "AWS::IAM::Role", {
        "RoleName": values["name"],
        "AssumeRolePolicyDocument": json.loads(values["assume_role_policy"]),
    }


def role_policy(values):
    return "AWS::IAM::ManagedPolicy", {"PolicyDocument": json.loads(values["policy"])}


def log_group(values):
    return "AWS::Logs::LogGroup", {
        "LogGroupName": values["name"],
        "RetentionInDays": values["retention_in_days"],
    }


def alarm(values):
    return "AWS::CloudWatch::Alarm", {
        "AlarmName": values["alarm_name"],
        "AlarmDescription": values["alarm_description"],
        "Namespace": values["namespace"],
        "MetricName": values["metric_name"],
        "Statistic": values["statistic"],
        "ExtendedStatistic": values["extended_statistic"],
        "ComparisonOperator": values["comparison_operator"],
        "Threshold": values["threshold"],
        "Period": values["period"],
        "EvaluationPeriods": values["evaluation_periods"],
        "TreatMissingData": values["treat_missing_data"],
    }


def table(values):
    return "AWS::DynamoDB::Table", {
        "TableName": values["name"],
        "BillingMode": values["billing_mode"],
        "AttributeDefinitions": [
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in values["attribute"]
        ],
        "KeySchema": [
            {"AttributeName": values["hash_key"], "KeyType": "HASH"},
            {"AttributeName": values["range_key"], "KeyType": "RANGE"},
        ],
        "DeletionProtectionEnabled": values["deletion_protection_enabled"],
        "PointInTimeRecoverySpecification": {
            "PointInTimeRecoveryEnabled": values["point_in_time_recovery"][0]["enabled"]
        },
        "TimeToLiveSpecification": {
            "AttributeName": values["ttl"][0]["attribute_name"],
            "Enabled": values["ttl"][0]["enabled"],
        },
    }


KINDS = {
    "aws_lambda_function": function,
    "aws_iam_role": role,
    "aws_iam_role_policy": role_policy,
    "aws_cloudwatch_log_group": log_group,
    "aws_cloudwatch_metric_alarm": alarm,
    "aws_dynamodb_table": table,
}


def template_of(plan):
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}
    for resource in resources_of(plan["planned_values"]["root_module"]):
        if resource["type"] in KINDS:
            kind, properties = KINDS[resource["type"]](resource["values"])
            written = {"Type": kind, "Properties": present(properties)}
            if kind == "AWS::DynamoDB::Table":
                written |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
            template["Resources"][logical_id(resource)] = written
    operator = plan["planned_values"].get("outputs", {}).get("operator_policy")
    if operator:
        kind, properties = role_policy({"policy": operator["value"]})
        template["Resources"]["Operator"] = {"Type": kind, "Properties": properties}
    return template


if __name__ == "__main__":
    json.dump(template_of(json.load(sys.stdin)), sys.stdout, indent=2)
