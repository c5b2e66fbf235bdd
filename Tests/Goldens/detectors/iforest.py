#!/usr/bin/env python3
"""Makes iforest.json and blob.f32: what the isolation forests of scikit-learn and isotree say of the same points.

    Tests/Goldens/detectors/iforest.py          (reads examples/data/train_FD001.txt.gz)

Three sets of points. `fd001`: windows of 30 rows of NASA's FD001 training file, means and sample deviations of 14
sensors (28 numbers); fitted on windows with rul >= 30, positive below. `blob`: 400 normal points in 4 dimensions and 20
beside them, fitted on all 420; `blob_all`: the same, every point in each tree. Per library the means over 10 seeds of
the AUC and of the scores of positives and negatives, 200 trees of 256.
"""
import gzip, json, os
import numpy as np
from isotree import IsolationForest as IsoTree
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

HERE = os.path.dirname(os.path.abspath(__file__))
SENSORS = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21]
SEEDS = range(10)


def fd001():
    path = os.path.join(HERE, "../../../examples/data/train_FD001.txt.gz")
    with gzip.open(path, "rt") as file:
        table = np.loadtxt(file)
    rows = table[:, [4 + s for s in SENSORS]].astype(np.float32).astype(np.float64)
    points, rul = [], []
    for unit in np.unique(table[:, 0]):
        part = rows[table[:, 0] == unit]
        for end in range(30, len(part) + 1):
            window = part[end - 30:end]
            points.append(np.concatenate([window.mean(0), window.std(0, ddof=1)]))
            rul.append(len(part) - end)
    points, rul = np.array(points), np.array(rul)
    return points, rul >= 30, rul < 30


def blob():
    generator = np.random.default_rng(7)
    points = generator.normal(size=(420, 4))
    points[400:] += generator.choice([-2.0, 2.0], size=(20, 4))
    points = points.astype(np.float32)
    points.tofile(os.path.join(HERE, "blob.f32"))
    return points.astype(np.float64), np.ones(420, bool), np.arange(420) >= 400


def summarize(points, fitted, positive, scores_of):
    rows = []
    for seed in SEEDS:
        scores = scores_of(points[fitted], points, seed)
        rows.append([roc_auc_score(positive, scores), scores[positive].mean(), scores[~positive].mean()])
    auc, outliers, inliers = np.mean(rows, 0)
    return {"auc": round(auc, 6), "outliers": round(outliers, 6), "inliers": round(inliers, 6),
            "auc_deviation": round(np.std(rows, 0, ddof=1)[0], 6)}


def sklearn_scores(samples):
    def scores(fitted, points, seed):
        count = samples or len(fitted)
        return -IsolationForest(n_estimators=200, max_samples=count, random_state=seed).fit(fitted).score_samples(points)
    return scores


def isotree_scores(samples):
    def scores(fitted, points, seed):
        forest = IsoTree(ntrees=200, sample_size=samples or len(fitted), ndim=1, missing_action="fail",
                         random_seed=seed + 1, nthreads=1)
        return forest.fit(fitted).predict(points)
    return scores


if __name__ == "__main__":
    result = {}
    for name, (data, samples) in {"fd001": (fd001(), 256), "blob": (blob(), 256), "blob_all": (blob(), None)}.items():
        result[name] = {"scikit-learn": summarize(*data, sklearn_scores(samples)),
                        "isotree": summarize(*data, isotree_scores(samples))}
    with open(os.path.join(HERE, "iforest.json"), "w") as file:
        json.dump(result, file, indent=1, sort_keys=True)
        file.write("\n")
