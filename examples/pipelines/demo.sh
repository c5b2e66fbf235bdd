#!/usr/bin/env bash
# demo.sh [DATA]: NASA's subset FD001, from text files to judged engines.
# Needs the programs in PATH; writes models/iforest and report/ in the current folder.
set -euo pipefail
data=${1:-$(dirname "$0")/../data}
mkdir -p models report

say() { printf '\n== %s\n\n' "$*"; }

say "The training file: 100 engines run to failure. Label, check, compute features"
cmapss-ingest "$data/train_FD001.txt.gz" |
    cmapss-validate --report report/validation.json |
    featurize --format npy -o report/train.npy

say "Train an isolation forest on healthy windows; choose its threshold on engines it has not seen"
train-iforest -o models/iforest report/train.npy | tee report/training.txt

say "The test file: 100 engines that stop before they fail. Score every row from an engine's 30th on"
cmapss-ingest "$data/test_FD001.txt.gz" --rul "$data/RUL_FD001.txt" |
    cmapss-validate |
    featurize --format npy |
    score --model models/iforest -o report/scores.ndjson
wc -l <report/scores.ndjson | xargs printf '%s records in report/scores.ndjson; the last one:\n'
tail -n 1 report/scores.ndjson

say "What other thresholds would have done on the test file (hindsight: for the eye, never for choosing)"
sweep-threshold --weights none --grid 0.3:0.7:9 report/scores.ndjson | tee report/sweep.txt

say "How good the decisions are"
evaluate --json report/evaluation.json report/scores.ndjson | tee report/evaluation.txt

printf '\nThe model is in models/iforest, all numbers in report/.\n'
