#!/usr/bin/env bash
# demo.sh [DATA]: NASA's subset FD001, from text files to judged engines.
# Needs the programs in PATH; writes models/ and report/ in the current folder, and records runs where MLFLOW_TRACKING_URI
# says, or in mlflow.db of this folder.
set -euo pipefail
data=${1:-$(dirname "$0")/../data}
mkdir -p models report

# Each training becomes a run and a version of one registered model; the best of them goes to Production.
record=(--register turbofan --promote-if 'val_weighted_ap > current' --tag subset=FD001)

say() { printf '\n== %s\n\n' "$*"; }

say "The training file: 100 engines run to failure. Label, check, compute features"
cmapss-ingest "$data/train_FD001.txt.gz" |
    cmapss-validate --report report/validation.json |
    featurize --format npy -o report/train.npy

say "Train an isolation forest on healthy windows, and its sensor weights on labels; choose its threshold on engines it has not seen"
train-iforest "${record[@]}" -o models/iforest report/train.npy | tee report/training.txt

say "Train an LSTM autoencoder on the same rows (a few minutes on one core)"
train-lstmae "${record[@]}" -o models/lstmae report/train.npy | tee -a report/training.txt

say "Train a forecasting transformer, PatchTST"
train-patchtst "${record[@]}" -o models/patchtst report/train.npy | tee -a report/training.txt

say "The test file: 100 engines that stop before they fail. Score every row from an engine's 30th on"
cmapss-ingest "$data/test_FD001.txt.gz" --rul "$data/RUL_FD001.txt" |
    cmapss-validate |
    featurize --format npy -o report/test.npy
for model in iforest lstmae patchtst; do score --model models/$model -o report/$model.ndjson report/test.npy; done
echo "The last record of report/iforest.ndjson:"
tail -n 1 report/iforest.ndjson

say "What other thresholds would have done on the test file (hindsight: for the eye, never for choosing)"
sweep-threshold --weights none --grid 0.1:0.9:9 report/iforest.ndjson | tee report/sweep.txt

say "How good the decisions are"
evaluate --json report/evaluation.json --html report/evaluation.html \
    --run model report/iforest.ndjson report/lstmae.ndjson report/patchtst.ndjson | tee report/evaluation.txt

say "The registry: what was trained, and which version is in Production"
model-registry list
model-registry history turbofan
model-registry verify

say "The engines by the model in Production, whichever that is: the worst five now"
score --model prod --contributions 3 report/test.npy |
    jq -r '[.unit_id, .cycle, (.anomaly_score * 1000 | round / 1000), .model_version] | @tsv' |
    awk '{ last[$1] = $0 } END { for (unit in last) print last[unit] }' | sort -t "$(printf '\t')" -k 3,3gr | head -n 5

store=${MLFLOW_TRACKING_URI:-sqlite:///$PWD/mlflow.db}
printf '\nRuns, curves and versions in MLflow (pip install mlflow), at http://127.0.0.1:5000:\n'
case $store in
http*) printf '%s\n' "$store" ;;
*) printf 'mlflow ui --backend-store-uri %s\n' "$store" ;;
esac
printf '\nThe models are in models/, all numbers in report/. With curves, engines and protocol, to be opened in a browser:\n%s\n' \
    "$PWD/report/evaluation.html"
