#!/usr/bin/env python3
"""Loads a bundle of train-lstmae into a torch.nn.Module and scores with it, as `score` does.

usage: load_lstmae.py BUNDLE [WINDOWS.npy]        (needs torch, safetensors, numpy)

Without windows it scores those that the bundle carries to test itself with, and fails when an error differs by 1e-5
from the recorded one. WINDOWS.npy is what `window` writes; the records then equal the anomaly_score and error of
`score --model BUNDLE WINDOWS.npy`.
"""

import torch
from torch import nn

import bundle


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
        code = self.encoder.fc(self.encoder.lstm(x)[0][:, -1])
        steps = self.decoder.fc_input(code)[:, None].expand(-1, x.shape[1], -1)
        return self.decoder.fc_output(self.decoder.lstm(steps)[0]), code


def module(model, tensors):
    shape = model["architecture"]
    features = tensors["encoder.lstm.weight_ih_l0"].shape[1]
    return Autoencoder(features, shape["units"], shape["bottleneck"], shape["layers"])


def judge(network, windows, model, tensors):
    """The mean squared error, or the surprise: mean log(1 + u²) over the last mean residuals and the code; weighed if so."""
    reconstruction, code = network(windows)
    residuals = reconstruction - windows
    rows = model["architecture"].get("surprise_rows")
    if rows is None:
        seen = [windows[:, -1]]
        errors = bundle.mean_square(residuals)
    else:
        surprising = torch.cat([residuals[:, -rows:].mean(dim=1), code], dim=1)
        u = (surprising - tensors["surprise.mean"]).double() * tensors["surprise.inverse_deviation"].double()
        seen = [windows[:, -1], surprising]
        errors = torch.log1p(u**2).mean(dim=1)
    weights = model["architecture"].get("weights")
    if weights is None:
        return errors
    evidence = torch.cat([*seen, errors.clamp(min=1e-12).log().float()[:, None]], dim=1)
    return weighed(evidence, weights["knots"], tensors)


def weighed(evidence, knots, tensors):
    """Log(1 + odds), where each number of the evidence adds a piecewise linear function to the log odds."""
    u = (evidence - tensors["weights.mean"]).double() * tensors["weights.inverse_deviation"].double()
    edges = [-torch.inf, *knots, torch.inf]
    # A piece above 0 is measured from its lower end, one below 0 from its upper.
    pieces = [u.clamp(low, high) - (low if low >= 0 else high) for low, high in zip(edges, edges[1:])]
    odds = (torch.stack(pieces, dim=2) * tensors["weights.slope"].double()).sum(dim=(1, 2)) + tensors["weights.intercept"]
    return torch.nn.functional.softplus(odds, threshold=700)


bundle.score(module, judge)
