#!/usr/bin/env bash
# Measures a service and fails the job when it is too slow: SERVICE_URL, and optionally RATE, DURATION, OUT.
# Codes: 0 good, 96 the machine could not measure (try again, do not trust the numbers), 99 a threshold failed, 2 a mistake here.
set -euo pipefail

: "${SERVICE_URL:?give the URL of the service}"
OUT=${OUT:-replay-out}

run() {
  replay --rate "${RATE:-50/s}" --duration "${DURATION:-30s}" --seed 1 \
    --backend http --url "$SERVICE_URL" --warmup "${WARMUP:-2s}" \
    ${THRESHOLDS:+--junit "$OUT.xml"} ${THRESHOLDS:-} --quiet --out "$1"
}

# A shared machine is sometimes too busy to measure: twice more, then that is the result.
code=0
for attempt in 1 2 3; do
  code=0
  run "$OUT/attempt-$attempt" || code=$?
  [ "$code" -eq 96 ] || break
done

last="$OUT/attempt-$attempt"
cp "$last/report.json" "$last/report.html" "$OUT/"
replay export "$last" --format csv -o "$OUT/samples.csv"
exit "$code"
