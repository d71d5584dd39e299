# Who may call the management API through AWS IAM.

variable "iam_principals" {
  description = "IAM roles and users of this account that may call /iam/v1, by exact ARN: which owner (`iam|{name}`) and organization they act for, and with which scopes. These are those of the management API (clients:read and so on) and those of your own APIs that their clients are to get. The ARNs must be known at plan. Nobody by default, and then there is no such route."
  type = map(object({
    owner        = string
    organization = string
    permissions  = set(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for arn in keys(var.iam_principals) : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/([!-~]*/)?[A-Za-z0-9_+=,.@-]{1,64}$", arn)) && !can(regex("[*?]", arn))])
    error_message = "iam_principals must name roles and users by their exact ARNs, arn:aws:iam::{account}:role/{path/}{name}: no wildcards, no sessions (arn:aws:sts::…), no root."
  }

  # An HTTP API has no resource policy, without which IAM lets nobody of another account in.
  validation {
    condition     = alltrue([for arn in keys(var.iam_principals) : startswith(arn, "arn:${local.partition}:iam::${local.account}:")])
    error_message = "iam_principals must be of the stack's account, arn:${local.partition}:iam::${local.account}:…; API Gateway refuses those of others. Let them assume a role of this account, and name that."
  }

  # A session names its role without the path.
  validation {
    condition     = length(distinct([for arn in keys(var.iam_principals) : replace(arn, "/:role/.*//", ":role/")])) == length(var.iam_principals)
    error_message = "iam_principals names two roles of one account that differ only in their path: a request does not say which of them it comes from. Rename one."
  }

  validation {
    condition     = alltrue([for principal in values(var.iam_principals) : can(regex("^iam\\|[!-\"$-~]+$", principal.owner)) && length(principal.owner) <= 255])
    error_message = "The owner of an IAM principal must be iam|{name}, in at most 255 printable ASCII characters without spaces and '#'."
  }

  validation {
    condition     = alltrue([for principal in values(var.iam_principals) : can(regex("^[a-z0-9_-]{1,128}$", principal.organization))])
    error_message = "The organization of an IAM principal must be 1 to 128 characters of a-z, 0-9, '_' and '-'."
  }

  validation {
    condition     = length(distinct([for principal in values(var.iam_principals) : principal.owner])) == length(distinct([for principal in values(var.iam_principals) : "${principal.owner} ${principal.organization}"]))
    error_message = "IAM principals that share an owner must share its organization: an owner belongs to one."
  }

  validation {
    condition     = alltrue([for principal in values(var.iam_principals) : length(principal.permissions) > 0])
    error_message = "An IAM principal without permissions may do nothing: list scopes such as clients:read and clients:write, or leave the principal out."
  }

  validation {
    condition     = alltrue([for scope in setunion([], values(var.iam_principals)[*].permissions...) : can(regex("^[!#-\\[\\]-~]{1,128}$", scope))])
    error_message = "Each permission of an IAM principal must be one scope: 1 to 128 printable ASCII characters without space, '\"' and '\\'."
  }

  validation {
    condition     = length(jsonencode(var.iam_principals)) <= 3072
    error_message = "iam_principals takes ${length(jsonencode(var.iam_principals))} bytes of a function's environment, of which Lambda allows 4096 in all; at most 3072 are for them. Let several people assume one role."
  }
}

# Where the service is reached.

variable "domain_name" {
  description = "Own domain of the service; its origin is the issuer then. Null: the API's own address, which a new API would not keep. Changing it later ends all tokens."
  type        = string
  default     = null

  validation {
    condition     = var.domain_name == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name must be a domain in lower case without scheme, port and path, such as auth.example.com."
  }
}

variable "domain_certificate_arn" {
  description = "ARN of the ACM certificate for domain_name, in the stack's region."
  type        = string
  default     = null

  validation {
    condition     = (var.domain_name == null) == (var.domain_certificate_arn == null)
    error_message = "domain_name and domain_certificate_arn go together: set both, or neither."
  }

  validation {
    condition     = var.domain_certificate_arn == null || can(regex(local.certificate_arn, var.domain_certificate_arn))
    error_message = "domain_certificate_arn must be the ARN of an ACM certificate of the stack's account and region, ${local.account} and ${local.region}."
  }
}

variable "mtls_domain_name" {
  description = "Second domain, on which API Gateway asks for a client certificate (mutual TLS, RFC 8705). Clients that authenticate with one, and tokens bound to one, need it; the metadata name it as mtls_endpoint_aliases."
  type        = string
  default     = null

  validation {
    condition     = var.mtls_domain_name == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.mtls_domain_name))
    error_message = "mtls_domain_name must be a domain in lower case without scheme, port and path, such as mtls.auth.example.com."
  }

  validation {
    condition     = var.mtls_domain_name == null || var.domain_name != null
    error_message = "mtls_domain_name needs domain_name: with mutual TLS the API's own address is switched off, so the issuer needs a domain that asks for no certificate."
  }

  validation {
    condition     = var.mtls_domain_name == null || var.mtls_domain_name != var.domain_name
    error_message = "mtls_domain_name must differ from domain_name: metadata and keys have to be read without a certificate."
  }
}

variable "mtls_certificate_arn" {
  description = "ARN of the public ACM certificate for mtls_domain_name, in the stack's region."
  type        = string
  default     = null

  validation {
    condition     = (var.mtls_domain_name == null) == (var.mtls_certificate_arn == null)
    error_message = "mtls_domain_name and mtls_certificate_arn go together: set both, or neither."
  }

  validation {
    condition     = var.mtls_certificate_arn == null || can(regex(local.certificate_arn, var.mtls_certificate_arn))
    error_message = "mtls_certificate_arn must be the ARN of an ACM certificate of the stack's account and region, ${local.account} and ${local.region}."
  }
}

variable "mtls_truststore_uri" {
  description = "Where the CA certificates of clients lie, in PEM: s3://{bucket}/{key}."
  type        = string
  default     = null

  validation {
    condition     = (var.mtls_domain_name == null) == (var.mtls_truststore_uri == null)
    error_message = "mtls_domain_name and mtls_truststore_uri go together: set both, or neither."
  }

  validation {
    condition     = var.mtls_truststore_uri == null || can(regex("^s3://[^/]+/.+$", var.mtls_truststore_uri))
    error_message = "mtls_truststore_uri must be s3://{bucket}/{key}."
  }
}

variable "mtls_truststore_version" {
  description = "Version of the truststore's object, where the bucket keeps versions; a new one is taken up by changing it."
  type        = string
  default     = null

  validation {
    condition     = var.mtls_truststore_version == null || var.mtls_truststore_uri != null
    error_message = "mtls_truststore_version is a version of mtls_truststore_uri: set that too."
  }
}

variable "throttle_requests_per_second" {
  description = "Requests per second, on each route without a setting of its own, beyond which API Gateway answers 429; 200 by default."
  type        = number
  default     = 200
  nullable    = false

  validation {
    condition     = var.throttle_requests_per_second >= 1
    error_message = "throttle_requests_per_second must be at least 1."
  }
}

variable "throttle_burst" {
  description = "Requests at once, on each route without a setting of its own, beyond which API Gateway answers 429; 400 by default."
  type        = number
  default     = 400
  nullable    = false

  validation {
    condition     = var.throttle_burst >= var.throttle_requests_per_second
    error_message = "throttle_burst must be at least throttle_requests_per_second, or that rate is never reached."
  }
}

variable "token_throttle_requests_per_second" {
  description = "Token requests per second beyond which API Gateway answers 429; 1000 by default."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.token_throttle_requests_per_second >= 1
    error_message = "token_throttle_requests_per_second must be at least 1."
  }
}

