# What an operator gets who sets nothing but a name.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name        = "m2m-prod"
  package_dir = "tests/packages"
}

run "what_is_kept_is_safe" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "the table could be deleted by mistake"
  }

  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].enabled
    error_message = "the table could not be restored"
  }

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "an idle table would cost"
  }

  assert {
    condition     = one(aws_dynamodb_table.this.ttl).attribute_name == "expires_at" && one(aws_dynamodb_table.this.ttl).enabled
    error_message = "expired items would stay"
  }

  assert {
    condition     = [aws_dynamodb_table.this.hash_key, aws_dynamodb_table.this.range_key] == ["pk", "sk"]
    error_message = "the service would not find its keys"
  }
}

run "functions_are_small_and_quiet" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition     = toset(keys(aws_lambda_function.this)) == toset(["token", "clients", "maintenance"])
    error_message = "the functions are not those of functions/, or there is an authorizer that nobody asked for"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.architectures == tolist(["arm64"]) && function.runtime == "provided.al2023"])
    error_message = "arm64 on Amazon Linux 2023 is the default"
  }

  assert {
    condition     = alltrue([for name, function in aws_lambda_function.this : function.memory_size == 256 && function.timeout < (name == "maintenance" ? 300 : 30)])
    error_message = "256 MB, and the function gives up before the gateway does, or before the schedule comes again"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.reserved_concurrent_executions == -1])
    error_message = "concurrency was taken from the account unasked"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.logging_config[0].log_format == "JSON" && function.logging_config[0].system_log_level == "WARN"])
    error_message = "Lambda's lines for each request would more than double the log"
  }

  assert {
    condition     = alltrue([for group in concat(values(aws_cloudwatch_log_group.function), [aws_cloudwatch_log_group.api]) : group.retention_in_days == 30])
    error_message = "logs would stay for ever"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.tags["m2m-oauth"] == "m2m-prod"])
    error_message = "nobody could tell what the stack costs"
  }
}

run "functions_are_told_what_they_need" {
  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition = aws_lambda_function.this["token"].environment[0].variables == tomap({
      M2M_ISSUER            = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
      M2M_TABLE             = "m2m-prod"
      M2M_SECRET_PREFIX     = "m2m-prod"
      M2M_SIGNING_ALG       = "ES256"
      M2M_KEY_ROTATION_DAYS = "30"
      M2M_DEFAULT_AUDIENCE  = "urn:m2m-oauth:api"
      M2M_SECRET_STORAGE    = "secrets_manager"
      M2M_LOG               = "info"
    })
    error_message = "token was told something else"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.environment[0].variables == aws_lambda_function.this["token"].environment[0].variables])
    error_message = "another function was told something else"
  }
}

run "routes_and_who_may_invoke" {
  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition     = toset(keys(aws_apigatewayv2_route.this)) == toset(["$default", "POST /oauth/token", "POST /oauth/introspect", "POST /oauth/revoke", "GET /.well-known/{proxy+}", "ANY /v1/{proxy+}"])
    error_message = "there are other routes, or the IAM route without anybody who may use it"
  }

  assert {
    condition = { for route, permission in aws_lambda_permission.route : route => permission.source_arn } == {
      "$default"                  = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*/$default"
      "POST /oauth/token"         = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*/POST/oauth/token"
      "POST /oauth/introspect"    = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*/POST/oauth/introspect"
      "POST /oauth/revoke"        = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*/POST/oauth/revoke"
      "GET /.well-known/{proxy+}" = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*/GET/.well-known/*"
      "ANY /v1/{proxy+}"          = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*/*/v1/*"
    }
    error_message = "a function may be invoked from elsewhere"
  }

  assert {
    condition     = { for route, permission in aws_lambda_permission.route : route => permission.function_name if permission.function_name != "m2m-prod-token" } == { "ANY /v1/{proxy+}" = "m2m-prod-clients" }
    error_message = "a route leads to the wrong function"
  }

  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "the gateway answers for other origins"
  }

  assert {
    condition     = !strcontains(aws_apigatewayv2_stage.this.access_log_settings[0].format, "query") && !strcontains(aws_apigatewayv2_stage.this.access_log_settings[0].format, "header")
    error_message = "access logs would keep what people put into the URL by mistake"
  }
}

run "nobody_who_floods_one_route_takes_keys_and_snapshot_from_others" {
  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition = {
      for settings in aws_apigatewayv2_stage.this.route_settings : settings.route_key => [settings.throttling_rate_limit, settings.throttling_burst_limit]
      } == {
      "POST /oauth/token"         = [1000, 2000]
      "POST /oauth/introspect"    = [1000, 2000]
      "POST /oauth/revoke"        = [200, 400]
      "GET /.well-known/{proxy+}" = [2000, 4000]
    }
    error_message = "a route has another throttle, or shares one with unknown paths"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 200 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 400
    error_message = "everything else has another throttle"
  }
}

run "what_was_left_half_done_is_done_every_five_minutes" {
  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition     = aws_cloudwatch_event_rule.maintenance.schedule_expression == "rate(5 minutes)" && aws_cloudwatch_event_target.maintenance.rule == "m2m-prod-maintenance"
    error_message = "the schedule is another"
  }

  assert {
    condition     = aws_cloudwatch_event_target.maintenance.arn == aws_lambda_function.this["maintenance"].arn && aws_lambda_permission.schedule.function_name == "m2m-prod-maintenance"
    error_message = "the schedule invokes another function"
  }

  assert {
    condition     = aws_lambda_permission.schedule.principal == "events.amazonaws.com" && aws_lambda_permission.schedule.source_arn == aws_cloudwatch_event_rule.maintenance.arn
    error_message = "another schedule could invoke it"
  }
}

run "somebody_is_told" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:on-call"]
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 12
    error_message = "infra/README.md and docs/cost.md speak of twelve alarms"
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching" && alarm.alarm_actions == toset(["arn:aws:sns:eu-west-1:123456789012:on-call"])])
    error_message = "an idle service would alarm, or nobody would hear it"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["api-latency"].extended_statistic == "p99"
    error_message = "an average hides what is slow"
  }

  assert {
    condition     = length(aws_cloudwatch_dashboard.this) == 1
    error_message = "there is no dashboard"
  }
}
