#!/usr/bin/env bash
# compare.sh [DATA] [OUTPUT]: every detector on every subset of C-MAPSS in DATA, as one table.
#
# Needs the programs and jq in PATH. DATA holds train_FD00x.txt and, where there are any, test_FD00x.txt with RUL_FD00x.txt,
# plain or compressed. A subset with a test file is judged on it; without one, the figures are those of the units that the
# trainer held back to choose the threshold on, weighted as if they had been cut off at random. SEEDS="0 1 2" trains each
# detector so many times; then every seed is a line. Models, scores and evaluations are kept in OUTPUT (report/compare).
set -euo pipefail
data=${1:-$(dirname "$0")/../examples/data}
output=${2:-report/compare}
seeds=${SEEDS:-0}
detectors=${DETECTORS:-iforest lstmae patchtst}
mkdir -p "$output"

# The file NAME or NAME.gz in DATA, or nothing.
file() { for found in "$data/$1" "$data/$1.gz"; do if [ -f "$found" ]; then echo "$found"; fi; done | head -n 1; }

columns='["subset", "detector", "seed", "judged on", "F1", "95 %", "precision", "recall", "AUC", "AP", "detected", "lead",
    "false alarms/1000"]'
# A number with three digits after the point, or a dash.
number='def number: if . == null then "-" else "\(. * 1000 | round / 1000)" end;'
table="$output/comparison.tsv"
jq -n -r "$columns | @tsv" >"$table"

for subset in FD001 FD002 FD003 FD004; do
    train=$(file train_$subset.txt) test=$(file test_$subset.txt) rul=$(file RUL_$subset.txt)
    [ -n "$train" ] || continue
    cmapss-ingest "$train" | featurize --format npy -o "$output/$subset.train.npy"
    if [ -n "$test" ] && [ -n "$rul" ]; then
        cmapss-ingest "$test" --rul "$rul" | featurize --format npy -o "$output/$subset.test.npy"
    fi
    for detector in $detectors; do
        for seed in $seeds; do
            name=$subset-$detector-$seed
            echo "$name" >&2
            "train-$detector" --quiet --seed "$seed" -o "$output/$name" "$output/$subset.train.npy"
            if [ -f "$output/$subset.test.npy" ]; then
                score --quiet --model "$output/$name" --contributions 0 -o "$output/$name.ndjson" "$output/$subset.test.npy"
                evaluate --quiet --json "$output/$name.json" "$output/$name.ndjson" >/dev/null
                jq -r "$number"' .models[0] | [$subset, $detector, $seed, "test units", (.metrics.f1 | number),
                    (.intervals_95.f1 // [null, null] | map(number) | join("-")), (.metrics.precision | number),
                    (.metrics.recall | number), (.metrics.auc_roc | number), (.metrics.average_precision | number),
                    "\(.alarms.detected_units) of \(.alarms.failing_units)", (.alarms.lead_time_median | number),
                    (.alarms.false_alarms_per_1000 | number)] | @tsv' \
                    --arg subset $subset --arg detector $detector --arg seed $seed "$output/$name.json"
            else
                jq -r "$number"' .metrics.sets | (.validation_weighted // .validation) |
                    [$subset, $detector, $seed, "validation", (.f1 | number), "-", (.precision | number),
                    (.recall | number), (.auc_roc | number), (.average_precision | number), "-", "-", "-"] | @tsv' \
                    --arg subset $subset --arg detector $detector --arg seed $seed "$output/$name/model.json"
            fi >>"$table"
        done
    done
done
column -t -s $'\t' "$table"
