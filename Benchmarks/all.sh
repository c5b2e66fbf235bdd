#!/usr/bin/env bash
# all.sh PYTHON [DATA]: every comparison, with the programs in PATH and NASA's files in DATA.
set -euo pipefail
python=$1 data=${2:-$(dirname "$0")/../examples/data}
here=$(dirname "$0")
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

rows=$data/train_FD004.txt
[ -e "$rows" ] || rows=$data/train_FD001.txt.gz
grep -m 1 'model name' /proc/cpuinfo | cut -d: -f 2-
nproc | xargs echo "cores:"

echo; echo "## Rows"
"$python" "$here/rows.py" "$rows" --pandas
"$python" "$here/rows.py" "$rows" --copies 20 --repeats 3
echo; echo "## Forest"
for view in window statistics last "last --samples 0"; do
    "$python" "$here/forest.py" --bench "$(command -v borescope-bench)" --view $view $([ -e "$data/train_FD001.txt" ] && echo --data "$data")
done
if "$python" -c "import torch" 2> /dev/null; then
    echo; echo "## LSTM autoencoder"
    "$python" "$here/lstm.py" --bench "$(command -v borescope-bench)"
    "$python" "$here/lstm.py" --bench "$(command -v borescope-bench)" --threads 2 --scaling 6
    "$python" "$here/lstm_training.py" "$data" --bin "$(dirname "$(command -v train-lstmae)")"
    "$python" "$here/patchtst.py" --bench "$(command -v borescope-bench)"
fi
echo; echo "## Cold start"
"$python" "$here/start.py" cmapss-ingest cmapss-validate featurize window train-iforest score sweep-threshold evaluate
