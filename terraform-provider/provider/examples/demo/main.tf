# One M2M OAuth client. The provider is configured by the environment:
# M2M_ENDPOINT, M2M_CLIENT_ID, M2M_CLIENT_SECRET and, for a private authority, M2M_CA_CERT_FILE.

terraform {
  required_providers {
    m2m = {
      source = "registry.terraform.io/m2m-oauth/m2m"
    }
  }
}

provider "m2m" {}

resource "m2m_oauth_client" "demo" {
  name        = "demo"
  description = "Reads orders, and looks at clients"
  scopes      = ["orders:read", "clients:read"]
}

output "client_id" {
  value = m2m_oauth_client.demo.client_id
}
