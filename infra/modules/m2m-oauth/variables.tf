# What the stack is and which packages it runs.

variable "name" {
  description = "What everything of this stack is called or starts with, the secrets' names included. Two stacks of one account need two names. Cannot be changed later without replacing everything."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,29}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "name must be 3 to 31 characters of a-z, 0-9 and single '-', starting with a letter and ending with a letter or digit."
  }
}

variable "package_dir" {
  description = "Where `make package` put the packages: the directory with {function}/bootstrap.zip."
  type        = string
}

variable "architecture" {
  description = "What the packages were built for: arm64 (default, cheaper) or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64, as `make package` said when it built the packages."
  }
}

variable "function_settings" {
  description = "Memory (memory_mb, 128 to 10240; 256 by default), timeout (timeout_seconds, 1 to 29; up to 900 of maintenance) and reserved instances (reserved_concurrency; -1, the default, reserves none) of a function, by its name."
  type        = map(map(number))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.function_settings), keys(local.functions))) == 0
    error_message = "function_settings names a function that is none: ${join(", ", setsubtract(keys(var.function_settings), keys(local.functions)))}. There are: ${join(", ", keys(local.functions))}."
  }

  validation {
    condition     = alltrue([for settings in values(var.function_settings) : length(setsubtract(keys(settings), ["memory_mb", "timeout_seconds", "reserved_concurrency"])) == 0])
    error_message = "function_settings has an unknown setting. A function has memory_mb, timeout_seconds and reserved_concurrency."
  }

  validation {
    condition     = alltrue([for settings in values(var.function_settings) : lookup(settings, "memory_mb", 256) >= 128 && lookup(settings, "memory_mb", 256) <= 10240])
    error_message = "memory_mb must be 128 to 10240."
  }

  validation {
    condition     = alltrue([for name, settings in var.function_settings : lookup(settings, "timeout_seconds", 15) >= 1 && lookup(settings, "timeout_seconds", 15) <= (name == "maintenance" ? 900 : 29)])
    error_message = "timeout_seconds must be 1 to 29, since API Gateway gives up after 30 seconds; of maintenance 1 to 900."
  }

  validation {
    condition     = alltrue([for settings in values(var.function_settings) : lookup(settings, "reserved_concurrency", -1) >= -1])
    error_message = "reserved_concurrency must be -1 (none reserved), 0 (the function is switched off) or more."
  }
}

variable "tags" {
  description = "Tags of everything that takes them, beside `m2m-oauth` with the stack's name. None by default."
  type        = map(string)
  default     = {}
  nullable    = false
}

# How the service behaves.

variable "signing_algorithm" {
  description = "What tokens are signed with: ES256 (default), RS256 or EdDSA. After a change keys of the new algorithm are made, which sign once every verifier can have them."
  type        = string
  default     = "ES256"
  nullable    = false

  validation {
    condition     = contains(["ES256", "RS256", "EdDSA"], var.signing_algorithm)
    error_message = "signing_algorithm must be ES256, RS256 or EdDSA."
  }
}

variable "key_rotation_days" {
  description = "After how many days another key signs, 1 to 3650; 0: only by hand. 30 by default."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.key_rotation_days >= 0 && var.key_rotation_days <= 3650 && floor(var.key_rotation_days) == var.key_rotation_days
    error_message = "key_rotation_days must be a whole number of 0 to 3650."
  }
}

variable "default_audience" {
  description = "What the tokens of a new client are for, an absolute URI; urn:m2m-oauth:api by default."
  type        = string
  default     = "urn:m2m-oauth:api"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$", var.default_audience)) && !can(regex("[#']", var.default_audience)) && length(var.default_audience) <= 512
    error_message = "default_audience must be an absolute URI such as https://api.example.com, in at most 512 printable ASCII characters without '#' and single quotes."
  }

  validation {
    condition     = !can(regex("(?i)^https?:", var.default_audience)) || can(regex("(?i)^https?://([a-z0-9_.-]+|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?([/?].*)?$", var.default_audience))
    error_message = "default_audience must have a host behind https://, such as https://api.example.com."
  }
}

