# The module's variables. It has the rules and the defaults: null stands for the default.

variable "region" {
  description = "AWS region of the stack. Null: as the AWS credentials say (AWS_REGION, the profile)."
  type        = string
  default     = null
}

variable "name" {
  description = "What everything of this stack is called or starts with, the secrets' names included. Two stacks of one account need two names. Cannot be changed later without replacing everything."
  type        = string
}

variable "package_dir" {
  description = "Where `make package` put the packages: the directory with {function}/bootstrap.zip."
  type        = string
  default     = "../target/lambda"
}

variable "architecture" {
  description = "What the packages were built for: arm64 (default, cheaper) or x86_64."
  type        = string
  default     = null
}

variable "function_settings" {
  description = "Memory (memory_mb, 128 to 10240; 256 by default), timeout (timeout_seconds, 1 to 29; up to 900 of maintenance) and reserved instances (reserved_concurrency; -1, the default, reserves none) of a function, by its name."
  type        = map(map(number))
  default     = null
}

variable "tags" {
  description = "Tags of everything that takes them, beside `m2m-oauth` with the stack's name. None by default."
  type        = map(string)
  default     = null
}

variable "signing_algorithm" {
  description = "What tokens are signed with: ES256 (default), RS256 or EdDSA. After a change keys of the new algorithm are made, which sign once every verifier can have them."
  type        = string
  default     = null
}

variable "key_rotation_days" {
  description = "After how many days another key signs, 1 to 3650; 0: only by hand. 30 by default."
  type        = number
  default     = null
}

variable "default_audience" {
  description = "What the tokens of a new client are for, an absolute URI; urn:m2m-oauth:api by default."
  type        = string
  default     = null
}

variable "secret_storage" {
  description = "Where the values of new clients' secrets are kept: secrets_manager (default, $0.40 a month each) or none (shown once)."
  type        = string
  default     = null
}

variable "log_level" {
  description = "How much the functions log: off, error, warn, info (default), debug or trace. Metrics are kept whatever it says."
  type        = string
  default     = null
}

variable "iam_principals" {
  description = "IAM roles and users of this account that may call /iam/v1, by exact ARN: which owner (`iam|{name}`) and organization they act for, and with which scopes. These are those of the management API (clients:read and so on) and those of your own APIs that their clients are to get. The ARNs must be known at plan. Nobody by default, and then there is no such route."
  type = map(object({
    owner        = string
    organization = string
    permissions  = set(string)
  }))
  default = null
}

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
  default = null
}

variable "allow_private_fetch" {
  description = "Whether the keys of clients (jwks_uri) and of trusted issuers may be fetched from private addresses; false by default. A function reaches those only inside a VPC, and this module puts none into one: that takes a change of it."
  type        = bool
  default     = null
}

variable "assertion_leeway_seconds" {
  description = "How far the clock of whoever signs a client assertion may be off, 0 to 60 seconds; 10 by default."
  type        = number
  default     = null
}

variable "secret_in_use_hours" {
  description = "A secret that got a token within so many hours, 2 to 720, is retired only by force or with an overlap. 24 by default."
  type        = number
  default     = null
}

variable "dpop_nonce_required" {
  description = "Whether DPoP proofs need a nonce of this service (RFC 9449 section 8), which costs a client a second request now and then; false by default."
  type        = bool
  default     = null
}

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
}

variable "domain_name" {
  description = "Own domain of the service; its origin is the issuer then. Null: the API's own address, which a new API would not keep. Changing it later ends all tokens."
  type        = string
  default     = null
}

variable "domain_certificate_arn" {
  description = "ARN of the ACM certificate for domain_name, in the stack's region."
  type        = string
  default     = null
}

variable "mtls_domain_name" {
  description = "Second domain, on which API Gateway asks for a client certificate (mutual TLS, RFC 8705). Clients that authenticate with one, and tokens bound to one, need it; the metadata name it as mtls_endpoint_aliases."
  type        = string
  default     = null
}

variable "mtls_certificate_arn" {
  description = "ARN of the public ACM certificate for mtls_domain_name, in the stack's region."
  type        = string
  default     = null
}

variable "mtls_truststore_uri" {
  description = "Where the CA certificates of clients lie, in PEM: s3://{bucket}/{key}."
  type        = string
  default     = null
}

variable "mtls_truststore_version" {
  description = "Version of the truststore's object, where the bucket keeps versions; a new one is taken up by changing it."
  type        = string
  default     = null
}

variable "throttle_requests_per_second" {
  description = "Requests per second, on each route without a setting of its own, beyond which API Gateway answers 429; 200 by default."
  type        = number
  default     = null
}

variable "throttle_burst" {
  description = "Requests at once, on each route without a setting of its own, beyond which API Gateway answers 429; 400 by default."
  type        = number
  default     = null
}

variable "token_throttle_requests_per_second" {
  description = "Token requests per second beyond which API Gateway answers 429; 1000 by default."
  type        = number
  default     = null
}

variable "token_throttle_burst" {
  description = "Token requests at once beyond which API Gateway answers 429; 2000 by default."
  type        = number
  default     = null
}

variable "well_known_throttle_requests_per_second" {
  description = "Requests per second for keys, metadata and the revocation snapshot beyond which API Gateway answers 429; 2000 by default. Each API that verifies offline and is not idle asks for the snapshot every ten seconds."
  type        = number
  default     = null
}

variable "well_known_throttle_burst" {
  description = "Requests at once for keys, metadata and the revocation snapshot beyond which API Gateway answers 429; 4000 by default."
  type        = number
  default     = null
}

variable "introspection_throttle_requests_per_second" {
  description = "Requests per second for introspection beyond which API Gateway answers 429; 1000 by default."
  type        = number
  default     = null
}

variable "introspection_throttle_burst" {
  description = "Requests at once for introspection beyond which API Gateway answers 429; 2000 by default."
  type        = number
  default     = null
}

variable "table_name" {
  description = "Name of the table, where it is not the stack's: after a restore, which makes a new table, {name}.{anything}."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table; true by default. Set it to false, and apply, before destroying the stack."
  type        = bool
  default     = null
}

variable "table_kms_key_arn" {
  description = "ARN of an own KMS key for the table. Null: DynamoDB's own key, which costs nothing."
  type        = string
  default     = null
}

variable "secrets_kms_key_arn" {
  description = "ARN of an own KMS key for secrets made from now on. Null: Secrets Manager's own key, which costs nothing."
  type        = string
  default     = null
}

variable "logs_kms_key_arn" {
  description = "ARN of an own KMS key for the logs, whose policy allows CloudWatch Logs to use it. Null: CloudWatch's own key."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that logs are kept, as CloudWatch offers them; 30 by default."
  type        = number
  default     = null
}

variable "alarms" {
  description = "Whether there are alarms ($0.10 a month each); true by default."
  type        = bool
  default     = null
}

variable "alarm_actions" {
  description = "ARNs of what is told when an alarm starts and when it ends, such as an SNS topic. None by default."
  type        = list(string)
  default     = null
}

variable "server_errors_alarm" {
  description = "Answers with 5xx in five minutes, of a function or of the API, beyond which there is an alarm; 5 by default."
  type        = number
  default     = null
}

variable "latency_alarm_ms" {
  description = "Milliseconds that the slowest hundredth of the requests may take, for 15 minutes, before there is an alarm; 1000 by default."
  type        = number
  default     = null
}

variable "dashboard" {
  description = "Whether there is a dashboard ($3 a month beyond an account's first three); true by default."
  type        = bool
  default     = null
}
