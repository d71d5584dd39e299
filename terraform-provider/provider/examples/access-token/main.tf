# Configures another provider with a fresh access token of this service: here a Kubernetes API
# server that trusts its issuer.

terraform {
  required_version = ">= 1.10"
  required_providers {
    kubernetes = {
      source = "hashicorp/kubernetes"
    }
    m2m = {
      source = "registry.terraform.io/m2m-oauth/m2m"
    }
  }
}

provider "m2m" {}

ephemeral "m2m_access_token" "cluster" {
  resource = "https://cluster.example.com"
  scopes   = ["cluster:deploy"]
}

provider "kubernetes" {
  host  = "https://cluster.example.com"
  token = ephemeral.m2m_access_token.cluster.access_token
}
