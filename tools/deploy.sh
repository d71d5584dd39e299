#!/usr/bin/env bash
# Puts the packages into the AWS account that the credentials belong to; `make deploy` runs it.
#
#   tools/deploy.sh prod.tfvars target/lambda
#
# Each var file has a workspace of its own, named after it, so that two environments never share a state.
set -euo pipefail

refuse() {
	echo "error: $1" >&2
	exit 2
}

vars=$(realpath "${1:?the var file}")
packages=$(realpath --canonicalize-missing "${2:?the directory of the packages}")
cd "$(dirname "$0")/../infra"
workspace=$(basename "$vars" .json)
workspace=${workspace%.tfvars}

# Terraform cannot see it, and a function for the other kind of machine dies at each start.
architecture=$(python3 ../tools/package.py --architecture "$packages") || exit 2

terraform init
terraform workspace select -or-create "$workspace"

# What the file says: the stack's name, its region or "-", its architecture or "-".
wanted='join(" ", [var.name, coalesce(var.region, "-"), coalesce(var.architecture, "-")])'
if ! said=$(terraform console -no-color -var-file="$vars" <<<"$wanted" 2>&1); then
	echo "$said" >&2
	refuse "Terraform cannot read $vars or its state, as it says above."
fi

# Terraform only warns of a variable in a file that nobody declared; a misspelt one must not go unnoticed.
unknown=$(sed -n 's/.*declare a variable named "\([^"]*\)".*/\1/p' <<<"$said" | paste -sd ' ')
[ -z "$unknown" ] || refuse "$vars sets what is no variable of infra/: $unknown. infra/variables.tf has the list."

read -r name region wanted_architecture < <(tail -n 1 <<<"$said" | tr -d '"')
if [ "$wanted_architecture" != - ] && [ "$wanted_architecture" != "$architecture" ]; then
	refuse "$vars says architecture = $wanted_architecture, but the packages in $packages are for $architecture. Leave it out, and what was built is deployed."
fi

# Two files of one name in two directories would otherwise replace each other's stack.
deployed=$(terraform output -json | python3 -c 'import json, sys
outputs = json.load(sys.stdin)
print(*(outputs[name]["value"] for name in ("secret_prefix", "region") if name in outputs))')
read -r there where <<<"$deployed"
if [ "$name" != "${there:-$name}" ] || { [ "$region" != - ] && [ "$region" != "${where:-$region}" ]; }; then
	refuse "the workspace $workspace is that of the stack $there in $where, and $vars describes another: give its file another name."
fi

terraform apply -var-file="$vars" -var="package_dir=$packages" -var="architecture=$architecture"

issuer=$(terraform output -raw issuer)
targets=$(terraform output -json domain_targets)
if [ "$targets" != "{}" ]; then
	echo
	echo "Point the DNS records of your domains to: $targets"
fi

# The first start of `clients` makes the signing keys, and until then there are no tokens: so it is started.
if curl --silent --output /dev/null --max-time 30 "$issuer/v1/me" &&
	curl --silent --fail --output /dev/null --max-time 30 --retry 3 "$issuer/healthz"; then
	echo "The service answers at $issuer."
else
	cat <<END
The service is at $issuer, which cannot be reached from here yet. As soon as it can, see that it answers:

  curl $issuer/v1/me     # 401; the function's first start made the signing keys
  curl $issuer/healthz   # 200
END
fi

cat <<END

Next, the first client. Somebody whom iam_principals names goes straight on with Terraform (aws_iam of the
provider); otherwise make an admin client with the credentials that you just used:

  $(terraform output -raw bootstrap_command)

docs/operations.md goes on from there.
END
