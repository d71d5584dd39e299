# Hands the secret of a client to another provider without leaving it in the state or in a plan:
# an ephemeral value may only flow into provider blocks and write-only arguments.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
    m2m = {
      source = "registry.terraform.io/m2m-oauth/m2m"
    }
  }
}

provider "m2m" {}

resource "m2m_oauth_client" "billing" {
  name   = "billing"
  scopes = ["orders:read"]
}

ephemeral "m2m_oauth_client_secret" "billing" {
  client_id = m2m_oauth_client.billing.client_id
}

resource "aws_ssm_parameter" "billing" {
  name     = "/billing/m2m-client-secret"
  type     = "SecureString"
  value_wo = ephemeral.m2m_oauth_client_secret.billing.client_secret

  # Changes when the client's secret does, and so writes the new one.
  value_wo_version = parseint(substr(sha256(m2m_oauth_client.billing.secret_id), 0, 8), 16)
}
