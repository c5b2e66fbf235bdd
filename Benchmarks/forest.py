#!/usr/bin/env python3
"""Isolation forest, fit and score: Borescope against scikit-learn and isotree, one thread each, in one go.

    Benchmarks/forest.py --bench .build/release/borescope-bench [--data DIR] [--rows 50000] [--view window]

Every side gets the same windows (30 x 14, FD001 with --data, else random walks) in memory, 200 trees of 256 samples,
and is timed inside its process around fit and score alone. With --view last the rows are what train-iforest sees of them
by default, 42 numbers: of each sensor an exponentially weighted mean, its distance from the engine's first cycles, and its
slope; with --samples 0 a tree learns from all windows. The sides take turns, and the best of each side's turns counts,
so that another program on the machine hurts all of them alike. scikit-learn and isotree get the float32 (float64 for isotree, which has no other) matrix they need, made beforehand; Borescope's time
includes making the view it looks at.
"""
import argparse, collections, json, os, subprocess, sys, tempfile, time

for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(variable, None)
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
from isotree import IsolationForest as IsoTree
from sklearn.ensemble import IsolationForest

SENSORS = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21]


def derived(rows, units):
    """ewm_10, dev_ewm_10 and slope_10_100 of each column."""
    def weighted(rows, span):
        share, mean = 2 / (span + 1), rows.copy()
        for row in range(1, len(rows)):
            mean[row] += (1 - share) * (mean[row - 1] - rows[row])
        return mean

    parts = []
    for unit in np.unique(units):
        own = rows[units == unit]
        short = weighted(own, 10)
        parts.append(np.hstack([short, short - own[:20].mean(0), short - weighted(own, 100)]))
    return np.vstack(parts)


def turbofan_rows(directory, view):
    table = np.loadtxt(os.path.join(directory, "train_FD001.txt"))
    rows = table[:, [4 + s for s in SENSORS]]
    units = table[:, 0].astype(int)
    if view == "last":
        rows = derived((rows - rows.mean(0)) / np.where(rows.std(0) > 0, rows.std(0), 1), units)
    else:
        low, high = rows.min(0), rows.max(0)
        rows = (rows - low) / np.where(high > low, high - low, 1)
    rows = rows.astype(np.float32)
    starts = [i for i in range(len(rows) - 29) if units[i] == units[i + 29]]
    return rows, np.array(starts)


def random_rows(count, view, seed=1):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(count + 29, 42 if view == "last" else 14)).astype(np.float32), np.arange(count)


def seconds(work):
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default=".build/release/borescope-bench")
    parser.add_argument("--data", help="the directory of NASA's files; without it, random rows")
    parser.add_argument("--rows", type=int, default=50_000, help="windows to score")
    parser.add_argument("--view", choices=["window", "statistics", "last"], default="window")
    parser.add_argument("--samples", type=int, default=256, help="points a tree; 0 is all")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()

    rows, starts = turbofan_rows(options.data, options.view) if options.data else random_rows(options.rows, options.view)
    starts = np.resize(starts, options.rows)
    windows = rows[starts[:, None] + np.arange(30)]
    if options.view == "window":
        points = windows.reshape(len(windows), -1)
    elif options.view == "statistics":
        points = np.concatenate([windows.mean(1), windows.std(1, ddof=1)], 1)
    else:
        points = windows[:, -1]
    points = np.ascontiguousarray(points, np.float32)

    count = options.samples or len(points)
    wide, narrow = np.asfortranarray(points, np.float64), np.ascontiguousarray(points, np.float64)
    times, means = collections.defaultdict(list), {}

    def ours(folder):
        command = [options.bench, "forest", f"{folder}/rows", f"{folder}/starts", "--width", str(rows.shape[1]),
                   "--view", options.view, "--samples", str(options.samples), "--repeats", "3", "--threads", "1"]
        result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        return min(result["fit"]), min(result["score"]), result["mean_score"]

    def sklearn():
        forest = IsolationForest(n_estimators=200, max_samples=count, random_state=1, n_jobs=1)
        fit, _ = seconds(lambda: forest.fit(points))
        score, scores = seconds(lambda: forest.score_samples(points))
        return fit, score, -scores.mean()

    def isotree():
        forest = IsoTree(ntrees=200, sample_size=count, ndim=1, missing_action="fail", nthreads=1, random_seed=1)
        fit, _ = seconds(lambda: forest.fit(wide))
        score, scores = seconds(lambda: forest.predict(narrow))
        return fit, score, scores.mean()

    with tempfile.TemporaryDirectory() as folder:
        rows.tofile(f"{folder}/rows")
        starts.astype(np.int64).tofile(f"{folder}/starts")
        sides = {"borescope": lambda: ours(folder), "scikit-learn": sklearn, "isotree": isotree}
        for _ in range(options.repeats):
            for name, side in sides.items():
                fit, score, means[name] = side()
                times[name].append((fit, score))
    best = {name: np.min(list, axis=0) for name, list in times.items()}

    print(f"{len(points)} windows, view {options.view} ({points.shape[1]} numbers), 200 trees x {count}, one thread")
    print(f"{'':14}{'fit ms':>10}{'score ms':>10}{'mean score':>12}{'fit ratio':>11}{'score ratio':>13}")
    our_fit, our_score = best["borescope"]
    for name, (fit, score) in best.items():
        ratios = "" if name == "borescope" else f"{fit / our_fit:10.1f}x{score / our_score:12.1f}x"
        print(f"{name:14}{fit * 1e3:10.1f}{score * 1e3:10.1f}{means[name]:12.4f}{ratios}")


if __name__ == "__main__":
    sys.exit(main())
