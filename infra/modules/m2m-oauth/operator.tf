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
        Resource = [local.table_arn]
      },
      {
        Sid    = "KeepSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:CreateSecret",
          "secretsmanager:DeleteSecret",
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:TagResource",
          "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = ["${local.secrets_arn}/*"]
      },
      {
        # The action knows no resources: it shows the names of all secrets of the account, never a value.
        Sid      = "FindSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:ListSecrets"]
        Resource = ["*"]
      },
    ],
    local.table_key_statements,
    local.secrets_key_statements,
  )
}

output "operator_policy" {
  description = "IAM policy for whoever runs `m2m admin`: the table, and the secrets below the stack's name. Whoever has it may make any token."
  value       = jsonencode({ Version = "2012-10-17", Statement = local.operator_statements })
}
