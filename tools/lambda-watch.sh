#!/usr/bin/env bash
# Runs the functions under cargo-lambda's emulator, on a stand-in of DynamoDB and Secrets Manager; `make
# lambda-watch` runs it, and docs/local-lambda.md tells how to use it. Ctrl-C ends all of it.
#
# PORT       where the functions answer, on 127.0.0.1 only; 9000 by default
# DATA_DIR   what the stand-in keeps; .m2m-lambda by default
# M2M        the program m2m; built if it is not said
set -euo pipefail
cd "$(dirname "$0")/.."

port=${PORT:-9000}
data_dir=${DATA_DIR:-.m2m-lambda}
m2m=${M2M:-${CARGO_TARGET_DIR:-target}/debug/m2m}
export PATH="$PWD/.venv/bin:$PATH"
export M2M_ISSUER=http://127.0.0.1:$port M2M_TABLE=m2m M2M_SECRET_PREFIX=m2m

# All at once and without --package, as the emulator builds them: nothing is compiled twice, and the first request
# does not wait.
programs=()
for function in functions/*/; do
	programs+=(--bin "$(basename "$function")")
done
[ -n "${M2M:-}" ] || programs+=(--bin m2m)
cargo build "${programs[@]}"

# The stand-in prints the exports that lead to it, and then serves until it is ended.
exports=$(mktemp)
"$m2m" aws-stand-in --data-dir "$data_dir" --listen 127.0.0.1:0 >"$exports" &
stand_in=$!
trap 'kill "$stand_in" 2>/dev/null || true; wait "$stand_in" 2>/dev/null || true; rm -f "$exports"' EXIT
until [ "$(wc -l <"$exports")" -ge 2 ]; do
	kill -0 "$stand_in" 2>/dev/null || exit 1
	sleep 0.1
done
. "$exports"

"$m2m" admin bootstrap --out "$data_dir/admin.json" --permissions 'read write'
echo "the functions answer on $M2M_ISSUER"

# Without the address it listens on every interface, and with its CORS it answers pages of any origin.
cargo lambda watch --invoke-address 127.0.0.1 --invoke-port "$port" --disable-cors
