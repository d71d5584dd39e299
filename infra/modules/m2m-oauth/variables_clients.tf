# How clients prove who they are.

variable "allow_private_fetch" {
  description = "Whether the keys of clients (jwks_uri) and of trusted issuers may be fetched from private addresses; false by default. A function reaches those only inside a VPC, and this module puts none into one: that takes a change of it."
  type        = bool
  default     = false
  nullable    = false
}

variable "assertion_leeway_seconds" {
  description = "How far the clock of whoever signs a client assertion may be off, 0 to 60 seconds; 10 by default."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.assertion_leeway_seconds >= 0 && var.assertion_leeway_seconds <= 60 && floor(var.assertion_leeway_seconds) == var.assertion_leeway_seconds
    error_message = "assertion_leeway_seconds must be a whole number of 0 to 60."
  }
}

variable "dpop_nonce_required" {
  description = "Whether DPoP proofs need a nonce of this service (RFC 9449 section 8), which costs a client a second request now and then; false by default."
  type        = bool
  default     = false
  nullable    = false
}

variable "secret_in_use_hours" {
  description = "A secret that got a token within so many hours, 2 to 720, is retired only by force or with an overlap. 24 by default."
  type        = number
  default     = 24
  nullable    = false

  validation {
    condition     = var.secret_in_use_hours >= 2 && var.secret_in_use_hours <= 720 && floor(var.secret_in_use_hours) == var.secret_in_use_hours
    error_message = "secret_in_use_hours must be a whole number of 2 to 720."
  }
}
