#!/usr/bin/env bash
# compare.sh [DATA] [OUTPUT]: every detector on every subset of C-MAPSS in DATA, as one table in Markdown.
#
# Needs the programs and jq in PATH. DATA holds train_FD00x.txt and, where there are any, test_FD00x.txt with RUL_FD00x.txt,
# plain or compressed. A subset with a test file is judged on it; without one, on the engines that the trainer held back to
# choose the threshold on. Each detector is trained once for each of SEEDS="0 1 2", which also splits the engines anew; where
# train-ensemble is in PATH, an ensemble of MEMBERS="iforest lstmae" of the same seed follows. Models, records and evaluations
# are kept in OUTPUT (report/compare), the table in OUTPUT/comparison.md.
set -euo pipefail
data=${1:-$(dirname "$0")/../examples/data}
output=${2:-report/compare}
seeds=${SEEDS:-0 1 2}
members=${MEMBERS:-iforest lstmae}
detectors=${DETECTORS:-iforest lstmae patchtst}
if [ -z "${DETECTORS:-}" ] && command -v train-ensemble >/dev/null; then detectors="$detectors ensemble"; fi
mkdir -p "$output"
runs=$output/runs.ndjson
: >"$runs"

# The file NAME or NAME.gz in DATA, or nothing.
file() { for found in "$data/$1" "$data/$1.gz"; do if [ -f "$found" ]; then echo "$found"; fi; done | head -n 1; }

# train DETECTOR SUBSET SEED: writes OUTPUT/SUBSET-DETECTOR-SEED.
train() {
    local options=(--quiet -o "$output/$2-$1-$3")
    if [ "$1" = ensemble ]; then
        # Its members' seed is its own.
        for member in $members; do options+=(--member "$output/$2-$member-$3"); done
    else
        options+=(--seed "$3")
    fi
    "train-$1" "${options[@]}" "$output/$2.train.npy"
}

# judge NAME SUBSET: the evaluation of model NAME on the test file, or else on its validation engines.
judge() {
    local model=$output/$1 records=$output/$1.ndjson score=(score --quiet --contributions 0 --model "$output/$1")
    if [ -f "$output/$2.test.npy" ]; then
        "${score[@]}" -o "$records" "$output/$2.test.npy"
        evaluate --quiet --weights none --json - "$records"
    else
        "${score[@]}" "$output/$2.train.npy" |
            jq -c --slurpfile model "$model/model.json" \
                '$model[0].training.units.validation as $units | select(.unit_id | IN($units[]))' >"$records"
        evaluate --quiet --weights truncation --json - "$records"
    fi
}

for subset in FD001 FD002 FD003 FD004; do
    train=$(file train_$subset.txt) test=$(file test_$subset.txt) rul=$(file RUL_$subset.txt)
    [ -n "$train" ] || continue
    rm -f "$output/$subset.test.npy"
    cmapss-ingest "$train" | featurize --format npy -o "$output/$subset.train.npy"
    if [ -n "$test" ] && [ -n "$rul" ]; then
        cmapss-ingest "$test" --rul "$rul" | featurize --format npy -o "$output/$subset.test.npy"
    fi
    place=0
    for detector in $detectors; do
        place=$((place + 1))
        for seed in $seeds; do
            name=$subset-$detector-$seed
            echo "$name" >&2
            train "$detector" "$subset" "$seed"
            judge "$name" "$subset" >"$output/$name.json"
            jq -c --slurpfile model "$output/$name/model.json" --arg subset "$subset" --arg detector "$detector" \
                --argjson seed "$seed" --argjson place "$place" \
                '.models[0] | {$subset, $detector, $seed, $place, on: (if .protocol.weights == "none" then "test" else "validation" end),
                    metrics, intervals_95, alarms, vwap: $model[0].metrics.sets.validation_weighted.average_precision}' \
                "$output/$name.json" >>"$runs"
        done
    done
done

jq -rs --arg seeds "$seeds" '
    def mean: map(select(. != null)) | if length == 0 then null else add / length end;
    # A number with `digits` decimals, or a dash.
    def fixed(digits): if . == null then "–" else
        (. * pow(10; digits) | round | tostring | until(length > digits; "0" + .)) |
        if digits == 0 then . else .[:-digits] + "." + .[-digits:] end end;
    # The mean of a metric, and of the ends of its intervals.
    def metric(name): "\(map(.metrics[name]) | mean | fixed(3)) (\(map(.intervals_95[name][0]) | mean | fixed(2))–\(
        map(.intervals_95[name][1]) | mean | fixed(2)))";
    def called: {iforest: "isolation forest", lstmae: "LSTM autoencoder", patchtst: "PatchTST"}[.] // .;
    def row: "| " + join(" | ") + " |";
    def heads: (row, (map("---") | row));
    (["subset", "detector", "judged on", "F1 (95 %)", "F1 by seed", "AUC", "AP (95 %)", "vwAP", "detected",
        "false alarms / 1000"] | heads),
    (group_by([.subset, .place])[] | sort_by(.seed) | [.[0].subset, (.[0].detector | called), .[0].on, metric("f1"),
        (map(.metrics.f1 | fixed(2)) | join(" ")), (map(.metrics.auc_roc) | mean | fixed(3)), metric("average_precision"),
        (map(.vwap) | mean | fixed(3)),
        "\(map(.alarms.detected_units) | mean | fixed(1)) of \(map(.alarms.failing_units) | mean | fixed(0))",
        (map(.alarms.false_alarms_per_1000) | mean | fixed(2))] | row),
    "",
    (if (map(.subset) | unique | length) > 1 then
        (["detector", "mean vwAP of \(map(.subset) | unique | join(", "))"] | heads),
        (group_by(.place)[] | [(.[0].detector | called), (map(.vwap) | mean | fixed(3))] | row), ""
    else empty end),
    "Means over seeds \($seeds), each of which also splits the training engines anew. Judged on *test*: NASA’s test file, which chose "
    + "nothing; on *validation*: the fifth of the training engines that chose the threshold, so that F1 flatters; their rows count by "
    + "the chance that they survive a random cut of their engine. vwAP is the average precision of validation engines under those "
    + "weights. An interval is what 1,000 draws of whole engines span for one trained model, its ends averaged over the seeds: it "
    + "tells how another fleet of this size might fare, while the seeds beside it tell how another training might."
' "$runs" | tee "$output/comparison.md"
