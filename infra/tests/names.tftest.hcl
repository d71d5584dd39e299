# Two stacks of one account, one of whose names is the start of the other's, never meet.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  package_dir = "tests/packages"
}

run "short" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    name       = "m2m"
    table_name = "m2m.restored"
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : startswith(role.name, "m2m-") && endswith(role.name, "-eu-west-1")])
    error_message = "roles have no region of their own"
  }

  assert {
    condition     = aws_cloudwatch_dashboard.this[0].dashboard_name == "m2m-eu-west-1"
    error_message = "dashboards have no region of their own"
  }

  assert {
    condition     = toset([for alarm in aws_cloudwatch_metric_alarm.this : split("-", trimprefix(alarm.alarm_name, "m2m-"))[0]]) == toset(["token", "clients", "maintenance", "api", "table"])
    error_message = "an alarm is called otherwise than {name}-{what it watches}-{what is wrong}"
  }
}

run "long" {
  command = plan

  module {
    source = "./modules/m2m-oauth"
  }

  variables {
    name = "m2m-token"
  }

  assert {
    condition     = output.table_name != run.short.table_name && output.secret_prefix != run.short.secret_prefix
    error_message = "the stores meet"
  }

  assert {
    condition     = length(setintersection(values(output.function_names), values(run.short.function_names))) == 0
    error_message = "functions meet"
  }

  assert {
    condition     = length(setintersection(values(output.log_groups), values(run.short.log_groups))) == 0
    error_message = "log groups meet"
  }

  # A pattern of one policy would have to begin like the other's, up to its first wildcard.
  assert {
    condition = alltrue(flatten([
      for ours in flatten([for policy in output.policies : jsondecode(policy).Statement[*].Resource]) : [
        for theirs in flatten([for policy in run.short.policies : jsondecode(policy).Statement[*].Resource]) :
        !startswith(split("*", split("?", ours)[0])[0], split("*", split("?", theirs)[0])[0]) && !startswith(split("*", split("?", theirs)[0])[0], split("*", split("?", ours)[0])[0])
      ]
    ]))
    error_message = "a policy of one stack reaches into the other"
  }
}