variable "secret_storage" {
  description = "Where the values of new clients' secrets are kept: secrets_manager (default, $0.40 a month each) or none (shown once)."
  type        = string
  default     = "secrets_manager"
  nullable    = false

  validation {
    condition     = contains(["secrets_manager", "none"], var.secret_storage)
    error_message = "secret_storage must be secrets_manager or none."
  }
}

variable "log_level" {
  description = "How much the functions log: off, error, warn, info (default), debug or trace. Metrics are kept whatever it says."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["off", "error", "warn", "info", "debug", "trace"], var.log_level)
    error_message = "log_level must be off, error, warn, info, debug or trace."
  }
}

# What is kept, and with which keys.

variable "table_name" {
  description = "Name of the table, where it is not the stack's: after a restore, which makes a new table, {name}.{anything}."
  type        = string
  default     = null

  validation {
    condition     = var.table_name == null || can(regex("^[A-Za-z0-9_.-]{3,255}$", var.table_name)) && startswith(coalesce(var.table_name, "-"), "${var.name}.")
    error_message = "table_name must be ${var.name}.{anything}, in A-Z, a-z, 0-9, '_', '-' and '.': so no other stack's table is taken."
  }
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table; true by default. Set it to false, and apply, before destroying the stack."
  type        = bool
  default     = true
  nullable    = false
}

variable "table_kms_key_arn" {
  description = "ARN of an own KMS key for the table. Null: DynamoDB's own key, which costs nothing."
  type        = string
  default     = null

  validation {
    condition     = var.table_kms_key_arn == null || can(regex(local.kms_key_arn, var.table_kms_key_arn))
    error_message = "table_kms_key_arn must be the ARN of a key (not of an alias) in the stack's region, ${local.region}."
  }
}

variable "secrets_kms_key_arn" {
  description = "ARN of an own KMS key for secrets made from now on. Null: Secrets Manager's own key, which costs nothing."
  type        = string
  default     = null

  validation {
    condition     = var.secrets_kms_key_arn == null || can(regex(local.kms_key_arn, var.secrets_kms_key_arn))
    error_message = "secrets_kms_key_arn must be the ARN of a key (not of an alias) in the stack's region, ${local.region}."
  }
}

variable "logs_kms_key_arn" {
  description = "ARN of an own KMS key for the logs, whose policy allows CloudWatch Logs to use it. Null: CloudWatch's own key."
  type        = string
  default     = null

  validation {
    condition     = var.logs_kms_key_arn == null || can(regex(local.kms_key_arn, var.logs_kms_key_arn))
    error_message = "logs_kms_key_arn must be the ARN of a key (not of an alias) in the stack's region, ${local.region}."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept, as CloudWatch offers them; 30 by default."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of CloudWatch's: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

# Who is told when something is wrong.

variable "alarms" {
  description = "Whether there are alarms ($0.10 a month each); true by default."
  type        = bool
  default     = true
  nullable    = false
}

variable "alarm_actions" {
  description = "ARNs of what is told when an alarm starts and when it ends, such as an SNS topic. None by default."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.alarm_actions) == 0 || var.alarms
    error_message = "alarm_actions are never told anything while alarms is false."
  }

  validation {
    condition     = alltrue([for action in var.alarm_actions : startswith(action, "arn:")])
    error_message = "alarm_actions must be ARNs."
  }
}

variable "server_errors_alarm" {
  description = "Answers with 5xx in five minutes, of a function or of the API, beyond which there is an alarm; 5 by default."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.server_errors_alarm >= 0
    error_message = "server_errors_alarm must be 0 or more."
  }
}

variable "latency_alarm_ms" {
  description = "Milliseconds that the slowest hundredth of the requests may take, for 15 minutes, before there is an alarm; 1000 by default."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.latency_alarm_ms > 0
    error_message = "latency_alarm_ms must be more than 0."
  }
}

variable "dashboard" {
  description = "Whether there is a dashboard ($3 a month beyond an account's first three); true by default."
  type        = bool
  default     = true
  nullable    = false
}
