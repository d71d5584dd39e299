resource "aws_dynamodb_table" "this" {
  #checkov:skip=CKV_AWS_119: DynamoDB always encrypts, with a key of its own that costs nothing; table_kms_key_arn sets an own one
  name         = local.table_name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"
  tags         = local.tags

  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  # Only cleans up: the service checks expiry against its clock.
  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  dynamic "server_side_encryption" {
    for_each = compact([var.table_kms_key_arn])

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  # Replicas in other regions, and the stream that they need, are the operator's: docs/operations.md, "A lost region".
  lifecycle {
    ignore_changes = [replica, stream_enabled, stream_view_type]
  }
}
