#!/usr/bin/env bash
# Looks for what is unsafe, impossible or forgotten in infra/, without AWS and without the network.
#
#   tools/check-infra.sh              checkov over the Terraform code
#   tools/check-infra.sh plan.json    that, and checkov and cfn-lint over what the plan makes (`terraform show -json`)
#
# Fails on any finding. A finding that is meant to be is skipped in place, with its reason:
# `#checkov:skip=ID: reason`.
set -euo pipefail
cd "$(dirname "$0")/.."

unexplained=$(grep -rnE 'checkov:skip=' --include='*.tf' infra | grep -vE 'checkov:skip=CKV2?_[A-Z]+_[0-9]+: .{20,}' || true)
if [ -n "$unexplained" ]; then
	echo "these skips give no reason:" >&2
	echo "$unexplained" >&2
	exit 1
fi

# The root hands every variable of the module on; its own is the region.
names() { sed -n 's/^variable "\(.*\)" {$/\1/p' "$@" | grep -vx region | sort; }
if ! diff <(names infra/variables.tf) <(names infra/modules/m2m-oauth/variables*.tf) >&2; then
	echo "infra/variables.tf and the module's differ: < only the root has it, > only the module" >&2
	exit 1
fi

findings=$(mktemp -d)
trap 'rm -rf "$findings"' EXIT

# scan WHAT OPTION...: one run of checkov, whose own exit status says nothing of an empty scan.
scan() {
	local what=$1
	shift
	.venv/bin/checkov "$@" --skip-download --soft-fail --output json >"$findings/checkov.json"
	.venv/bin/python - "$what" "$findings/checkov.json" <<'PYTHON'
import json, sys
what, path = sys.argv[1:]
report = json.load(open(path))
for finding in report["results"]["failed_checks"]:
    place = "{}:{}".format(finding["file_path"], finding["file_line_range"][0])
    print(place, finding["check_id"], finding["check_name"], finding["resource"], file=sys.stderr)
summary = report["summary"]
print("checkov: {passed} passed, {failed} failed, {skipped} skipped in the {}".format(what, **summary))
# A scan that finds nothing to look at finds nothing wrong either.
sys.exit(bool(summary["failed"] or summary["parsing_errors"] or not summary["passed"]))
PYTHON
}

scan code --framework terraform --directory infra

if [ $# -gt 0 ]; then
	# The plan has every instance and value; the code has the reasons of what is skipped.
	scan plan --framework terraform_plan --file "$1" --repo-root-for-plan-enrichment infra

	.venv/bin/python tools/plan_to_template.py <"$1" >"$findings/template.json"
	.venv/bin/cfn-lint --non-zero-exit-code informational --template "$findings/template.json"
	.venv/bin/python - "$findings/template.json" <<'PYTHON'
import collections, json, sys
kinds = collections.Counter(r["Type"] for r in json.load(open(sys.argv[1]))["Resources"].values())
print("cfn-lint: nothing wrong with", ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
sys.exit("AWS::IAM::ManagedPolicy" not in kinds)
PYTHON
fi
