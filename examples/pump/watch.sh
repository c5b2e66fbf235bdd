#!/usr/bin/env bash
# watch.sh [FOLDER]: the turbofan's pipe on another machine: a fleet of pumps with eight sensors of other names, no labels.
# Learns from the first 120 rows of each pump, when all were sound, and judges the rest as it would arrive.
set -euo pipefail
here=$(dirname "$0")
folder=${1:-report/pump}
mkdir -p "$folder"

python3 "$here/generate.py" --units 24 --faulty 5 --faults "$folder/faults.txt" >"$folder/rows.ndjson"
jq -c 'select(.cycle <= 120)' "$folder/rows.ndjson" | featurize |
    train-iforest --config "$here/train-iforest.yaml" -o "$folder/model"

featurize "$folder/rows.ndjson" | score --model "$folder/model" -o "$folder/scores.ndjson"

echo "alarms (unit, cycle, why):"
"$here/../pipelines/alarms.sh" 5 "$folder/scores.ndjson"
echo "bearings that do wear, and since when:"
cat "$folder/faults.txt"
