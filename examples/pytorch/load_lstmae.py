#!/usr/bin/env python3
"""Loads a bundle of train-lstmae into a torch.nn.Module and scores with it, as `score` does.

usage: load_lstmae.py BUNDLE [WINDOWS.npy]        (needs torch, safetensors, numpy)

Without windows it scores those that the bundle carries to test itself with, and fails when an error differs by 1e-5
from the recorded one. WINDOWS.npy is what `window` writes; the records then equal the anomaly_score and error of
`score --model BUNDLE WINDOWS.npy`. Only the min-max step of the features is repeated here.
"""
import json, pathlib, sys

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn


class Side(nn.Module):
    """The encoder or the decoder: an LSTM, and the linear layers before or after it."""


class Autoencoder(nn.Module):
    def __init__(self, features, units, bottleneck, layers):
        super().__init__()
        self.encoder, self.decoder = Side(), Side()
        self.encoder.lstm = nn.LSTM(features, units, layers, batch_first=True)
        self.encoder.fc = nn.Linear(units, bottleneck)
        self.decoder.fc_input = nn.Linear(bottleneck, units)
        self.decoder.lstm = nn.LSTM(units, units, layers, batch_first=True)
        self.decoder.fc_output = nn.Linear(units, features)

    def forward(self, x):
        z = self.encoder.fc(self.encoder.lstm(x)[0][:, -1])
        steps = self.decoder.fc_input(z)[:, None].expand(-1, x.shape[1], -1)
        return self.decoder.fc_output(self.decoder.lstm(steps)[0])


def load(bundle):
    bundle = pathlib.Path(bundle)
    model = json.loads((bundle / "model.json").read_text())
    tensors = load_file(bundle / "weights.safetensors")
    shape = model["architecture"]
    features = tensors["encoder.lstm.weight_ih_l0"].shape[1]
    network = Autoencoder(features, shape["units"], shape["bottleneck"], shape["layers"])
    # The bundle also holds a few windows to test itself with; they are no parameters.
    network.load_state_dict({name: tensors[name] for name in network.state_dict()})
    return model, network.eval(), tensors


def scores(model, network, windows):
    with torch.inference_mode():
        errors = ((network(windows) - windows) ** 2).double().mean(dim=(1, 2))
    ratio = errors / model["calibration"]["reference"]
    return errors, ratio / (1 + ratio)


def mapped(model, path):
    """The windows of a file, as the network takes them."""
    windows = np.load(path)["window"]
    (stage,) = model["features"]["stages"]
    if stage["kind"] != "min-max":
        sys.exit(f"{path}: the model's features have a step '{stage['kind']}' that this example does not repeat")
    low, high = np.array(stage["low"]), np.array(stage["high"])
    columns = np.stack([windows[name] for name in model["features"]["inputs"]], axis=-1)
    return torch.from_numpy(((columns - low) / (high - low)).astype(np.float32))


def main():
    model, network, tensors = load(sys.argv[1])
    inputs = mapped(model, sys.argv[2]) if len(sys.argv) > 2 else tensors["self_test.windows"]
    errors, anomaly_scores = scores(model, network, inputs)
    for error, score in zip(errors.tolist(), anomaly_scores.tolist()):
        print(json.dumps({"anomaly_score": score, "error": error}))
    if len(sys.argv) == 2 and not torch.allclose(errors, tensors["self_test.errors"], rtol=1e-5, atol=1e-7):
        sys.exit("the errors differ from those in the bundle")


main()
