locals {
  issuer_domain = {
    for name in compact([var.domain_name]) : "issuer" => {
      name        = name
      certificate = var.domain_certificate_arn
      truststore  = null
    }
  }

  mtls_domain = {
    for name in compact([var.mtls_domain_name]) : "mtls" => {
      name        = name
      certificate = var.mtls_certificate_arn
      truststore  = var.mtls_truststore_uri
    }
  }

  domains = merge(local.issuer_domain, local.mtls_domain)
}

resource "aws_apigatewayv2_domain_name" "this" {
  for_each = local.domains

  domain_name = each.value.name
  tags        = local.tags

  domain_name_configuration {
    certificate_arn = each.value.certificate
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }

  dynamic "mutual_tls_authentication" {
    for_each = compact([each.value.truststore])

    content {
      truststore_uri     = mutual_tls_authentication.value
      truststore_version = var.mtls_truststore_version
    }
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  for_each = local.domains

  api_id      = aws_apigatewayv2_api.this.id
  domain_name = aws_apigatewayv2_domain_name.this[each.key].id
  stage       = aws_apigatewayv2_stage.this.id
}
