"""What the scripts beside this one share: a bundle's parts, its windows and its scores. Needs torch, safetensors, numpy."""

import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import load_file


def read(path):
    """The description and the tensors of a bundle."""
    path = pathlib.Path(path)
    return json.loads((path / "model.json").read_text()), load_file(path / "weights.safetensors")


def scaled(stage, windows):
    """A stage `min-max` or `regime-scaling`, see borescope-bundle(5)."""
    x = np.stack([windows[name] for name in stage["columns"]], axis=-1).astype(np.float64)
    if stage["kind"] == "min-max":
        low, high = np.array(stage["low"]), np.array(stage["high"])
        offsets, spans = low, high - low
    else:
        regimes = stage["regimes"]
        nearest = np.zeros(x.shape[:-1], int)
        if len(regimes) > 1:
            settings = np.stack([windows[name] for name in stage["settings"]], axis=-1)
            ranges = np.array([extent or 1 for extent in stage["setting_ranges"]])
            centres = np.array([regime["centre"] for regime in regimes])
            nearest = (((settings[..., None, :] - centres) / ranges) ** 2).sum(-1).argmin(-1)
        offsets = np.array([regime["offsets"] for regime in regimes])[nearest]
        spans = np.array([regime["spans"] for regime in regimes])[nearest]
    return np.divide(x - offsets, spans, out=np.zeros_like(x), where=spans != 0)


def mapped(model, path):
    """The windows of a file, as the network takes them; features that need a unit's history are not repeated here."""
    (stage,) = model["features"]["stages"]
    if stage["kind"] not in ("min-max", "regime-scaling"):
        sys.exit(f"{path}: the model's features have a step '{stage['kind']}' that this example does not repeat")
    return torch.from_numpy(scaled(stage, np.load(path)["window"]).astype(np.float32))


def path_length(sizes):
    """The mean length of an unsuccessful search in a tree of so many points: c(n) of the isolation forest."""
    n = np.maximum(np.asarray(sizes, np.float64), 2)
    lengths = 2 * (np.log(n - 1) + np.euler_gamma) - 2 * (n - 1) / n
    return np.select([np.asarray(sizes) <= 1, np.asarray(sizes) == 2], [0, 1], lengths)


def forest_scores(tensors, points, samples):
    """The scores of points (count, columns) by the forest in a bundle."""
    arrays = [tensors[f"forest.{name}"].numpy() for name in ("feature", "threshold", "sample_count")]
    total, start = np.zeros(len(points)), 0
    counts = tensors["forest.node_counts"].tolist()
    for count in counts:
        feature, threshold, size = (array[start : start + count] for array in arrays)
        first_child = 2 * np.cumsum(feature >= 0) - 1
        node = np.zeros(len(points), int)
        while (splits := feature[node] >= 0).any():
            right = points[np.arange(len(points)), feature[node]] > threshold[node]
            node = np.where(splits, first_child[node] + right, node)
            total += splits
        total += path_length(size)[node]
        start += count
    return 2 ** (-total / len(counts) / path_length([samples])[0])


def score(module, judge):
    """Scores with a bundle named on the command line.

    module(model, tensors) gives the nn.Module, whose parameters have the names of the bundle's tensors, and
    judge(module, windows, model, tensors) the error of each window. Without windows those are scored that the bundle
    carries to test itself with, and an error that differs from the recorded one by 1e-5 fails the script.
    """
    model, tensors = read(sys.argv[1])
    network = module(model, tensors)
    # The bundle also holds a few windows to test itself with; they are no parameters.
    network.load_state_dict({name: tensors[name] for name in network.state_dict()})
    network.eval()
    windows = mapped(model, sys.argv[2]) if len(sys.argv) > 2 else tensors["self_test.windows"]
    with torch.inference_mode():
        errors = np.asarray(judge(network, windows, model, tensors), np.float64)
    relative = model["calibration"]["kind"] == "relative"
    ratio = errors / model["calibration"]["reference"] if relative else None
    for error, anomaly_score in zip(errors, ratio / (1 + ratio) if relative else errors):
        print(json.dumps({"anomaly_score": anomaly_score, "error": error if relative else None}))
    if len(sys.argv) == 2 and not np.allclose(errors, tensors["self_test.errors"].numpy(), rtol=1e-5, atol=1e-7):
        sys.exit("the errors differ from those in the bundle")


def mean_square(differences):
    """The mean squared error of each window."""
    return (differences**2).double().mean(dim=(1, 2))
