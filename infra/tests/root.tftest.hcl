# The root hands everything on to the module and tells what comes next.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name        = "m2m-prod"
  package_dir = "tests/packages"
}

run "what_to_do_next" {
  assert {
    condition     = output.bootstrap_command == "m2m admin bootstrap --issuer https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com --table m2m-prod --secret-prefix m2m-prod --region eu-west-1"
    error_message = "the command would not reach this stack"
  }

  assert {
    condition     = output.iam_invoke_arn == null
    error_message = "there is no IAM route to invoke"
  }
}

run "what_is_set_arrives" {
  variables {
    table_name             = "m2m-prod.restored"
    domain_name            = "auth.example.com"
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"

    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy" = {
        owner        = "iam|deploy"
        organization = "main"
        permissions  = ["clients:read", "clients:write"]
      }
    }

    trusted_issuers = {
      corp = {
        issuer        = "https://login.example.com/"
        audiences     = ["m2m-console"]
        organizations = ["main"]
        permissions   = ["clients:read"]
      }
    }
  }

  assert {
    condition     = output.bootstrap_command == "m2m admin bootstrap --issuer https://auth.example.com --table m2m-prod.restored --secret-prefix m2m-prod --region eu-west-1"
    error_message = "the module was told something else"
  }

  assert {
    condition     = output.iam_invoke_arn != null && keys(output.domain_targets) == ["auth.example.com"]
    error_message = "the module was not told everything"
  }
}

run "the_first_admin_is_made_as_the_functions_would" {
  variables {
    domain_name            = "auth.example.com"
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
    signing_algorithm      = "RS256"
    secret_storage         = "none"
    secrets_kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  }

  assert {
    condition     = output.bootstrap_command == "M2M_SECRET_STORAGE='none' M2M_SIGNING_ALG='RS256' m2m admin bootstrap --issuer https://auth.example.com --table m2m-prod --secret-prefix m2m-prod --secret-kms-key arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-1111-1111-111111111111 --region eu-west-1"
    error_message = "the keys or the first client would be made otherwise"
  }
}
