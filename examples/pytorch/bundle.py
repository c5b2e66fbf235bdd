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


def mapped(model, path):
    """The windows of a file, as the network takes them; only the min-max step of the features is repeated here."""
    windows = np.load(path)["window"]
    (stage,) = model["features"]["stages"]
    if stage["kind"] != "min-max":
        sys.exit(f"{path}: the model's features have a step '{stage['kind']}' that this example does not repeat")
    low, high = np.array(stage["low"]), np.array(stage["high"])
    columns = np.stack([windows[name] for name in model["features"]["inputs"]], axis=-1)
    return torch.from_numpy(((columns - low) / (high - low)).astype(np.float32))


def score(module, judge):
    """Scores with a bundle named on the command line.

    module(model, tensors) gives the nn.Module, whose parameters have the names of the bundle's tensors, and
    judge(module, windows) the squared errors. Without windows those are scored that the bundle carries to test itself
    with, and an error that differs from the recorded one by 1e-5 fails the script.
    """
    model, tensors = read(sys.argv[1])
    network = module(model, tensors)
    # The bundle also holds a few windows to test itself with; they are no parameters.
    network.load_state_dict({name: tensors[name] for name in network.state_dict()})
    network.eval()
    windows = mapped(model, sys.argv[2]) if len(sys.argv) > 2 else tensors["self_test.windows"]
    with torch.inference_mode():
        errors = judge(network, windows).double().mean(dim=(1, 2))
    ratio = errors / model["calibration"]["reference"]
    for error, anomaly_score in zip(errors.tolist(), (ratio / (1 + ratio)).tolist()):
        print(json.dumps({"anomaly_score": anomaly_score, "error": error}))
    if len(sys.argv) == 2 and not torch.allclose(errors, tensors["self_test.errors"], rtol=1e-5, atol=1e-7):
        sys.exit("the errors differ from those in the bundle")
