"""Writes scored records of made-up engines, and what scikit-learn and NumPy make of them.

    python make_scored.py FOLDER

validation.ndjson: engines that run to failure, two warm-up records each. test.ndjson: engines that are cut off before.
scored.json: for each file the metrics without and with truncation weights, the best F1 over every distinct score, and
the alarms of each unit by the rules of evaluate(1).
"""

import json
import pathlib
import sys

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
)

THRESHOLD = 0.55
rng = np.random.default_rng(7)


def engine(unit, life, last):
    """Records of cycles 28 … last; the score rises towards the end of life and wanders."""
    records = []
    drift = 0.0
    for cycle in range(28, last + 1):
        rul = life - cycle
        base = {"unit_id": unit, "cycle": cycle}
        if cycle < 30:
            base |= {"anomaly_score": None, "is_anomaly": None, "threshold": THRESHOLD}
            base |= {"model_version": "made-up-1"}
            records.append(base | {"rul": rul, "label": rul < 30, "status": "warmup"})
            continue
        drift = 0.8 * drift + rng.normal(0, 0.05)
        score = round(float(np.clip(0.4 + 0.35 * np.exp(-rul / 22) + drift, 0, 1)), 3)
        base |= {"anomaly_score": score, "is_anomaly": score >= THRESHOLD, "threshold": THRESHOLD}
        base |= {"model_version": "made-up-1"}
        records.append(base | {"rul": rul, "label": rul < 30})
    return records


def metrics(y, s, d, w):
    tn, fp, fn, tp = confusion_matrix(y, d, labels=[0, 1], sample_weight=w).ravel()
    distinct = np.unique(s)
    values = [f1_score(y, s >= t, sample_weight=w) for t in distinct]
    best = int(np.argmax(values))
    return {
        "f1": f1_score(y, d, sample_weight=w),
        "precision": precision_score(y, d, sample_weight=w),
        "recall": recall_score(y, d, sample_weight=w),
        "auc_roc": roc_auc_score(y, s, sample_weight=w),
        "average_precision": average_precision_score(y, s, sample_weight=w),
        "confusion": [float(tp), float(fp), float(fn), float(tn)],
        "best_f1": values[best],
        "best_threshold": (distinct[best - 1] + distinct[best]) / 2 if best else distinct[0] / 2,
    }


def alarms(records, k=3, far=60):
    """The runs of at least k alarmed records, written out one after the other."""
    result = {"detected": False, "lead_time": None, "false_alarms": 0, "false_alarms_far": 0}
    result["false_positives"] = sum(r["is_anomaly"] and not r["label"] for r in records)
    flags = "".join("x" if r["is_anomaly"] else "." for r in records) + "."
    start = 0
    while start < len(records):
        if flags[start] != "x":
            start += 1
            continue
        end = flags.index(".", start)
        raised = start + k - 1
        if end > raised:
            standing = records[raised:end]
            if any(r["label"] for r in standing):
                if not result["detected"]:
                    result |= {"detected": True, "lead_time": standing[0]["rul"]}
            else:
                result["false_alarms"] += 1
                result["false_alarms_far"] += standing[0]["rul"] >= far
        start = end
    return result


def expectation(records):
    scored = [r for r in records if r["anomaly_score"] is not None]
    y, s, d = (np.array([r[key] for r in scored]) for key in ("label", "anomaly_score", "is_anomaly"))
    units = sorted({r["unit_id"] for r in scored})
    of = {u: [r for r in scored if r["unit_id"] == u] for u in units}
    result = {
        "records": len(scored),
        "warmup": len(records) - len(scored),
        "plain": metrics(y, s, d, None),
        "weighted": None,
        "units": {u: alarms(of[u]) for u in units},
    }
    leads = [u["lead_time"] for u in result["units"].values() if u["lead_time"] is not None]
    result["lead_quantiles"] = [float(np.quantile(leads, q)) for q in (0.5, 0.1, 0.9)]
    if all(of[u][-1]["rul"] == 0 for u in units):
        last = {u: of[u][-1]["cycle"] for u in units}
        w = np.array([(r["rul"] + 1) / (last[r["unit_id"]] - 29) for r in scored])
        result["weighted"] = metrics(y, s, d, w)
    return result


def main(folder):
    lives = rng.integers(85, 120, 6)
    files = {
        "validation": [r for u, life in enumerate(lives, 1) for r in engine(u, int(life), int(life))],
        "test": [r for u in range(1, 9) for r in engine(u, 110, int(rng.integers(50, 109)))],
    }
    for name, records in files.items():
        lines = [json.dumps(r, separators=(",", ":")) + "\n" for r in records]
        (folder / f"{name}.ndjson").write_text("".join(lines))
    (folder / "scored.json").write_text(json.dumps({n: expectation(r) for n, r in files.items()}, indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
