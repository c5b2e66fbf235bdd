#!/usr/bin/env python3
"""Makes weights.json: what scikit-learn finds for the sensor weights of some made windows.

    Tests/Goldens/weights/generate.py

Two columns, 300 windows of one row, knots at 0 and 1: six pieces, whose values scikit-learn's LogisticRegression gets as
features. Its penalty is |b|²/2 per 1/C; ours is bᵀPb/2 times the sum of the weights, with P = ridge·I + smoothness·DᵀD and D
the differences of neighbouring slopes of a column. With P = LLᵀ the features X L⁻ᵀ turn one into the other.
"""
import json
import pathlib

import numpy
from sklearn.linear_model import LogisticRegression

RIDGE, SMOOTHNESS, KNOTS = 1e-3, 3e-3, [0.0, 1.0]


def pieces(u):
    """One column's pieces, shape (n, 3)."""
    return numpy.stack([numpy.minimum(u, 0), numpy.clip(u, 0, 1), numpy.maximum(u, 1) - 1], axis=1)


generator = numpy.random.default_rng(4)
rows = numpy.round(generator.normal(size=(300, 2)) * 1.5, 3).astype(numpy.float32).astype(float)
odds = 2 * numpy.maximum(rows[:, 0], 0) - 0.5 * rows[:, 1] - 1.5
targets = (generator.random(300) < 1 / (1 + numpy.exp(-odds))).astype(int)
weights = numpy.round(generator.random(300) + 0.1, 2)
reference = numpy.round(generator.normal(size=(50, 2)), 3).astype(numpy.float32).astype(float)
u = (rows - reference.mean(0)) / reference.std(0, ddof=1)
features = numpy.hstack([pieces(u[:, 0]), pieces(u[:, 1])])
difference = numpy.array([[-1.0, 1, 0], [0, -1, 1]])
block = RIDGE * numpy.eye(3) + SMOOTHNESS * difference.T @ difference
lower = numpy.linalg.cholesky(numpy.kron(numpy.eye(2), block))
turned = numpy.linalg.solve(lower, features.T).T
model = LogisticRegression(C=1 / weights.sum(), solver="newton-cholesky", tol=1e-12, max_iter=200)
model.fit(turned, targets, sample_weight=weights)
slopes = numpy.linalg.solve(lower.T, model.coef_[0])
golden = {
    "ridge": RIDGE, "smoothness": SMOOTHNESS, "knots": KNOTS,
    "rows": rows.ravel().tolist(), "reference": reference.ravel().tolist(),
    "targets": targets.tolist(), "weights": weights.tolist(),
    "slopes": slopes.tolist(), "intercept": float(model.intercept_[0]),
}
pathlib.Path(__file__).with_name("weights.json").write_text(json.dumps(golden) + "\n")
