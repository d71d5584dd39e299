# Own domains.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                   = "m2m-prod"
  package_dir            = "tests/packages"
  domain_name            = "auth.example.com"
  domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
}

run "the_domain_is_the_issuer_and_the_only_way_in" {
  module {
    source = "./modules/m2m-oauth"
  }

  assert {
    condition     = output.issuer == "https://auth.example.com" && aws_lambda_function.this["token"].environment[0].variables.M2M_ISSUER == "https://auth.example.com"
    error_message = "tokens would name another issuer"
  }

  assert {
    condition     = aws_apigatewayv2_api.this.disable_execute_api_endpoint
    error_message = "there is a second way in"
  }

  assert {
    condition     = keys(aws_apigatewayv2_domain_name.this) == ["issuer"] && aws_apigatewayv2_domain_name.this["issuer"].domain_name_configuration[0].security_policy == "TLS_1_2"
    error_message = "there is another domain, or one that speaks old TLS"
  }
}

run "a_second_one_asks_for_certificates" {
  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    mtls_domain_name        = "mtls.auth.example.com"
    mtls_certificate_arn    = "arn:aws:acm:eu-west-1:123456789012:certificate/b"
    mtls_truststore_uri     = "s3://trust/clients.pem"
    mtls_truststore_version = "3"
  }

  assert {
    condition     = length(aws_apigatewayv2_domain_name.this["issuer"].mutual_tls_authentication) == 0
    error_message = "metadata could not be read without a certificate"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.environment[0].variables["M2M_MTLS_ENDPOINT"] == "https://mtls.auth.example.com"])
    error_message = "certificates of the second domain would not be believed"
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this["mtls"].mutual_tls_authentication[0].truststore_uri == "s3://trust/clients.pem" && aws_apigatewayv2_domain_name.this["mtls"].mutual_tls_authentication[0].truststore_version == "3"
    error_message = "the second domain asks for no certificate"
  }

  assert {
    condition     = output.issuer == "https://auth.example.com" && toset(keys(aws_apigatewayv2_api_mapping.this)) == toset(["issuer", "mtls"])
    error_message = "the second domain leads nowhere, or became the issuer"
  }
}
