# Which login providers people come from.

variable "trusted_issuers" {
  description = "Login providers whose tokens people may call /v1 with, by the alias that their owners' ids begin with (`{alias}|{sub}`): the `iss` and the audience of the tokens, in which organizations their people may be, and with which scopes at most; docs/login-providers.md has every member. Nobody by default."
  type = map(object({
    issuer             = string
    jwks_uri           = optional(string)
    audiences          = set(string)
    organizations      = set(string)
    permissions        = set(string)
    permissions_source = optional(string)
    algorithms         = optional(set(string))
    max_age_seconds    = optional(number)
    claims = optional(object({
      owner        = optional(string)
      audience     = optional(string)
      organization = optional(string)
      permissions  = optional(string)
    }), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for alias in keys(var.trusted_issuers) : can(regex("^[a-z][a-z0-9-]{0,31}$", alias)) && !contains(["iam", "local"], alias)])
    error_message = "An alias in trusted_issuers must be 1 to 32 characters of a-z, 0-9 and '-', starting with a letter, and neither iam nor local, whose owners come from elsewhere."
  }

  validation {
    condition     = alltrue([for issuer in values(var.trusted_issuers) : can(regex("^https://[^/?#@ ]+(/[^?# ]*)?$", issuer.issuer)) && length(issuer.issuer) <= 255])
    error_message = "The issuer of a login provider must be the https URL that its tokens have as iss, without query, fragment and user, in at most 255 characters."
  }

  validation {
    condition     = length(distinct(values(var.trusted_issuers)[*].issuer)) == length(var.trusted_issuers)
    error_message = "trusted_issuers names one issuer twice: its people would be two owners each."
  }

  validation {
    condition     = alltrue([for issuer in values(var.trusted_issuers) : issuer.jwks_uri == null || can(regex("^https://[^/?#@ ]+([/?][^# ]*)?$", issuer.jwks_uri))])
    error_message = "The jwks_uri of a login provider must be an https URL without fragment and user."
  }

  validation {
    condition     = alltrue([for issuer in values(var.trusted_issuers) : length(issuer.audiences) >= 1 && length(issuer.audiences) <= 20 && alltrue([for audience in issuer.audiences : length(audience) >= 1 && length(audience) <= 255])])
    error_message = "The audiences of a login provider must be 1 to 20 texts of 1 to 255 characters: without one, a token for any other application would do."
  }

  validation {
    condition     = alltrue([for name in setunion([], values(var.trusted_issuers)[*].organizations...) : can(regex("^[a-z0-9_-]{1,128}$", name))])
    error_message = "An organization of a login provider must be 1 to 128 characters of a-z, 0-9, '_' and '-'."
  }

  validation {
    condition     = alltrue([for issuer in values(var.trusted_issuers) : length(issuer.organizations) == 1 || issuer.claims.organization != null && length(issuer.organizations) >= 1 && length(issuer.organizations) <= 100])
    error_message = "A login provider needs 1 to 100 organizations; more than one need claims.organization, which says where a token names which."
  }

  validation {
    condition     = alltrue([for scope in setunion([], values(var.trusted_issuers)[*].permissions...) : can(regex("^[!#-\\[\\]-~]{1,128}$", scope))])
    error_message = "Each permission of a login provider must be one scope: 1 to 128 printable ASCII characters without space, '\"' and '\\'."
  }

  validation {
    condition     = alltrue([for issuer in values(var.trusted_issuers) : contains(["record", "login"], coalesce(issuer.permissions_source, "record"))])
    error_message = "permissions_source must be record (admins decide what an owner may do) or login (its tokens do)."
  }

  validation {
    condition     = alltrue([for issuer in values(var.trusted_issuers) : coalesce(issuer.permissions_source, "record") != "login" || issuer.claims.permissions != null])
    error_message = "permissions_source = \"login\" needs claims.permissions, which says where a token names its permissions."
  }

  validation {
    condition     = alltrue([for issuer in values(var.trusted_issuers) : issuer.algorithms == null || length(setsubtract(coalesce(issuer.algorithms, []), ["RS256", "ES256", "EdDSA"])) == 0 && try(length(issuer.algorithms), 1) > 0])
    error_message = "The algorithms of a login provider must be some of RS256, ES256 and EdDSA, or be left out."
  }

  validation {
    condition     = alltrue([for issuer in values(var.trusted_issuers) : coalesce(issuer.max_age_seconds, 86400) >= 60 && coalesce(issuer.max_age_seconds, 86400) <= 86400 && floor(coalesce(issuer.max_age_seconds, 86400)) == coalesce(issuer.max_age_seconds, 86400)])
    error_message = "max_age_seconds of a login provider must be a whole number of 60 to 86400."
  }

  validation {
    condition     = length(jsonencode(var.trusted_issuers)) + length(jsonencode(var.iam_principals)) <= 3072
    error_message = "trusted_issuers and iam_principals take ${length(jsonencode(var.trusted_issuers)) + length(jsonencode(var.iam_principals))} bytes of a function's environment, of which Lambda allows 4096 in all; at most 3072 are for both."
  }
}
