# What each function may do, and no more.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name        = "m2m-prod"
  package_dir = "tests/packages"
}

run "only_the_calls_of_the_ports" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition = toset(flatten(jsondecode(output.policies["token"]).Statement[*].Action)) == toset([
      "dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
      "secretsmanager:GetSecretValue",
      "logs:CreateLogStream", "logs:PutLogEvents",
    ])
    error_message = "token may do something else than nine actions"
  }

  assert {
    condition = toset(flatten(jsondecode(output.policies["clients"]).Statement[*].Action)) == toset([
      "dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
      "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:RestoreSecret", "secretsmanager:TagResource",
      "secretsmanager:UpdateSecretVersionStage",
      "logs:CreateLogStream", "logs:PutLogEvents",
    ])
    error_message = "clients may do something else than sixteen actions"
  }

  assert {
    condition = toset(flatten(jsondecode(output.policies["maintenance"]).Statement[*].Action)) == toset([
      "dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
      "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage",
      "logs:CreateLogStream", "logs:PutLogEvents",
    ])
    error_message = "maintenance may do something else than thirteen actions"
  }
}

run "only_this_stack" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition = toset(flatten(jsondecode(output.policies["token"]).Statement[*].Resource)) == toset([
      "arn:aws:dynamodb:eu-west-1:123456789012:table/m2m-prod",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/signing-keys-??????",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/root-??????",
      "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/m2m-prod-token:*",
    ])
    error_message = "token may reach something else"
  }

  assert {
    condition = toset(flatten(jsondecode(output.policies["clients"]).Statement[*].Resource)) == toset([
      "arn:aws:dynamodb:eu-west-1:123456789012:table/m2m-prod",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/clients/*",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/signing-keys",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/signing-keys-??????",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/root",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/root-??????",
      "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/m2m-prod-clients:*",
    ])
    error_message = "clients may reach something else"
  }

  assert {
    condition = toset(flatten(jsondecode(output.policies["maintenance"]).Statement[*].Resource)) == toset([
      "arn:aws:dynamodb:eu-west-1:123456789012:table/m2m-prod",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/clients/*",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/signing-keys-??????",
      "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/m2m-prod-maintenance:*",
    ])
    error_message = "maintenance may reach something else"
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement[*].Principal == [{ Service = "lambda.amazonaws.com" }]])
    error_message = "somebody else than Lambda may be a function"
  }
}

run "token_reads_principals_and_writes_only_clients" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition = {
      for statement in jsondecode(output.policies["token"]).Statement :
      join(" ", statement.Action) => statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] if startswith(statement.Action[0], "dynamodb:")
      } == {
      "dynamodb:BatchGetItem dynamodb:GetItem" = ["CLIENT#*", "OWNER#*", "ORG#*", "REVOCATIONS", "TOKEN#*", "PING"]
      "dynamodb:DeleteItem"                    = ["REVOCATIONS", "TOKEN#*"]
      "dynamodb:PutItem"                       = ["ATTEMPT#*", "REVOCATIONS", "SPENT#*"]
      "dynamodb:Query"                         = ["RESOURCE_SERVERS", "REVOCATIONS"]
      "dynamodb:UpdateItem"                    = ["CLIENT#*", "QUOTA#*", "REVOCATIONS"]
    }
    error_message = "token could read kept answers, write owners or make clients"
  }
}

run "keys_cannot_be_deleted_or_overwritten" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition = toset(flatten([
      for statement in jsondecode(output.policies["clients"]).Statement : statement.Action
      if anytrue([for resource in statement.Resource : strcontains(resource, "signing-keys") || strcontains(resource, "/root")])
    ])) == toset(["secretsmanager:CreateSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"])
    error_message = "clients could remove what everybody's tokens hang on"
  }
}

run "own_keys_only_through_their_services" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    table_kms_key_arn   = "arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-1111-1111-111111111111"
    secrets_kms_key_arn = "arn:aws:kms:eu-west-1:999999999999:key/22222222-2222-2222-2222-222222222222"
  }

  assert {
    condition = alltrue(flatten([
      for policy in output.policies : [
        for statement in jsondecode(policy).Statement :
        contains([
          "11111111-1111-1111-1111-111111111111 through dynamodb.eu-west-1.amazonaws.com",
          "22222222-2222-2222-2222-222222222222 through secretsmanager.eu-west-1.amazonaws.com",
        ], "${split("/", statement.Resource[0])[1]} through ${statement.Condition.StringEquals["kms:ViaService"]}")
        if startswith(statement.Action[0], "kms:")
      ]
    ]))
    error_message = "a function could use a key directly, or the other service's"
  }

  assert {
    condition     = [for statement in jsondecode(output.policies["token"]).Statement : statement.Action if statement.Sid == "UseSecretsKey"] == [["kms:Decrypt"]]
    error_message = "token could encrypt secrets"
  }

  assert {
    condition     = aws_lambda_function.this["clients"].source_code_hash != null && aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.table_kms_key_arn
    error_message = "the table is not encrypted with its key"
  }
}

run "iam_callers_reach_clients_alone" {
  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    secrets_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/22222222-2222-2222-2222-222222222222"
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy" = {
        owner        = "iam|deploy"
        organization = "main"
        permissions  = ["clients:write", "clients:read"]
      }
    }
  }

  assert {
    condition     = { for route, settings in aws_apigatewayv2_route.this : route => settings.authorization_type if settings.authorization_type != "NONE" } == { "ANY /iam/v1/{proxy+}" = "AWS_IAM" }
    error_message = "the IAM route asks for no signature, or another does"
  }

  assert {
    condition     = aws_lambda_permission.route["ANY /iam/v1/{proxy+}"].function_name == "m2m-prod-clients"
    error_message = "the IAM route leads elsewhere"
  }

  assert {
    condition = { for name, value in aws_lambda_function.this["clients"].environment[0].variables : name => value if !contains(keys(aws_lambda_function.this["token"].environment[0].variables), name) } == {
      M2M_IAM_PRINCIPALS = "{\"arn:aws:iam::123456789012:role/deploy\":{\"organization\":\"main\",\"owner\":\"iam|deploy\",\"permissions\":[\"clients:read\",\"clients:write\"]}}"
      M2M_IAM_ACCOUNT_ID = "123456789012"
      M2M_IAM_API_ID     = "a1b2c3d4e5"
      M2M_SECRET_KMS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/22222222-2222-2222-2222-222222222222"
    }
    error_message = "clients was told something else, or token was told too"
  }

  assert {
    condition     = output.iam_invoke_arn == "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/$default/*/iam/v1/*"
    error_message = "callers would be given another ARN"
  }
}

run "an_operator_reaches_this_stack_alone" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(output.operator_policy).Statement : statement.Resource if statement.Sid != "FindSecrets"])) == toset([
      "arn:aws:dynamodb:eu-west-1:123456789012:table/m2m-prod",
      "arn:aws:dynamodb:eu-west-1:123456789012:table/m2m-prod.*",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m-prod/*",
    ])
    error_message = "an operator of this stack could be one of another"
  }

  assert {
    condition     = toset([for statement in jsondecode(output.operator_policy).Statement : statement.Action if contains(statement.Resource, "*")]) == toset([["secretsmanager:ListSecrets", "secretsmanager:DescribeSecret"]])
    error_message = "an operator could do more than find secrets of others"
  }
}
