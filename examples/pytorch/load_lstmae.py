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
    """The mean squared error, or the surprise: mean log(1 + u²) over the last mean residuals and the code."""
    reconstruction, code = network(windows)
    residuals = reconstruction - windows
    rows = model["architecture"].get("surprise_rows")
    if rows is None:
        return bundle.mean_square(residuals)
    evidence = torch.cat([residuals[:, -rows:].mean(dim=1), code], dim=1)
    u = (evidence - tensors["surprise.mean"]).double() * tensors["surprise.inverse_deviation"].double()
    return torch.log1p(u**2).mean(dim=1)


bundle.score(module, judge)
