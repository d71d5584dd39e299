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

run "login_providers_are_told_to_clients_alone_without_what_is_left_out" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    trusted_issuers = {
      corp = {
        issuer        = "https://login.example.com/"
        audiences     = ["m2m-console"]
        organizations = ["main"]
        permissions   = ["orders:read", "clients:read"]
      }
      pool = {
        issuer             = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123"
        audiences          = ["1example23456789"]
        organizations      = ["main", "other"]
        permissions        = ["clients:read"]
        permissions_source = "login"
        algorithms         = ["RS256"]
        max_age_seconds    = 3600
        claims             = { audience = "client_id", organization = "org", permissions = "cognito:groups" }
      }
    }
  }

  assert {
    condition = jsondecode(aws_lambda_function.this["clients"].environment[0].variables["M2M_TRUSTED_ISSUERS"]) == {
      corp = {
        issuer        = "https://login.example.com/"
        audiences     = ["m2m-console"]
        organizations = ["main"]
        permissions   = ["clients:read", "orders:read"]
        claims        = {}
      }
      pool = {
        issuer             = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123"
        audiences          = ["1example23456789"]
        organizations      = ["main", "other"]
        permissions        = ["clients:read"]
        permissions_source = "login"
        algorithms         = ["RS256"]
        max_age_seconds    = 3600
        claims             = { audience = "client_id", organization = "org", permissions = "cognito:groups" }
      }
    }
    error_message = "clients was told something else of its login providers"
  }

  assert {
    condition     = alltrue([for name in ["token", "maintenance"] : !contains(keys(aws_lambda_function.this[name].environment[0].variables), "M2M_TRUSTED_ISSUERS")])
    error_message = "a function was told that lets nobody in"
  }
}
