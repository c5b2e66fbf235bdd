#!/usr/bin/env python3
"""The LSTM autoencoder in PyTorch, timed like `borescope-bench lstm`: training steps of 64 windows, inference.

usage: lstm_pytorch.py [--threads N] [--repeats N] [--eager]

Prints "name <tab> best <tab> median" in milliseconds. Without --eager the optimiser is the fused one. A fair run also
tunes malloc; lstm.py does, and compares.
"""

import argparse
import time

import torch
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self, features=14, units=64, bottleneck=32, layers=2, dropout=0.2):
        super().__init__()
        self.encoder = nn.LSTM(features, units, layers, dropout=dropout, batch_first=True)
        self.compress = nn.Linear(units, bottleneck)
        self.expand = nn.Linear(bottleneck, units)
        self.decoder = nn.LSTM(units, units, layers, dropout=dropout, batch_first=True)
        self.output = nn.Linear(units, features)

    def forward(self, x):
        z = self.compress(self.encoder(x)[0][:, -1])
        return self.output(self.decoder(self.expand(z)[:, None].expand(-1, x.shape[1], -1))[0])


def measure(name, repeats, work):
    for _ in range(3):
        work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    times.sort()
    print(f"{name}\t{times[0]:.4f}\t{times[len(times) // 2]:.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--eager", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    model = Autoencoder()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4, fused=None if options.eager else True)
    batch = torch.rand(64, 30, 14)

    def step():
        optimiser.zero_grad(set_to_none=True)
        nn.functional.mse_loss(model(batch), batch).backward()
        optimiser.step()

    measure("step 64", options.repeats, step)
    model.eval()
    with torch.inference_mode():
        for count in [1, 64, 1024]:
            windows = torch.rand(count, 30, 14)
            measure(
                f"inference {count}", options.repeats * (20 if count == 1 else 1),
                lambda: ((model(windows) - windows) ** 2).mean(dim=1))


if __name__ == "__main__":
    main()
