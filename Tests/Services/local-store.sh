#!/usr/bin/env bash
# local-store.sh PYTHON: two trainings in a fresh local store, looked at by MLflow's client in PYTHON, and used on after that.
# Needs the programs in PATH and DATA; works in the current folder.
set -euo pipefail
python=$1
here=$(dirname "$0")
unset MLFLOW_TRACKING_URI

zcat "$DATA/train_FD001.txt.gz" | sed -n 1,4000p | cmapss-ingest --kind train | featurize --format npy -o train_FD001.npy
train-iforest --register turbofan --promote-if 'val_weighted_ap > current' -o models/iforest train_FD001.npy
train-lstmae --epochs 2 --register turbofan --stage staging -o models/lstmae train_FD001.npy
score --model prod train_FD001.npy | evaluate --run model --bootstrap 0 >evaluation.txt

"$python" "$here/check_local_store.py" "$PWD/mlflow.db" turbofan

# The store has MLflow's newest schema now.
model-registry promote staging --why 'after the upgrade'
[ "$(model-registry resolve turbofan@champion)" = "$(model-registry resolve turbofan/1)" ]
train-iforest --trees 20 --register turbofan -o models/small train_FD001.npy
model-registry list --all --json versions.json >list.txt
[ "$(jq -r '[.[] | .version + " " + .stage] | join(", ")' versions.json)" = \
    "turbofan/3 None, turbofan/2 Production, turbofan/1 Archived" ]
model-registry verify turbofan/1 turbofan/2 turbofan/3
sqlite=$("$python" -c 'import sqlite3; print(sqlite3.connect("mlflow.db").execute("select version_num from alembic_version").fetchone()[0])')
[ "$sqlite" != 3500859a5d39 ]
