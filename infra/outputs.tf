output "issuer" {
  description = "The origin of the service: `iss` of its tokens, `endpoint` of the Terraform provider."
  value       = module.m2m_oauth.issuer
}

output "bootstrap_command" {
  description = "Makes the first admin client, unless somebody comes in through iam_principals. Needs AWS credentials with operator_policy."
  value       = module.m2m_oauth.bootstrap_command
}

output "region" {
  description = "The region of everything."
  value       = module.m2m_oauth.region
}

output "table_name" {
  description = "The DynamoDB table."
  value       = module.m2m_oauth.table_name
}

output "secret_prefix" {
  description = "What the names of all secrets of this stack start with, before a slash."
  value       = module.m2m_oauth.secret_prefix
}

output "function_names" {
  description = "The Lambda functions. Whoever may invoke `clients` is an operator of the service."
  value       = module.m2m_oauth.function_names
}

output "authorizer" {
  description = "The Lambda authorizer: `function_name`, `arn`, and `invoke_arn`, which an API names as authorizer_uri. Null without the variable authorizer."
  value       = module.m2m_oauth.authorizer
}

output "policies" {
  description = "What each function may do, as its IAM policy says."
  value       = module.m2m_oauth.policies
}

output "api_id" {
  description = "The HTTP API."
  value       = module.m2m_oauth.api_id
}

output "iam_invoke_arn" {
  description = "What a caller's own IAM policy has to allow execute-api:Invoke on, to reach /iam/v1. Null where nobody is named in iam_principals."
  value       = module.m2m_oauth.iam_invoke_arn
}

output "domain_targets" {
  description = "What the DNS records of the own domains have to point to: an alias record to `name` in `hosted_zone_id`, or a CNAME to `name`."
  value       = module.m2m_oauth.domain_targets
}

output "log_groups" {
  description = "The log groups: of each function, and `api` for access logs."
  value       = module.m2m_oauth.log_groups
}

output "role_arns" {
  description = "What the functions run as: for the policies of own KMS keys."
  value       = module.m2m_oauth.role_arns
}

output "operator_policy" {
  description = "IAM policy for whoever runs `m2m admin`: the table, and the secrets below the stack's name. Whoever has it may make any token."
  value       = module.m2m_oauth.operator_policy
}
