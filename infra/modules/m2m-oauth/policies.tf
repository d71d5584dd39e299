# What each function may do: exactly the calls that its ports make, on this deployment's table and secrets.
# ../../README.md has the table of them.

locals {
  # Every secret's ARN ends in six random characters. One that is about to be made has none of them yet, so
  # whoever may make it is allowed both forms. Reading what does not exist is denied either way.
  signing_keys_arn    = "${local.secrets_arn}/signing-keys-??????"
  made_once_arns      = ["${local.secrets_arn}/signing-keys", local.signing_keys_arn, "${local.secrets_arn}/root", "${local.secrets_arn}/root-??????"]
  client_secrets_arns = ["${local.secrets_arn}/clients/*"]

  token_statements = concat(
    [
      {
        Sid      = "ReadPrincipals"
        Effect   = "Allow"
        Action   = ["dynamodb:BatchGetItem", "dynamodb:GetItem"]
        Resource = [local.table_arn]
        Condition = {
          "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["CLIENT#*", "OWNER#*", "ORG#*", "REVOCATIONS", "TOKEN#*", "PING"] }
        }
      },
      {
        Sid      = "ReadLists"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = [local.table_arn]
        Condition = {
          "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["RESOURCE_SERVERS", "REVOCATIONS"] }
        }
      },
      {
        # The use of a secret, the generation of a client of which too many tokens were revoked, and counts of tokens.
        Sid      = "ChangeClients"
        Effect   = "Allow"
        Action   = ["dynamodb:UpdateItem"]
        Resource = [local.table_arn]
        Condition = {
          "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["CLIENT#*", "QUOTA#*", "REVOCATIONS"] }
        }
      },
      {
        # What was revoked, which assertions and proofs were used, and why a token was refused.
        Sid      = "NoteWhatEnded"
        Effect   = "Allow"
        Action   = ["dynamodb:PutItem"]
        Resource = [local.table_arn]
        Condition = {
          "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["ATTEMPT#*", "REVOCATIONS", "SPENT#*"] }
        }
      },
      {
        # Those of single tokens, once their client's generation says the same; and revoked API access tokens.
        Sid      = "ForgetRevocations"
        Effect   = "Allow"
        Action   = ["dynamodb:DeleteItem"]
        Resource = [local.table_arn]
        Condition = {
          "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["REVOCATIONS", "TOKEN#*"] }
        }
      },
      {
        # The root makes the nonces of DPoP.
        Sid      = "ReadKeys"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = [local.signing_keys_arn, "${local.secrets_arn}/root-??????"]
      },
    ],
    local.table_key_statements,
    [for statement in local.secrets_key_statements : merge(statement, { Action = ["kms:Decrypt"] })],
  )

  clients_statements = concat(
    [
      {
        Sid    = "KeepClients"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Resource = [local.table_arn]
      },
      {
        Sid    = "KeepClientSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:CreateSecret",
          "secretsmanager:DeleteSecret",
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:RestoreSecret",
          "secretsmanager:TagResource",
          "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = local.client_secrets_arns
      },
      {
        # CreateSecret never overwrites: the first start makes them, later ones read.
        Sid      = "MakeAndReadKeys"
        Effect   = "Allow"
        Action   = ["secretsmanager:CreateSecret", "secretsmanager:GetSecretValue"]
        Resource = local.made_once_arns
      },
      {
        # A change of the keys is written beside the present ones, and is made the present one if they still are.
        Sid      = "ChangeSigningKeys"
        Effect   = "Allow"
        Action   = ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
        Resource = [local.signing_keys_arn]
      },
    ],
    local.table_key_statements,
    local.secrets_key_statements,
  )

  maintenance_statements = concat(
    [
      {
        # GetItem reads which kept answer goes with a client whose create was stopped.
        Sid    = "RepairClients"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Resource = [local.table_arn]
        Condition = {
          "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["ANSWER#*", "CLIENT#*", "ORG#*", "OWNER#*", "RESOURCE_SERVERS", "REVOCATIONS", "UNFINISHED"] }
        }
      },
      {
        # It tells by the value whether a create got that far, and moves the label that a rotation left behind.
        Sid      = "RepairClientSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:UpdateSecretVersionStage"]
        Resource = local.client_secrets_arns
      },
      {
        # A change of the keys is written beside the present ones, and is made the present one if they still are.
        Sid      = "ChangeSigningKeys"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
        Resource = [local.signing_keys_arn]
      },
    ],
    local.table_key_statements,
    local.secrets_key_statements,
  )

  # With AWS's own keys nothing of this is needed.
  table_key_statements = [
    for key in compact([var.table_kms_key_arn]) : {
      Sid      = "UseTableKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
      Resource = [key]
      Condition = {
        StringEquals = { "kms:ViaService" = "dynamodb.${local.region}.amazonaws.com" }
      }
    }
  ]

  secrets_key_statements = [
    for key in compact([var.secrets_kms_key_arn]) : {
      Sid      = "UseSecretsKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = [key]
      Condition = {
        StringEquals = { "kms:ViaService" = "secretsmanager.${local.region}.amazonaws.com" }
      }
    }
  ]
}

resource "aws_iam_role" "this" {
  for_each = local.functions

  name        = "${local.function_name[each.key]}-${local.region}"
  description = "What the function ${local.function_name[each.key]} runs as"
  tags        = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.functions

  name = "ports"
  role = aws_iam_role.this[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(each.value.statements, [{
      Sid      = "WriteLog"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${local.log_group_arn[each.key]}:*"]
    }])
  })
}
