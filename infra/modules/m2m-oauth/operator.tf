# What a person needs for `m2m admin`. No function has it; attach it to the role of whoever runs those commands.

locals {
  operator_statements = concat(
    [
      {
        Sid    = "KeepTable"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:Scan",
          "dynamodb:UpdateItem",
        ]
        # A table that was restored beside it, too, before Terraform knows of it.
        Resource = [local.stack_table_arn, "${local.stack_table_arn}.*"]
      },
      {
        Sid    = "KeepSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:CreateSecret",
          "secretsmanager:DeleteSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:TagResource",
          "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = ["${local.secrets_arn}/*"]
      },
      {
        # Both show how the account's secrets are called, never a value. The first knows no resources; the second has to
        # tell "gone" from "denied", which it cannot where it is allowed secret by secret.
        Sid      = "FindSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:ListSecrets", "secretsmanager:DescribeSecret"]
        Resource = ["*"]
      },
    ],
    local.table_key_statements,
    local.secrets_key_statements,
  )

  # What `m2m` assumes unless it is told.
  assumed = {
    M2M_SIGNING_ALG      = "ES256"
    M2M_DEFAULT_AUDIENCE = "urn:m2m-oauth:api"
    M2M_SECRET_STORAGE   = "secrets_manager"
  }

  # A line for a shell. Only an audience may have characters that mean something there, and never a single quote.
  bootstrap_command = concat(
    [for name, value in local.assumed : "${name}='${local.environment[name]}'" if local.environment[name] != value],
    ["m2m admin bootstrap --issuer ${local.issuer} --table ${local.table_name} --secret-prefix ${local.secret_prefix}"],
    [for key in compact([var.secrets_kms_key_arn]) : "--secret-kms-key ${key}"],
    ["--region ${local.region}"],
  )
}

output "bootstrap_command" {
  description = "Makes the first admin client, unless somebody comes in through iam_principals. Needs AWS credentials with operator_policy."
  value       = join(" ", local.bootstrap_command)
}

output "operator_policy" {
  description = "IAM policy for whoever runs `m2m admin`: the table, and the secrets below the stack's name. Whoever has it may make any token."
  value       = jsonencode({ Version = "2012-10-17", Statement = local.operator_statements })
}
