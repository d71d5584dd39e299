terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = var.region
}

module "m2m_oauth" {
  source = "./modules/m2m-oauth"

  name                                       = var.name
  package_dir                                = var.package_dir
  architecture                               = var.architecture
  function_settings                          = var.function_settings
  tags                                       = var.tags
  signing_algorithm                          = var.signing_algorithm
  key_rotation_days                          = var.key_rotation_days
  default_audience                           = var.default_audience
  secret_storage                             = var.secret_storage
  log_level                                  = var.log_level
  iam_principals                             = var.iam_principals
  trusted_issuers                            = var.trusted_issuers
  allow_private_fetch                        = var.allow_private_fetch
  assertion_leeway_seconds                   = var.assertion_leeway_seconds
  secret_in_use_hours                        = var.secret_in_use_hours
  dpop_nonce_required                        = var.dpop_nonce_required
  authorizer                                 = var.authorizer
  domain_name                                = var.domain_name
  domain_certificate_arn                     = var.domain_certificate_arn
  mtls_domain_name                           = var.mtls_domain_name
  mtls_certificate_arn                       = var.mtls_certificate_arn
  mtls_truststore_uri                        = var.mtls_truststore_uri
  mtls_truststore_version                    = var.mtls_truststore_version
  throttle_requests_per_second               = var.throttle_requests_per_second
  throttle_burst                             = var.throttle_burst
  token_throttle_requests_per_second         = var.token_throttle_requests_per_second
  token_throttle_burst                       = var.token_throttle_burst
  well_known_throttle_requests_per_second    = var.well_known_throttle_requests_per_second
  well_known_throttle_burst                  = var.well_known_throttle_burst
  introspection_throttle_requests_per_second = var.introspection_throttle_requests_per_second
  introspection_throttle_burst               = var.introspection_throttle_burst
  table_name                                 = var.table_name
  deletion_protection                        = var.deletion_protection
  table_kms_key_arn                          = var.table_kms_key_arn
  secrets_kms_key_arn                        = var.secrets_kms_key_arn
  logs_kms_key_arn                           = var.logs_kms_key_arn
  log_retention_days                         = var.log_retention_days
  alarms                                     = var.alarms
  alarm_actions                              = var.alarm_actions
  server_errors_alarm                        = var.server_errors_alarm
  latency_alarm_ms                           = var.latency_alarm_ms
  dashboard                                  = var.dashboard
}
