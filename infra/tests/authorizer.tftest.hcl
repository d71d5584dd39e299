# The authorizer for other APIs: absent unless asked for, and able to do nothing but read what is public.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name        = "m2m-prod"
  package_dir = "tests/packages"
}

run "nobody_asked_for_it" {
  command = plan

  assert {
    condition     = output.authorizer == null && !contains(keys(output.function_names), "authorizer")
    error_message = "there is an authorizer all the same"
  }
}

run "it_is_told_what_it_needs" {
  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    authorizer = {}
  }

  assert {
    condition = aws_lambda_function.this["authorizer"].environment[0].variables == tomap({
      M2M_ISSUER         = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
      M2M_AUDIENCE       = "urn:m2m-oauth:api"
      M2M_SNAPSHOT_STALE = "60"
      M2M_LOG            = "info"
    })
    error_message = "it was told something else"
  }

  assert {
    condition     = output.authorizer.function_name == "m2m-prod-authorizer" && output.authorizer.invoke_arn == aws_lambda_function.this["authorizer"].invoke_arn
    error_message = "another API would invoke something else"
  }

  assert {
    condition     = length(aws_lambda_permission.authorizer) == 0
    error_message = "an API that nobody named may invoke it"
  }

  assert {
    condition     = !contains(values(aws_apigatewayv2_integration.function)[*].integration_uri, aws_lambda_function.this["authorizer"].invoke_arn)
    error_message = "it answers requests of this API"
  }
}

run "what_is_set_arrives" {
  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    authorizer = {
      audience        = "https://api.example.com"
      required_scopes = ["orders:write", "orders:read"]
      snapshot_stale  = "accept-until-expiry"
      jwks_url        = "https://cdn.example.com/jwks.json"
      snapshot_url    = "https://cdn.example.com/revocations"
      apis            = { orders = "f6g7h8i9j0" }
    }
  }

  assert {
    condition = aws_lambda_function.this["authorizer"].environment[0].variables == tomap({
      M2M_ISSUER          = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
      M2M_AUDIENCE        = "https://api.example.com"
      M2M_REQUIRED_SCOPES = "orders:read orders:write"
      M2M_SNAPSHOT_STALE  = "accept-until-expiry"
      M2M_JWKS_URL        = "https://cdn.example.com/jwks.json"
      M2M_SNAPSHOT_URL    = "https://cdn.example.com/revocations"
      M2M_LOG             = "info"
    })
    error_message = "it was told something else"
  }

  assert {
    condition     = { for name, permission in aws_lambda_permission.authorizer : name => [permission.principal, permission.source_arn] } == { orders = ["apigateway.amazonaws.com", "arn:aws:execute-api:eu-west-1:123456789012:f6g7h8i9j0/authorizers/*"] }
    error_message = "somebody else may invoke it"
  }
}

run "it_may_write_its_log_and_nothing_else" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    authorizer          = {}
    table_kms_key_arn   = "arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-1111-1111-111111111111"
    secrets_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  }

  assert {
    condition = jsondecode(output.policies["authorizer"]).Statement == [{
      Sid      = "WriteLog"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/m2m-prod-authorizer:*"]
    }]
    error_message = "it may do more"
  }
}

run "an_audience_that_is_no_uri" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    authorizer = { audience = "orders" }
  }

  expect_failures = [var.authorizer]
}

run "a_snapshot_that_would_be_stale_at_once" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    authorizer = { snapshot_stale = "5" }
  }

  expect_failures = [var.authorizer]
}

run "two_scopes_in_one" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    authorizer = { required_scopes = ["orders:read orders:write"] }
  }

  expect_failures = [var.authorizer]
}

run "an_api_that_is_named_by_its_arn" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    authorizer = { apis = { orders = "arn:aws:apigateway:eu-west-1::/apis/f6g7h8i9j0" } }
  }

  expect_failures = [var.authorizer]
}

run "keys_without_tls" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    authorizer = { jwks_url = "http://cdn.example.com/jwks.json" }
  }

  expect_failures = [var.authorizer]
}
