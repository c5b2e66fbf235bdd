#!/usr/bin/env python3
"""PatchTST in PyTorch, timed like `borescope-bench patchtst`: training steps of 64 windows, inference.

usage: patchtst_pytorch.py [--threads N] [--repeats N] [--eager]

Prints "name <tab> best <tab> median" in milliseconds. --eager is the network as one would write it first, of PyTorch's own
encoder. Without it everything is tuned: the fused optimiser, attention by scaled_dot_product_attention on views, and
for inference whichever of the two networks is faster (PyTorch's encoder has a fast path of its own there). A fair run
also tunes malloc; patchtst.py does, and compares.
"""

import argparse
import time
import warnings

import torch
from torch import nn
from torch.nn import functional as F

STEPS, HORIZON, CHANNELS, PATCH, STRIDE, WIDTH, HEADS, LAYERS, HIDDEN, DROPOUT = 20, 10, 14, 8, 4, 64, 4, 3, 128, 0.2
PATCHES = (STEPS - PATCH) // STRIDE + 1


class Block(nn.Module):
    """A pre-norm block with as few operations as it takes."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.project, self.output = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.widen, self.narrow = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)

    def forward(self, x):
        q, k, v = self.project(self.norm1(x)).view(-1, PATCHES, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(-1, PATCHES, WIDTH)
        x = x + F.dropout(self.output(a), DROPOUT, self.training)
        h = F.dropout(F.gelu(self.widen(self.norm2(x))), DROPOUT, self.training)
        return x + F.dropout(self.narrow(h), DROPOUT, self.training)


class PatchTST(nn.Module):
    def __init__(self, own_blocks):
        super().__init__()
        self.embedding = nn.Linear(PATCH, WIDTH)
        self.position = nn.Parameter(torch.empty(PATCHES, WIDTH).uniform_(-0.02, 0.02))
        if own_blocks:
            self.encoder = nn.Sequential(*(Block() for _ in range(LAYERS)), nn.LayerNorm(WIDTH))
        else:
            layer = nn.TransformerEncoderLayer(
                WIDTH, HEADS, HIDDEN, DROPOUT, activation="gelu", batch_first=True, norm_first=True)
            self.encoder = nn.TransformerEncoder(layer, LAYERS, nn.LayerNorm(WIDTH), enable_nested_tensor=False)
            # As in the paper's code, the attention's probabilities are not dropped.
            for layer in self.encoder.layers:
                layer.self_attn.dropout = 0.0
        self.head = nn.Linear(PATCHES * WIDTH, HORIZON)

    def forward(self, window):
        x = window[:, :STEPS].transpose(1, 2).unfold(-1, PATCH, STRIDE).reshape(-1, PATCHES, PATCH)
        x = F.dropout(self.embedding(x) + self.position, DROPOUT, self.training)
        y = self.head(self.encoder(x).flatten(1))
        return y.view(-1, CHANNELS, HORIZON).transpose(1, 2)


def measure(repeats, work):
    for _ in range(3):
        work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    times.sort()
    return times[0], times[len(times) // 2]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--eager", action="store_true")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    models = [PatchTST(False)] if options.eager else [PatchTST(False), PatchTST(True)]
    batch = torch.rand(64, STEPS + HORIZON, CHANNELS)

    def training(model):
        optimiser = torch.optim.Adam(
            model.parameters(), lr=5e-4, weight_decay=1e-4, fused=None if options.eager else True)

        def step():
            optimiser.zero_grad(set_to_none=True)
            F.mse_loss(model(batch), batch[:, STEPS:]).backward()
            optimiser.step()

        return measure(options.repeats, step)

    def report(name, times):
        best = min(times)
        print(f"{name}\t{best[0]:.4f}\t{best[1]:.4f}", flush=True)

    report("step 64", [training(model) for model in models])
    with torch.inference_mode():
        for count in [1, 64, 1024]:
            windows = torch.rand(count, STEPS + HORIZON, CHANNELS)

            def inference(model):
                model.eval()
                repeats = options.repeats * (20 if count == 1 else 1)
                return measure(repeats, lambda: ((model(windows) - windows[:, STEPS:]) ** 2).mean(dim=1))

            report(f"inference {count}", [inference(model) for model in models])


main()
