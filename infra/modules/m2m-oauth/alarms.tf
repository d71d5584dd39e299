locals {
  # Of each function: how many in five minutes are too many.
  function_alarms = merge([
    for name in keys(local.functions) : {
      "${name}-crashes" = {
        says       = "The function ${local.function_name[name]} crashed, timed out or could not start. Look into its log group."
        namespace  = "AWS/Lambda"
        metric     = "Errors"
        dimensions = { FunctionName = local.function_name[name] }
        statistic  = "Sum"
        over       = 0
      }
      "${name}-throttles" = {
        says       = "The function ${local.function_name[name]} was refused instances. Raise the account's concurrency or its reserved_concurrency."
        namespace  = "AWS/Lambda"
        metric     = "Throttles"
        dimensions = { FunctionName = local.function_name[name] }
        statistic  = "Sum"
        over       = 0
      }
    }
  ]...)

  # Of each function that answers requests.
  request_alarms = {
    for name, function in local.http_functions : "${name}-server-errors" => {
      says       = "The function ${function} answered 5xx. Its log says which store did not answer, under the correlation_id."
      namespace  = "m2m-oauth"
      metric     = "ServerErrors"
      dimensions = { FunctionName = function }
      statistic  = "Sum"
      over       = var.server_errors_alarm
    }
  }

  stack_alarms = {
    api-server-errors = {
      says       = "The HTTP API ${var.name} answered 5xx, the gateway's own answers included. Compare with the functions' alarms."
      namespace  = "AWS/ApiGateway"
      metric     = "5xx"
      dimensions = { ApiId = aws_apigatewayv2_api.this.id }
      statistic  = "Sum"
      over       = var.server_errors_alarm
    }
    api-latency = {
      says       = "One request in a hundred to the HTTP API ${var.name} takes longer than ${var.latency_alarm_ms} ms."
      namespace  = "AWS/ApiGateway"
      metric     = "Latency"
      dimensions = { ApiId = aws_apigatewayv2_api.this.id }
      statistic  = "p99"
      over       = var.latency_alarm_ms
    }
    table-read-throttles = {
      says       = "DynamoDB throttled reads of ${local.table_name}: raise the account's quota, or warm the table for the expected load."
      namespace  = "AWS/DynamoDB"
      metric     = "ReadThrottleEvents"
      dimensions = { TableName = local.table_name }
      statistic  = "Sum"
      over       = 0
    }
    table-write-throttles = {
      says       = "DynamoDB throttled writes of ${local.table_name}: too many clients made at once, or the account's quota reached."
      namespace  = "AWS/DynamoDB"
      metric     = "WriteThrottleEvents"
      dimensions = { TableName = local.table_name }
      statistic  = "Sum"
      over       = 0
    }
  }

  alarms = merge(local.function_alarms, local.request_alarms, local.stack_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => alarm if var.alarms }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.over
  period              = 300
  # Latency has to last: one slow start among few requests is no incident.
  evaluation_periods = each.value.metric == "Latency" ? 3 : 1
  treat_missing_data = "notBreaching"
  alarm_actions      = var.alarm_actions
  ok_actions         = var.alarm_actions
  tags               = local.tags
}