variable "token_throttle_burst" {
  description = "Token requests at once beyond which API Gateway answers 429; 2000 by default."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.token_throttle_burst >= var.token_throttle_requests_per_second
    error_message = "token_throttle_burst must be at least token_throttle_requests_per_second, or that rate is never reached."
  }
}

variable "well_known_throttle_requests_per_second" {
  description = "Requests per second for keys, metadata and the revocation snapshot beyond which API Gateway answers 429; 2000 by default. Each API that verifies offline and is not idle asks for the snapshot every ten seconds."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.well_known_throttle_requests_per_second >= 1
    error_message = "well_known_throttle_requests_per_second must be at least 1."
  }
}

variable "well_known_throttle_burst" {
  description = "Requests at once for keys, metadata and the revocation snapshot beyond which API Gateway answers 429; 4000 by default."
  type        = number
  default     = 4000
  nullable    = false

  validation {
    condition     = var.well_known_throttle_burst >= var.well_known_throttle_requests_per_second
    error_message = "well_known_throttle_burst must be at least well_known_throttle_requests_per_second, or that rate is never reached."
  }
}

variable "introspection_throttle_requests_per_second" {
  description = "Requests per second for introspection beyond which API Gateway answers 429; 1000 by default."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.introspection_throttle_requests_per_second >= 1
    error_message = "introspection_throttle_requests_per_second must be at least 1."
  }
}

variable "introspection_throttle_burst" {
  description = "Requests at once for introspection beyond which API Gateway answers 429; 2000 by default."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.introspection_throttle_burst >= var.introspection_throttle_requests_per_second
    error_message = "introspection_throttle_burst must be at least introspection_throttle_requests_per_second, or that rate is never reached."
  }
}
