# The function `authorizer`, for other APIs. It calls no AWS service: it reads the issuer's published keys and
# revocation snapshot.

locals {
  authorizer_environment = {
    for variable, value in {
      M2M_ISSUER          = local.issuer
      M2M_AUDIENCE        = coalesce(try(var.authorizer.audience, null), var.default_audience)
      M2M_REQUIRED_SCOPES = join(" ", try(var.authorizer.required_scopes, []))
      M2M_SNAPSHOT_STALE  = try(var.authorizer.snapshot_stale, null)
      M2M_JWKS_URL        = try(var.authorizer.jwks_url, null)
      M2M_SNAPSHOT_URL    = try(var.authorizer.snapshot_url, null)
      M2M_LOG             = var.log_level
    } : variable => value if value != null && value != ""
  }
}

# An HTTP or REST API of this account and region may invoke it as its authorizer, and as nothing else.
resource "aws_lambda_permission" "authorizer" {
  for_each = try(var.authorizer.apis, {})

  statement_id  = "api-${each.key}"
  function_name = aws_lambda_function.this["authorizer"].function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:${local.partition}:execute-api:${local.region}:${local.account}:${each.value}/authorizers/*"
}
