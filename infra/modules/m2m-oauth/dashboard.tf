locals {
  # Each line names metrics as CloudWatch wants them: namespace, name, dimension, value, options.
  charts = [
    { title = "Tokens", stat = "Sum", metrics = [
      ["m2m-oauth", "TokensIssued", "FunctionName", local.function_name.token],
      ["m2m-oauth", "TokensRefused", "FunctionName", local.function_name.token],
      ["m2m-oauth", "Throttled", "FunctionName", local.function_name.token],
    ] },
    { title = "Requests", stat = "Sum", metrics = [
      for name in values(local.http_functions) : ["m2m-oauth", "Requests", "FunctionName", name]
    ] },
    { title = "Answers 5xx", stat = "Sum", metrics = concat(
      [for name in values(local.http_functions) : ["m2m-oauth", "ServerErrors", "FunctionName", name]],
      [["AWS/ApiGateway", "5xx", "ApiId", aws_apigatewayv2_api.this.id]],
    ) },
    { title = "Milliseconds in the functions, p99", stat = "p99", metrics = [
      for name in values(local.http_functions) : ["m2m-oauth", "Duration", "FunctionName", name]
    ] },
    { title = "Milliseconds at the API, p99", stat = "p99", metrics = [
      ["AWS/ApiGateway", "Latency", "ApiId", aws_apigatewayv2_api.this.id],
      ["AWS/ApiGateway", "IntegrationLatency", "ApiId", aws_apigatewayv2_api.this.id],
    ] },
    { title = "Milliseconds to start, p99", stat = "p99", metrics = [
      for name in values(local.http_functions) : ["m2m-oauth", "InitDuration", "FunctionName", name]
    ] },
    { title = "Instances at work", stat = "Maximum", metrics = [
      for name in values(local.function_name) : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", name]
    ] },
    { title = "Crashes and throttles", stat = "Sum", metrics = concat(
      [for name in values(local.function_name) : ["AWS/Lambda", "Errors", "FunctionName", name]],
      [for name in values(local.function_name) : ["AWS/Lambda", "Throttles", "FunctionName", name]],
    ) },
    { title = "Table", stat = "Sum", metrics = [
      for metric in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"] :
      ["AWS/DynamoDB", metric, "TableName", local.table_name]
    ] },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  dashboard_name = "${var.name}-${local.region}"

  dashboard_body = jsonencode({
    # Three charts in a row of 24 columns.
    widgets = [
      for index, chart in local.charts : {
        type   = "metric"
        x      = index % 3 * 8
        y      = floor(index / 3) * 6
        width  = 8
        height = 6
        properties = {
          title   = chart.title
          region  = local.region
          view    = "timeSeries"
          stat    = chart.stat
          period  = 60
          metrics = chart.metrics
        }
      }
    ]
  })
}
