#!/usr/bin/env python3
"""Writes what PyTorch computes for the LSTM autoencoder: reconstruction, loss, gradients, parameters after 10 steps.

usage: generate.py [DIRECTORY]      (needs torch; writes small.json and real.json)

Parameters and windows come from a formula that the Swift tests repeat, so that no input is stored. PyTorch computes in
double precision; the tests compare Float with it. Of the real shape only every 97th element of a tensor is stored.
"""

import json
import pathlib
import sys

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, features, units, bottleneck, layers):
        super().__init__()
        self.lstm = nn.LSTM(features, units, layers, batch_first=True)
        self.fc = nn.Linear(units, bottleneck)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


class Decoder(nn.Module):
    def __init__(self, features, units, bottleneck, layers):
        super().__init__()
        self.fc_input = nn.Linear(bottleneck, units)
        self.lstm = nn.LSTM(units, units, layers, batch_first=True)
        self.fc_output = nn.Linear(units, features)

    def forward(self, z, steps):
        return self.fc_output(self.lstm(self.fc_input(z)[:, None].expand(-1, steps, -1))[0])


class Autoencoder(nn.Module):
    def __init__(self, features, units, bottleneck, layers):
        super().__init__()
        self.encoder = Encoder(features, units, bottleneck, layers)
        self.decoder = Decoder(features, units, bottleneck, layers)

    def forward(self, x):
        return self.decoder(self.encoder(x), x.shape[1])


def formula(count, salt):
    """Numbers from [-1, 1) that need no generator: a multiplicative hash of the index."""
    index = torch.arange(count, dtype=torch.int64) + salt
    return ((index * 2654435761) % 2**32).double() / 2**31 - 1


def golden(steps, features, units, bottleneck, layers, windows, every):
    model = Autoencoder(features, units, bottleneck, layers).double()
    start = 0
    for parameter in model.parameters():
        # Float values, so that both sides start from the same ones.
        values = (0.3 * formula(parameter.numel(), start)).float().double()
        parameter.data = values.reshape(parameter.shape)
        start += parameter.numel()
    x = formula(windows * steps * features, 12345).float().double().reshape(windows, steps, features)
    y = model(x)
    loss = nn.functional.mse_loss(y, x)
    loss.backward()
    gradients = {name: p.grad.flatten()[::every].tolist() for name, p in model.named_parameters()}
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
    losses = []
    for _ in range(10):
        optimiser.zero_grad()
        step_loss = nn.functional.mse_loss(model(x), x)
        step_loss.backward()
        optimiser.step()
        losses.append(step_loss.item())
    return {
        "steps": steps, "features": features, "units": units, "bottleneck": bottleneck, "layers": layers,
        "windows": windows, "every": every, "reconstruction": y.flatten()[::every].tolist(), "loss": loss.item(),
        "gradients": gradients, "losses": losses,
        "trained": {name: p.detach().flatten()[::every].tolist() for name, p in model.named_parameters()},
    }


def main():
    directory = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    torch.set_num_threads(1)
    cases = {
        "small": golden(5, 3, 6, 4, 2, 37, 1),
        "single": golden(4, 2, 17, 3, 1, 1, 7),
        "real": golden(30, 14, 64, 32, 2, 64, 97),
    }
    for name, case in cases.items():
        text = json.dumps(case, default=float)
        (directory / f"{name}.json").write_text(text + "\n")


main()
