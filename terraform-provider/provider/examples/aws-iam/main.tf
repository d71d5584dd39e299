# The first client of a deployment, made with nothing but credentials of AWS. The service's operator lists the
# role that Terraform runs as in M2M_IAM_PRINCIPALS, and lets it execute-api:Invoke below /iam/v1.

terraform {
  required_providers {
    m2m = {
      source = "registry.terraform.io/m2m-oauth/m2m"
    }
  }
}

provider "m2m" {
  endpoint = "https://auth.example.com"

  # Credentials and, where the endpoint is a domain of one's own, the region come from where programs of AWS
  # find them: AWS_PROFILE, AWS_REGION and so on. Both can be named here.
  aws_iam = {
    region = "eu-central-1"
  }
}

resource "m2m_oauth_client" "billing" {
  name   = "billing"
  scopes = ["orders:read"]
}

output "client_id" {
  value = m2m_oauth_client.billing.client_id
}
