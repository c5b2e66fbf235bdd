#!/usr/bin/env bash
# server-away.sh PYTHON: an MLflow server is killed in the middle of a training, and nothing is lost; a model that was asked
# for once judges while the server is away. Needs the programs in PATH, DATA, and the variables of with-mlflow-server.
set -euo pipefail
python=$1
here=$(dirname "$0")
export MLFLOW_TRACKING_URI=$BORESCOPE_MLFLOW_URL
name=turbofan-$$-$RANDOM
killserver() { kill -KILL -- "-$(<"$BORESCOPE_MLFLOW_GROUP")"; }

zcat "$DATA/train_FD001.txt.gz" | sed -n 1,4000p | cmapss-ingest --kind train | featurize --format npy -o train_FD001.npy

train-lstmae --epochs 4 --experiment "$name" --register "$name" --promote-if 'val_weighted_ap > current' \
    -o models/lstmae train_FD001.npy &
training=$!
until grep -qs val_loss "$HOME"/.local/state/borescope/outbox/*/journal.ndjson; do
    kill -0 $training
    sleep 0.05
done
killserver
wait $training

# Whatever the training could not deliver waits; the server is back soon.
for _ in $(seq 60); do
    if model-registry sync; then break; fi
    sleep 1
done
model-registry sync
"$python" "$here/check_server_run.py" "$MLFLOW_TRACKING_URI" "$name" models/lstmae

export BORESCOPE_MODEL=$name
score --model prod -o online.ndjson train_FD001.npy
killserver
MLFLOW_HTTP_REQUEST_MAX_RETRIES=0 score --model prod -o offline.ndjson train_FD001.npy 2>warning.txt
cmp online.ndjson offline.ndjson
