# How clients prove who they are.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name        = "m2m-prod"
  package_dir = "tests/packages"
}

run "what_is_set_arrives" {
  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    allow_private_fetch      = true
    assertion_leeway_seconds = 30
    dpop_nonce_required      = true
  }

  assert {
    condition     = [for name in ["M2M_ALLOW_PRIVATE_FETCH", "M2M_ASSERTION_LEEWAY_SECONDS", "M2M_DPOP_NONCE"] : aws_lambda_function.this["token"].environment[0].variables[name]] == ["true", "30", "required"]
    error_message = "token was told something else"
  }
}

run "a_leeway_of_minutes" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    assertion_leeway_seconds = 61
  }

  expect_failures = [var.assertion_leeway_seconds]
}
