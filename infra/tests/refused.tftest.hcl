# What does not fit together fails at plan, with a message that says what to do.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name        = "m2m-prod"
  package_dir = "tests/packages"
}

run "a_name_that_ends_in_a_dash" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    name = "m2m-"
  }

  expect_failures = [var.name]
}

run "an_upper_case_name" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    name = "M2M"
  }

  expect_failures = [var.name]
}

run "a_missing_package" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    package_dir = "tests/mocks"
  }

  expect_failures = [aws_lambda_function.this]
}

run "an_unknown_architecture" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    architecture = "arm"
  }

  expect_failures = [var.architecture]
}

run "settings_of_an_unknown_function" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    function_settings = { tokens = { memory_mb = 512 } }
  }

  expect_failures = [var.function_settings]
}

run "an_unknown_setting" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    function_settings = { token = { memory = 512 } }
  }

  expect_failures = [var.function_settings]
}

run "too_little_memory" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    function_settings = { token = { memory_mb = 64 } }
  }

  expect_failures = [var.function_settings]
}

run "a_timeout_behind_the_gateways" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    function_settings = { clients = { timeout_seconds = 30 } }
  }

  expect_failures = [var.function_settings]
}

run "an_unknown_algorithm" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    signing_algorithm = "HS256"
  }

  expect_failures = [var.signing_algorithm]
}

run "an_audience_that_is_no_uri" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    default_audience = "orders"
  }

  expect_failures = [var.default_audience]
}

run "an_unknown_storage" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    secret_storage = "envelope"
  }

  expect_failures = [var.secret_storage]
}

run "an_unknown_log_level" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    log_level = "verbose"
  }

  expect_failures = [var.log_level]
}

