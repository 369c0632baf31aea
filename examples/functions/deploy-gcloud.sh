#!/usr/bin/env bash
# Deploys to Google Cloud Functions, generation 2:
#   MODEL=gs://bucket/model.onnx ./deploy-gcloud.sh [name] [region]
# RUNTIME (ort, tfjs-wasm) and COLD_START (sequential, parallel-1, parallel-2) are passed on.
#
# Generation 1: the same with --no-gen2 in place of --gen2, without --concurrency and --cpu, and --memory=2048MB.
set -euo pipefail
cd "$(dirname "$0")"

name=${1:-replay-predict}
region=${2:-us-central1}
: "${MODEL:?set MODEL to gs://bucket/object, an https address, or the path of a file in the package}"

npm ci
npm run build
gcloud functions deploy "$name" \
  --gen2 \
  --region="$region" \
  --runtime=nodejs22 \
  --source=. \
  --entry-point=predict \
  --trigger-http \
  --no-allow-unauthenticated \
  --memory=2Gi \
  --cpu=1 \
  --concurrency=1 \
  --timeout=60s \
  --set-env-vars="MODEL=$MODEL,RUNTIME=${RUNTIME:-ort},COLD_START=${COLD_START:-sequential},MEMORY_MB=2048"
