#!/usr/bin/env python3
"""Compares settings of a trainer on validation engines: what docs/quality.md reports.

    settings.py [--tool train-iforest] [--seeds 6] TRAIN_FILE... [-- NAME=YAML ...]

Trains with each of the settings on each file of rows (NDJSON or npy, from cmapss-ingest) once per seed, which also splits
the engines anew, and prints the mean weighted average precision of the validation engines, per file and over the files.
Test files have no part in it.

    settings.py train1.npy train2.npy -- 'more trees=forest: {trees: 500}' 'no slopes=features: {derive: [ewm_5]}'
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile


def measure(tool, rows, seed, settings):
    """The weighted average precision of one training's validation engines."""
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder, "model")
        configuration = pathlib.Path(folder, "settings.yaml")
        configuration.write_text(settings)
        command = [tool, "--quiet", "--seed", str(seed), "--config", configuration, "-o", model, rows]
        subprocess.run(command, check=True)
        sets = json.loads((model / "model.json").read_text())["metrics"]["sets"]
        return sets["validation_weighted"]["average_precision"]


def main():
    words = sys.argv[1:]
    variants = {"as shipped": ""}
    if "--" in words:
        at = words.index("--")
        variants |= dict(word.split("=", 1) for word in words[at + 1 :])
        words = words[:at]
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--tool", default="train-iforest")
    parser.add_argument("--seeds", type=int, default=6)
    options = parser.parse_args(words)
    for name, settings in variants.items():
        means = [
            statistics.mean(measure(options.tool, rows, seed, settings) for seed in range(options.seeds))
            for rows in options.files
        ]
        print(f"{name:40}", *(f"{mean:.3f}" for mean in means), f"  mean {statistics.mean(means):.3f}", flush=True)


if __name__ == "__main__":
    main()
