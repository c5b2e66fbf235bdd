"""Writes metrics.json: scores, labels, weights and what scikit-learn, NumPy and SciPy make of them.

    python make_metrics.py metrics.json

An undefined quantity (a class is missing, nothing is called) is null, whatever value scikit-learn stands in for it.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    confusion_matrix,
    f1_score,
    fbeta_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20240131)


def at_threshold(scores, labels, weights, threshold):
    called = scores >= threshold
    keywords = {"sample_weight": weights}
    tn, fp, fn, tp = confusion_matrix(labels, called, labels=[0, 1], **keywords).ravel()
    return {
        "threshold": threshold,
        "confusion": [float(v) for v in (tp, fp, fn, tn)],
        "precision": float(precision_score(labels, called, **keywords)) if tp + fp > 0 else None,
        "recall": float(recall_score(labels, called, **keywords)) if tp + fn > 0 else None,
        "f1": float(f1_score(labels, called, **keywords)) if tp + fp + fn > 0 else None,
        "f2": float(fbeta_score(labels, called, beta=2, **keywords)) if tp + fp + fn > 0 else None,
        "fhalf": float(fbeta_score(labels, called, beta=0.5, **keywords)) if tp + fp + fn > 0 else None,
        "accuracy": float(accuracy_score(labels, called, **keywords)),
    }


def best_f1(scores, labels, weights):
    """The maximum over every distinct score, by brute force; the lowest threshold of equals."""
    distinct = np.unique(scores)
    values = [f1_score(labels, scores >= s, sample_weight=weights) for s in distinct]
    best = int(np.argmax(values))
    below = distinct[best - 1] if best > 0 else 0.0
    return {"f1": float(values[best]), "threshold": float(below + (distinct[best] - below) / 2)}


def logistic(scores, labels, weights):
    """The ridge of LogisticCalibration.fit: 1e-6 of the total weight on the slope of the standardised score."""
    w = np.ones_like(scores) if weights is None else weights
    mean = np.average(scores, weights=w)
    deviation = np.sqrt(np.average((scores - mean) ** 2, weights=w))
    z = ((scores - mean) / deviation)[:, None]
    model = LogisticRegression(C=1 / (1e-6 * w.sum()), solver="newton-cholesky", tol=1e-13, max_iter=1000)
    model.fit(z, labels, sample_weight=w)
    slope = model.coef_[0, 0] / deviation
    return {"slope": float(slope), "intercept": float(model.intercept_[0] - slope * mean)}


def case(name, scores, labels, weights=None, thresholds=(0.25, 0.5, 0.75)):
    scores = np.asarray(scores, dtype=float)
    labels = np.asarray(labels, dtype=int)
    both = 0 < labels.sum() < len(labels)
    result = {
        "name": name,
        "scores": scores.tolist(),
        "labels": labels.tolist(),
        "weights": None if weights is None else weights.tolist(),
        "auc": float(roc_auc_score(labels, scores, sample_weight=weights)) if both else None,
        "ap": float(average_precision_score(labels, scores, sample_weight=weights)) if labels.any() else None,
        "at": [at_threshold(scores, labels, weights, t) for t in thresholds],
        "best": best_f1(scores, labels, weights) if labels.any() else None,
        "quantiles": [[q, float(np.quantile(scores, q))] for q in (0, 0.1, 0.5, 0.95, 0.99, 1)],
        "logistic": logistic(scores, labels, weights) if both and len(np.unique(scores)) > 1 else None,
        "roc": None,
        "pr": None,
    }
    if both and len(scores) <= 60:
        fpr, tpr, at = roc_curve(labels, scores, sample_weight=weights, drop_intermediate=False)
        result["roc"] = [fpr.tolist()[1:], tpr.tolist()[1:], at.tolist()[1:]]
        precision, recall, at = precision_recall_curve(labels, scores, sample_weight=weights)
        result["pr"] = [precision.tolist()[:-1][::-1], recall.tolist()[:-1][::-1], at.tolist()[::-1]]
    return result


def overlapping(count, share):
    labels = (rng.random(count) < share).astype(int)
    return np.clip(rng.normal(0.35 + 0.25 * labels, 0.15), 0, 1), labels


def main(path):
    cases = []
    scores, labels = overlapping(150, 0.2)
    cases.append(case("distinct", scores, labels))
    cases.append(case("distinct, weighted", scores, labels, rng.random(150) * 3))
    scores, labels = overlapping(150, 0.1)
    ties = np.round(scores, 1)
    cases.append(case("ties", ties, labels))
    cases.append(case("ties, weighted", ties, labels, rng.random(150)))
    scores, labels = overlapping(40, 0.4)
    few = np.round(scores, 2)
    cases.append(case("few", few, labels))
    cases.append(case("few, some of no weight", few, labels, rng.integers(0, 3, 40) / 2))
    cases.append(case("all equal", np.full(20, 0.5), np.arange(20) % 3 == 0))
    cases.append(case("no positive", np.linspace(0, 1, 11), np.zeros(11)))
    cases.append(case("no negative", np.linspace(0, 1, 11), np.ones(11)))
    cases.append(case("nothing called", np.linspace(0, 0.2, 11), np.arange(11) > 7))
    cases.append(case("separated", np.linspace(0.1, 0.9, 30), np.arange(30) >= 21))
    cases.append(case("upside down", np.linspace(0.9, 0.1, 30), np.arange(30) >= 21))
    cases.append(case("one record", [0.5], [1]))
    text = json.dumps({"made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", "cases": cases})
    with open(path, "w") as file:
        file.write(text.replace('{"name"', '\n{"name"') + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
