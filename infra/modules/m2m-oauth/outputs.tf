output "issuer" {
  description = "The origin of the service: `iss` of its tokens, `endpoint` of the Terraform provider."
  value       = local.issuer
}

output "region" {
  description = "The region of everything."
  value       = local.region
}

output "table_name" {
  description = "The DynamoDB table."
  value       = aws_dynamodb_table.this.name
}

output "secret_prefix" {
  description = "What the names of all secrets of this stack start with, before a slash."
  value       = local.secret_prefix
}

output "function_names" {
  description = "The Lambda functions. Whoever may invoke `clients` is an operator of the service."
  value       = local.function_name
}

output "authorizer" {
  description = "The Lambda authorizer: `function_name`, `arn`, and `invoke_arn`, which an API names as authorizer_uri. Null without the variable authorizer."
  value = one([
    for name, function in aws_lambda_function.this : {
      function_name = function.function_name
      arn           = function.arn
      invoke_arn    = function.invoke_arn
    } if name == "authorizer"
  ])
}

output "policies" {
  description = "What each function may do, as its IAM policy says."
  value       = { for name, policy in aws_iam_role_policy.this : name => policy.policy }
}

output "api_id" {
  description = "The HTTP API."
  value       = aws_apigatewayv2_api.this.id
}

output "iam_invoke_arn" {
  description = "What a caller's own IAM policy has to allow execute-api:Invoke on, to reach /iam/v1. Null where nobody is named in iam_principals."
  value       = length(var.iam_principals) == 0 ? null : "${aws_apigatewayv2_api.this.execution_arn}/$default/*/iam/v1/*"
}

output "domain_targets" {
  description = "What the DNS records of the own domains have to point to: an alias record to `name` in `hosted_zone_id`, or a CNAME to `name`."
  value = {
    for domain in values(aws_apigatewayv2_domain_name.this) : domain.domain_name => {
      name           = domain.domain_name_configuration[0].target_domain_name
      hosted_zone_id = domain.domain_name_configuration[0].hosted_zone_id
    }
  }
}

output "log_groups" {
  description = "The log groups: of each function, and `api` for access logs."
  value = merge(
    { for name, group in aws_cloudwatch_log_group.function : name => group.name },
    { api = aws_cloudwatch_log_group.api.name },
  )
}

output "role_arns" {
  description = "What the functions run as: for the policies of own KMS keys."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}