run "a_pattern_of_principals" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/*" = { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_session_as_principal" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:sts::123456789012:assumed-role/deploy/me" = { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "the_root_as_principal" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:root" = { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "an_owner_of_another_source" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy" = { owner = "local|admin", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_principal_that_may_do_nothing" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy" = { owner = "iam|deploy", organization = "main", permissions = [] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "an_owner_of_two_organizations" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/a" = { owner = "iam|deploy", organization = "one", permissions = ["clients:read"] }
      "arn:aws:iam::123456789012:role/b" = { owner = "iam|deploy", organization = "two", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "more_principals_than_the_environment_holds" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      for number in range(40) : "arn:aws:iam::123456789012:role/deploy-${number}" => { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_domain_without_certificate" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_name = "auth.example.com"
  }

  expect_failures = [var.domain_certificate_arn]
}

run "a_certificate_without_domain" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
  }

  expect_failures = [var.domain_certificate_arn]
}

run "a_certificate_of_another_region" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_name            = "auth.example.com"
    domain_certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/a"
  }

  expect_failures = [var.domain_certificate_arn]
}

run "a_domain_that_is_a_url" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_name            = "https://auth.example.com"
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
  }

  expect_failures = [var.domain_name]
}

run "mutual_tls_without_a_domain" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    mtls_domain_name     = "mtls.example.com"
    mtls_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/b"
    mtls_truststore_uri  = "s3://trust/clients.pem"
  }

  expect_failures = [var.mtls_domain_name]
}

run "mutual_tls_on_the_issuers_domain" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_name            = "auth.example.com"
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
    mtls_domain_name       = "auth.example.com"
    mtls_certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/b"
    mtls_truststore_uri    = "s3://trust/clients.pem"
  }

  expect_failures = [var.mtls_domain_name]
}

run "mutual_tls_without_a_truststore" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_name            = "auth.example.com"
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
    mtls_domain_name       = "mtls.example.com"
    mtls_certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/b"
  }

  expect_failures = [var.mtls_truststore_uri]
}

run "mutual_tls_without_a_certificate" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_name            = "auth.example.com"
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
    mtls_domain_name       = "mtls.example.com"
    mtls_truststore_uri    = "s3://trust/clients.pem"
  }

  expect_failures = [var.mtls_certificate_arn]
}

run "a_version_of_no_truststore" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    mtls_truststore_version = "3"
  }

  expect_failures = [var.mtls_truststore_version]
}

run "a_burst_below_the_rate" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    throttle_requests_per_second = 100
    throttle_burst               = 50
  }

  expect_failures = [var.throttle_burst]
}

run "a_token_burst_below_the_rate" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    token_throttle_requests_per_second = 100
    token_throttle_burst               = 50
  }

  expect_failures = [var.token_throttle_burst]
}

run "a_well_known_burst_below_the_rate" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    well_known_throttle_requests_per_second = 100
    well_known_throttle_burst               = 50
  }

  expect_failures = [var.well_known_throttle_burst]
}

run "an_introspection_burst_below_the_rate" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    introspection_throttle_requests_per_second = 100
    introspection_throttle_burst               = 50
  }

  expect_failures = [var.introspection_throttle_burst]
}

run "another_stacks_table" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    table_name = "m2m-staging"
  }

  expect_failures = [var.table_name]
}

run "an_alias_as_key" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    table_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:alias/m2m"
  }

  expect_failures = [var.table_kms_key_arn]
}

run "a_key_of_another_region" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    secrets_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  }

  expect_failures = [var.secrets_kms_key_arn]
}

run "a_log_key_that_is_no_arn" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    logs_kms_key_arn = "11111111-1111-1111-1111-111111111111"
  }

  expect_failures = [var.logs_kms_key_arn]
}

run "a_retention_that_cloudwatch_lacks" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    log_retention_days = 45
  }

  expect_failures = [var.log_retention_days]
}

run "actions_without_alarms" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    alarms        = false
    alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:on-call"]
  }

  expect_failures = [var.alarm_actions]
}

run "fewer_than_no_instances" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    function_settings = { token = { reserved_concurrency = -2 } }
  }

  expect_failures = [var.function_settings]
}

run "an_owner_with_a_space" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy" = { owner = "iam|the deployer", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "an_organization_in_upper_case" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy" = { owner = "iam|deploy", organization = "Main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_mutual_tls_domain_that_is_a_url" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_name            = "auth.example.com"
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
    mtls_domain_name       = "https://mtls.example.com"
    mtls_certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/b"
    mtls_truststore_uri    = "s3://trust/clients.pem"
  }

  expect_failures = [var.mtls_domain_name]
}

run "a_mutual_tls_certificate_of_another_account" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_name            = "auth.example.com"
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
    mtls_domain_name       = "mtls.example.com"
    mtls_certificate_arn   = "arn:aws:acm:eu-west-1:999999999999:certificate/b"
    mtls_truststore_uri    = "s3://trust/clients.pem"
  }

  expect_failures = [var.mtls_certificate_arn]
}

run "a_truststore_that_is_not_in_s3" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    domain_name            = "auth.example.com"
    domain_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
    mtls_domain_name       = "mtls.example.com"
    mtls_certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/b"
    mtls_truststore_uri    = "https://trust.example.com/clients.pem"
  }

  expect_failures = [var.mtls_truststore_uri]
}

run "no_requests_at_all" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    throttle_requests_per_second = 0
  }

  expect_failures = [var.throttle_requests_per_second]
}

run "no_token_requests_at_all" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    token_throttle_requests_per_second = 0
  }

  expect_failures = [var.token_throttle_requests_per_second]
}

run "no_well_known_requests_at_all" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    well_known_throttle_requests_per_second = 0
  }

  expect_failures = [var.well_known_throttle_requests_per_second]
}

run "no_introspection_requests_at_all" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    introspection_throttle_requests_per_second = 0
  }

  expect_failures = [var.introspection_throttle_requests_per_second]
}

run "an_action_that_is_no_arn" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    alarm_actions = ["me@example.com"]
  }

  expect_failures = [var.alarm_actions]
}

run "fewer_than_no_server_errors" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    server_errors_alarm = -1
  }

  expect_failures = [var.server_errors_alarm]
}

run "requests_that_take_no_time" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    latency_alarm_ms = 0
  }

  expect_failures = [var.latency_alarm_ms]
}

run "two_roles_that_differ_only_in_their_path" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy"    = { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
      "arn:aws:iam::123456789012:role/ci/deploy" = { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_permission_with_a_space" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy" = { owner = "iam|deploy", organization = "main", permissions = ["orders read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_permission_with_a_quote" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy" = { owner = "iam|deploy", organization = "main", permissions = ["orders\"read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_permission_beyond_ascii" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy" = { owner = "iam|deploy", organization = "main", permissions = ["clients:read", "bücher:lesen"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_role_without_a_name" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/deploy/" = { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_role_with_too_long_a_name" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::123456789012:role/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" = { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_principal_of_another_account" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws:iam::999999999999:role/ci" = { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "a_principal_of_another_partition" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    iam_principals = {
      "arn:aws-cn:iam::123456789012:role/ci" = { owner = "iam|deploy", organization = "main", permissions = ["clients:read"] }
    }
  }

  expect_failures = [var.iam_principals]
}

run "an_audience_that_ends_a_quotation" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    default_audience = "https://api.example.com/?name='"
  }

  expect_failures = [var.default_audience]
}

run "an_audience_without_a_host" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    default_audience = "https://?a=1"
  }

  expect_failures = [var.default_audience]
}

run "an_audience_that_is_too_long" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    default_audience = "urn:${join("", [for number in range(513) : "a"])}"
  }

  expect_failures = [var.default_audience]
}

run "an_alias_that_owners_of_elsewhere_have" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    trusted_issuers = {
      local = { issuer = "https://login.example.com", audiences = ["m2m"], organizations = ["main"], permissions = [] }
    }
  }

  expect_failures = [var.trusted_issuers]
}

run "a_login_provider_without_tls" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    trusted_issuers = {
      corp = { issuer = "http://login.example.com", audiences = ["m2m"], organizations = ["main"], permissions = [] }
    }
  }

  expect_failures = [var.trusted_issuers]
}

run "a_login_provider_for_any_audience" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    trusted_issuers = {
      corp = { issuer = "https://login.example.com", audiences = [], organizations = ["main"], permissions = [] }
    }
  }

  expect_failures = [var.trusted_issuers]
}

run "a_login_provider_of_two_organizations_that_nothing_tells_apart" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    trusted_issuers = {
      corp = { issuer = "https://login.example.com", audiences = ["m2m"], organizations = ["a", "b"], permissions = [] }
    }
  }

  expect_failures = [var.trusted_issuers]
}

run "logins_that_decide_and_say_nothing" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    trusted_issuers = {
      corp = { issuer = "https://login.example.com", audiences = ["m2m"], organizations = ["main"], permissions = [], permissions_source = "login" }
    }
  }

  expect_failures = [var.trusted_issuers]
}

run "a_login_provider_that_signs_with_a_shared_secret" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    trusted_issuers = {
      corp = { issuer = "https://login.example.com", audiences = ["m2m"], organizations = ["main"], permissions = [], algorithms = ["HS256"] }
    }
  }

  expect_failures = [var.trusted_issuers]
}

run "more_login_providers_than_an_environment_holds" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    trusted_issuers = {
      corp = { issuer = "https://login.example.com", audiences = ["m2m"], organizations = ["main"], permissions = [for number in range(300) : "orders:${number}"] }
    }
  }

  expect_failures = [var.trusted_issuers]
}
