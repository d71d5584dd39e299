locals {
  # The issuer is what tokens say and clients compare, so it is the custom domain where there is one.
  issuer = var.domain_name == null ? aws_apigatewayv2_api.this.api_endpoint : "https://${var.domain_name}"

  # Each route has its own bucket, so that nobody who floods one takes from another what it needs. Keys and snapshot above all:
  # without them every API that verifies offline refuses everything after a minute.
  throttles = {
    "POST /oauth/token"         = { rate = var.token_throttle_requests_per_second, burst = var.token_throttle_burst }
    "GET /.well-known/{proxy+}" = { rate = var.well_known_throttle_requests_per_second, burst = var.well_known_throttle_burst }
    "POST /oauth/introspect"    = { rate = var.introspection_throttle_requests_per_second, burst = var.introspection_throttle_burst }
    "POST /oauth/revoke"        = { rate = var.throttle_requests_per_second, burst = var.throttle_burst }
  }

  # Nobody calls through IAM unless somebody is named.
  routes = merge([
    for name, function in local.functions : merge(
      { for route in function.routes : route => { function = name, authorization = "NONE" } },
      { for route in function.iam_routes : route => { function = name, authorization = "AWS_IAM" } if length(var.iam_principals) > 0 },
    )
  ]...)

  # How a route appears behind the stage in the ARN that API Gateway invokes a function as: the method and the
  # path, with a star for what varies.
  invoked_as = { for route in keys(local.routes) : route => replace(replace(replace(route, "ANY ", "*"), " ", ""), "/{[^}]*}/", "*") }
}

resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = "OAuth for machines: token endpoint and management API"
  protocol_type = "HTTP"
  tags          = local.tags

  # No cors_configuration: the service answers for itself which of its paths other origins may read.

  # With a custom domain the API has no further name, past that domain's DNS and certificate.
  disable_execute_api_endpoint = var.domain_name != null
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = local.http_functions

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.this[each.key].invoke_arn
  payload_format_version = "2.0"
  # The longest that API Gateway waits; the function's own timeout is shorter.
  timeout_milliseconds = 30000
}

resource "aws_apigatewayv2_route" "this" {
  #checkov:skip=CKV_AWS_309: the service authenticates clients and callers itself; the route of IAM callers has AWS_IAM
  for_each = local.routes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  authorization_type = each.value.authorization
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true
  tags        = local.tags

  default_route_settings {
    throttling_rate_limit  = var.throttle_requests_per_second
    throttling_burst_limit = var.throttle_burst
  }

  dynamic "route_settings" {
    for_each = local.throttles

    content {
      route_key              = route_settings.key
      throttling_rate_limit  = route_settings.value.rate
      throttling_burst_limit = route_settings.value.burst
    }
  }

  # Neither query strings nor headers: those are where people put secrets by mistake.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format = jsonencode({
      time      = "$context.requestTime"
      requestId = "$context.requestId" # the caller's `apigw-requestid`
      # Leads to the function's lines, and is empty where the gateway answered by itself.
      invocation = "$context.integration.requestId"
      ip         = "$context.identity.sourceIp"
      route      = "$context.routeKey"
      status     = "$context.status"
      latencyMs  = "$context.responseLatency"
      error      = "$context.integrationErrorMessage"
    })
  }

  # Settings of a route need the route.
  depends_on = [aws_apigatewayv2_route.this]
}

resource "aws_cloudwatch_log_group" "api" {
  #checkov:skip=CKV_AWS_158: access logs hold no secrets; logs_kms_key_arn sets an own key
  #checkov:skip=CKV_AWS_338: log_retention_days is the operator's choice; a year of logs costs more than the service
  # Below /aws/vendedlogs/ the size of the account's log delivery policy does not grow with each group.
  name              = "/aws/vendedlogs/apis/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
  tags              = local.tags
}
