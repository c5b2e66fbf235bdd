#!/usr/bin/env bash
# score-batch.sh MODEL FOLDER BATCH...: score the rows of batch files, in order, as one uninterrupted stream.
#
# FOLDER/state keeps where the stream stopped, FOLDER/scores gets a file for each batch. The state moves on only after a
# batch has been scored whole: after a failure, run it again; a batch that has its scores is passed over.
set -euo pipefail
model=$1 folder=$2
shift 2
mkdir -p "$folder/state" "$folder/scores"
exec 9>"$folder/lock"
flock 9

# Puts a finished batch in its place, also one that a crash left half way.
settle() {
    [ -d "$folder/done" ] || return 0
    [ ! -e "$folder/done/scores" ] || mv "$folder/done/scores" "$folder/scores/$(cat "$folder/done/batch")"
    rm -rf "$folder/state"
    mv -T "$folder/done" "$folder/state"
}

settle
for batch in "$@"; do
    name=$(basename "$batch")
    [ ! -e "$folder/scores/$name" ] || continue
    rm -rf "$folder/next"
    cp -r "$folder/state" "$folder/next"
    echo "$name" >"$folder/next/batch"
    featurize --state "$folder/next/featurize" "$batch" |
        score --model "$model" --state "$folder/next/score" -o "$folder/next/scores"
    mv -T "$folder/next" "$folder/done" # from here on the batch is done, its scores and the state together
    settle
done
