# The functions. A new one is one more entry here, with its routes and with what its policy allows
# (policies.tf); everything else follows.

locals {
  # Without its variable there is no authorizer.
  functions = { for name, function in local.known_functions : name => function if name != "authorizer" || var.authorizer != null }

  known_functions = {
    token = {
      description     = "Protocol endpoints: tokens, introspection, revocation, metadata, keys, snapshot, health"
      memory_mb       = 256
      timeout_seconds = 15
      # $default: what is nobody's path is answered with 404 or 405 in the service's own words.
      routes      = concat(["$default"], keys(local.throttles))
      iam_routes  = []
      environment = local.environment
      statements  = local.token_statements
    }
    clients = {
      description     = "Management API: OAuth clients and their secrets"
      memory_mb       = 256
      timeout_seconds = 28
      routes          = ["ANY /v1/{proxy+}"]
      iam_routes      = ["ANY /iam/v1/{proxy+}"]
      environment     = merge(local.environment, local.secrets_environment, local.iam_environment, local.logins_environment)
      statements      = local.clients_statements
    }
    maintenance = {
      description     = "Every five minutes: finishes or undoes what was left half done"
      memory_mb       = 256
      timeout_seconds = 240
      routes          = []
      iam_routes      = []
      environment     = local.environment
      statements      = local.maintenance_statements
    }
    authorizer = {
      description     = "Lambda authorizer for other APIs: is this access token good for that API, now?"
      memory_mb       = 256
      timeout_seconds = 10
      routes          = []
      iam_routes      = []
      environment     = local.authorizer_environment
      statements      = []
    }
  }

  # Those that answer requests of the HTTP API, and count them.
  http_functions = { for name, function in local.functions : name => local.function_name[name] if length(function.routes) > 0 }

  # What var.function_settings says wins over the entry above.
  settings = {
    for name, function in local.functions : name => merge(
      { memory_mb = function.memory_mb, timeout_seconds = function.timeout_seconds, reserved_concurrency = -1 },
      lookup(var.function_settings, name, {}),
    )
  }

  package = { for name in keys(local.functions) : name => "${var.package_dir}/${name}/bootstrap.zip" }

  # What is at its default is not said: the program has the same one.
  environment = merge(
    {
      M2M_ISSUER            = local.issuer
      M2M_TABLE             = aws_dynamodb_table.this.name
      M2M_SECRET_PREFIX     = local.secret_prefix
      M2M_SIGNING_ALG       = var.signing_algorithm
      M2M_KEY_ROTATION_DAYS = tostring(var.key_rotation_days)
      M2M_DEFAULT_AUDIENCE  = var.default_audience
      M2M_SECRET_STORAGE    = var.secret_storage
      M2M_LOG               = var.log_level
    },
    { for name in compact([var.mtls_domain_name]) : "M2M_MTLS_ENDPOINT" => "https://${name}" },
    { for name in ["M2M_ALLOW_PRIVATE_FETCH"] : name => "true" if var.allow_private_fetch },
    { for name in ["M2M_ASSERTION_LEEWAY_SECONDS"] : name => tostring(var.assertion_leeway_seconds) if var.assertion_leeway_seconds != 10 },
    { for name in ["M2M_SECRET_IN_USE_HOURS"] : name => tostring(var.secret_in_use_hours) if var.secret_in_use_hours != 24 },
    { for name in ["M2M_DPOP_NONCE"] : name => "required" if var.dpop_nonce_required },
  )

  secrets_environment = { for key in compact([var.secrets_kms_key_arn]) : "M2M_SECRET_KMS_KEY" => key }

  logins_environment = length(var.trusted_issuers) == 0 ? {} : {
    M2M_TRUSTED_ISSUERS = jsonencode({
      for alias, issuer in var.trusted_issuers : alias => {
        for member, value in merge(issuer, { claims = { for name, claim in issuer.claims : name => claim if claim != null } }) : member => value if value != null
      }
    })
  }

  iam_environment = length(var.iam_principals) == 0 ? {} : {
    M2M_IAM_PRINCIPALS = jsonencode(var.iam_principals)
    M2M_IAM_ACCOUNT_ID = local.account
    M2M_IAM_API_ID     = aws_apigatewayv2_api.this.id
  }
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50: the functions write trace ids into their own log; X-Ray would add a fee per request
  #checkov:skip=CKV_AWS_116: invocations are synchronous but those of the schedule, of which the next does what one left
  #checkov:skip=CKV_AWS_117: the functions call DynamoDB and Secrets Manager, by TLS and IAM, and public URLs of clients' keys and of issuers, by TLS; a VPC would add endpoints and a NAT to pay for and nothing to reach
  #checkov:skip=CKV_AWS_173: the environment holds names and no secrets; Lambda encrypts it with its own key
  #checkov:skip=CKV_AWS_272: packages are built from this repository and their digest is in the plan; signing them needs a profile of the operator's account
  for_each = local.functions

  function_name    = local.function_name[each.key]
  description      = each.value.description
  role             = aws_iam_role.this[each.key].arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  filename         = local.package[each.key]
  source_code_hash = filebase64sha256(local.package[each.key])
  memory_size      = local.settings[each.key].memory_mb
  timeout          = local.settings[each.key].timeout_seconds

  reserved_concurrent_executions = local.settings[each.key].reserved_concurrency

  environment {
    variables = each.value.environment
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
    # The function itself keeps to M2M_LOG; whatever it writes is kept, its metrics too.
    application_log_level = "TRACE"
    # Leaves out Lambda's two lines for each request, which are longer than the function's own.
    system_log_level = "WARN"
  }

  tags = local.tags

  # Without its policy the first instance would find everything denied.
  depends_on = [aws_iam_role_policy.this]

  lifecycle {
    precondition {
      condition     = fileexists(local.package[each.key])
      error_message = "There is no package ${local.package[each.key]}: run `make package`, or say in package_dir where the packages are."
    }
  }
}

resource "aws_cloudwatch_log_group" "function" {
  #checkov:skip=CKV_AWS_158: logs hold no secrets; logs_kms_key_arn sets an own key
  #checkov:skip=CKV_AWS_338: log_retention_days is the operator's choice; a year of logs costs more than the service
  for_each = local.functions

  name              = local.log_group[each.key]
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
  tags              = local.tags
}

# Only this API may invoke a function, and only through the function's routes.
resource "aws_lambda_permission" "route" {
  for_each = local.routes

  statement_id  = trim(replace(each.key, "/[^A-Za-z0-9]+/", "-"), "-")
  function_name = aws_lambda_function.this[each.value.function].function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/${local.invoked_as[each.key]}"
}
