#!/usr/bin/env bash
# Starts a service, replays against it, and fails where replay.yaml asks for more than it gives. What it leaves is in $OUT.
# Ends with 0 (good), 99 (a threshold failed), 96 (this machine was too busy to tell, $ATTEMPTS times), 2 (fix the set-up).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

export PORT=${PORT:-8080}
export REPLAY_RUN_URL=${REPLAY_RUN_URL:-http://127.0.0.1:$PORT/}
OUT=${OUT:-replay-out}
mkdir -p "$OUT"

# 1. The service; it ends with this script.
${SERVICE:-node "$here/service.js"} >"$OUT/service.log" 2>&1 &
service=$!
trap 'kill "$service" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  (: <"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && break
  kill -0 "$service" || { cat "$OUT/service.log"; exit 2; }
  sleep 0.2
done

# 2. The run. One that this machine disturbed (INVALID) is made again; the attempts before the last are kept inside its folder.
code=0 run=$OUT/run
replay --config "$here/replay.yaml" --attempts "${ATTEMPTS:-3}" --out "$run" \
  --junit "$OUT/junit.xml" --summary "$OUT/summary.md" || code=$?

# 3. What to keep; without a run there is none.
if [ -e "$run/report.json" ]; then
  cp "$run/report.json" "$run/report.html" "$OUT/"
  replay export "$run" --format csv -o "$OUT/samples.csv"
fi
exit "$code"
