# The authorizer for other APIs.

variable "authorizer" {
  description = "A Lambda authorizer for other APIs of API Gateway that take this service's tokens: which audience they are (default_audience by default), which scopes every token must have (none by default), after how many seconds without a fresh revocation snapshot it refuses everything (snapshot_stale, 60 by default, or accept-until-expiry), which HTTP or REST APIs of this account and region may invoke it (apis: any name => the API's id), and where it finds keys and snapshot if not at the issuer (jwks_url, snapshot_url). Null: there is none."
  type = object({
    audience        = optional(string)
    required_scopes = optional(set(string), [])
    snapshot_stale  = optional(string, "60")
    apis            = optional(map(string), {})
    jwks_url        = optional(string)
    snapshot_url    = optional(string)
  })
  default = null

  validation {
    condition     = try(var.authorizer.audience, null) == null || can(regex("^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$", var.authorizer.audience)) && !can(regex("#", var.authorizer.audience)) && length(coalesce(try(var.authorizer.audience, null), "-")) <= 512
    error_message = "authorizer.audience must be an absolute URI such as https://api.example.com, in at most 512 printable ASCII characters without '#'."
  }

  validation {
    condition     = alltrue([for scope in try(var.authorizer.required_scopes, []) : can(regex("^[!#-\\[\\]-~]{1,128}$", scope))])
    error_message = "Each of authorizer.required_scopes must be one scope: 1 to 128 printable ASCII characters without space, '\"' and '\\'."
  }

  validation {
    condition     = can(regex("^([1-9][0-9]{1,4}|accept-until-expiry)$", try(var.authorizer.snapshot_stale, "60")))
    error_message = "authorizer.snapshot_stale must be 10 to 99999 seconds, or accept-until-expiry."
  }

  validation {
    condition     = alltrue([for name, id in try(var.authorizer.apis, {}) : can(regex("^[A-Za-z0-9_-]{1,64}$", name)) && can(regex("^[a-z0-9]+$", id))])
    error_message = "authorizer.apis must name APIs by their ids, such as { orders = aws_apigatewayv2_api.orders.id }, under names of A-Z, a-z, 0-9, '_' and '-'."
  }

  validation {
    condition     = alltrue([for url in compact([try(var.authorizer.jwks_url, null), try(var.authorizer.snapshot_url, null)]) : can(regex("^(https://|http://127\\.0\\.0\\.1:)[!-~]+$", url))])
    error_message = "authorizer.jwks_url and authorizer.snapshot_url must be https URLs."
  }
}
