# Everything's name starts with var.name, so that stacks of one account never meet. Roles and dashboards
# have no region of their own, so theirs is in their names.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region

  table_name    = coalesce(var.table_name, var.name)
  secret_prefix = var.name
  function_name = { for function in keys(local.functions) : function => "${var.name}-${function}" }
  log_group     = { for function, name in local.function_name : function => "/aws/lambda/${name}" }

  # Spelled out rather than read from the resources, so that a plan shows the policies as they will be.
  table_arn       = "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${local.table_name}"
  stack_table_arn = "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${var.name}"
  secrets_arn     = "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:${local.secret_prefix}"
  log_group_arn   = { for function, name in local.log_group : function => "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${name}" }

  # How the ARNs of the operator's own certificates and keys look. Keys may be another account's.
  certificate_arn = "^arn:${local.partition}:acm:${local.region}:${local.account}:certificate/"
  kms_key_arn     = "^arn:${local.partition}:kms:${local.region}:[0-9]{12}:key/[A-Za-z0-9-]+$"

  tags = merge(var.tags, { "m2m-oauth" = var.name })
}
