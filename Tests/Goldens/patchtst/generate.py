#!/usr/bin/env python3
"""Writes what PyTorch computes for PatchTST: forecasts, loss, gradients, parameters after 10 steps; and for its parts.

usage: generate.py [DIRECTORY]      (needs torch; writes small.json, odd.json, plain.json, affine.json, real.json, parts.json)

Parameters and windows come from a formula that the Swift tests repeat, so that no input is stored. PyTorch computes in
double precision; the tests compare Float with it. Of the larger shapes only every so many elements of a tensor are stored.
"""

import json
import pathlib
import sys

import torch
from torch import nn


class RevIN(nn.Module):
    """Reversible instance normalisation, affine as in the authors' code."""

    def __init__(self, channels):
        super().__init__()
        self.affine_weight = nn.Parameter(torch.ones(channels))
        self.affine_bias = nn.Parameter(torch.zeros(channels))


class PatchTST(nn.Module):
    def __init__(self, steps, horizon, channels, patch, patch_step, width, heads, layers, hidden, instance_norm):
        super().__init__()
        self.steps, self.patch, self.patch_step, self.instance_norm = steps, patch, patch_step, instance_norm
        patches = (steps - patch) // patch_step + 1
        if instance_norm == "affine":
            self.revin = RevIN(channels)
        self.patch_embedding = nn.Linear(patch, width)
        self.position_embedding = nn.Parameter(torch.zeros(patches, width))
        layer = nn.TransformerEncoderLayer(
            width, heads, hidden, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = nn.Linear(patches * width, horizon)

    def forward(self, window):
        x = window[:, : self.steps].transpose(1, 2)  # (windows, channels, steps)
        if self.instance_norm != "none":
            mean = x.mean(-1, keepdim=True).detach()
            deviation = torch.sqrt(x.var(-1, keepdim=True, unbiased=False) + 1e-5).detach()
            x = (x - mean) / deviation
        if self.instance_norm == "affine":
            x = x * self.revin.affine_weight[:, None] + self.revin.affine_bias[:, None]
        x = x.unfold(-1, self.patch, self.patch_step)  # (windows, channels, patches, patch)
        x = self.patch_embedding(x) + self.position_embedding
        x = self.encoder(x.flatten(0, 1))
        y = self.head(x.flatten(1)).reshape(window.shape[0], window.shape[2], -1)
        if self.instance_norm == "affine":
            y = (y - self.revin.affine_bias[:, None]) / (self.revin.affine_weight[:, None] + 1e-10)
        if self.instance_norm != "none":
            y = y * deviation + mean
        return y.transpose(1, 2)  # (windows, horizon, channels)


def formula(count, salt):
    """Numbers from [-1, 1) that need no generator: a multiplicative hash of the index."""
    index = torch.arange(count, dtype=torch.int64) + salt
    return ((index * 2654435761) % 2**32).double() / 2**31 - 1


def inputs(shape, salt):
    # Float values, so that both sides start from the same ones.
    return formula(torch.Size(shape).numel(), salt).float().double().reshape(shape)


def fill(model):
    """0.3 times the formula, and gains around 1; the flat order is that of `named_parameters`."""
    start = 0
    for name, parameter in model.named_parameters():
        is_gain = "norm" in name and name.endswith("weight") or name.endswith("affine_weight")
        values = (0.3 * formula(parameter.numel(), start) + (1 if is_gain else 0)).float().double()
        parameter.data = values.reshape(parameter.shape)
        start += parameter.numel()


def golden(windows, every, **shape):
    model = PatchTST(**shape).double()
    fill(model)
    steps, horizon, channels = shape["steps"], shape["horizon"], shape["channels"]
    x = inputs((windows, steps + horizon, channels), 12345)
    y = model(x)
    loss = nn.functional.mse_loss(y, x[:, steps:])
    loss.backward()
    gradients = {name: p.grad.flatten()[::every].tolist() for name, p in model.named_parameters()}
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-4, weight_decay=1e-4)
    losses = []
    for _ in range(10):
        optimiser.zero_grad()
        step_loss = nn.functional.mse_loss(model(x), x[:, steps:])
        step_loss.backward()
        optimiser.step()
        losses.append(step_loss.item())
    return {
        "shape": shape, "windows": windows, "every": every, "names": [name for name, _ in model.named_parameters()],
        "forecast": y.flatten()[::every].tolist(), "loss": loss.item(), "gradients": gradients, "losses": losses,
        "trained": {name: p.detach().flatten()[::every].tolist() for name, p in model.named_parameters()},
    }


def part(module, x, dy):
    """Output, gradient of the input, gradients of the parameters of one layer for the output's gradient dy."""
    fill(module)
    x.requires_grad_()
    y = module(x)
    y.backward(dy)
    return {
        "output": y.flatten().tolist(), "input_gradient": x.grad.flatten().tolist(),
        "gradients": {name: p.grad.flatten().tolist() for name, p in module.named_parameters()},
    }


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x, need_weights=False)[0]


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(x)


def parts():
    def attention(width, heads, tokens):
        case = part(Attention(width, heads).double(), inputs((3, tokens, width), 1), inputs((3, tokens, width), 5000))
        return {"sequences": 3, "tokens": tokens, "width": width, "heads": heads, **case}

    def norm(rows, width):
        return {"rows": rows, "width": width,
                **part(Norm(width).double(), inputs((rows, width), 1), inputs((rows, width), 5000))}

    # nn.GELU of single precision inputs, in double precision.
    x = torch.cat([torch.linspace(-12, 12, 193, dtype=torch.float64), inputs((64,), 9)]).float().double()
    return {
        "attention": [attention(32, 2, 4), attention(12, 3, 5)], "norm": [norm(5, 64), norm(3, 6)],
        "gelu": {"input": x.tolist(), "output": nn.GELU()(x).tolist()},
    }


def main():
    directory = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    torch.set_num_threads(1)
    default = dict(steps=20, horizon=10, channels=14, patch=8, patch_step=4, width=64, heads=4, layers=3, hidden=128)
    small = dict(steps=8, horizon=3, channels=2, patch=4, patch_step=2, width=6, heads=2, layers=2, hidden=10)
    odd = dict(steps=11, horizon=4, channels=3, patch=5, patch_step=3, width=16, heads=1, layers=1, hidden=17)
    cases = {
        "small": golden(5, 1, **small, instance_norm="none"),
        "odd": golden(19, 3, **odd, instance_norm="none"),
        "plain": golden(5, 1, **small, instance_norm="plain"),
        "affine": golden(5, 1, **small, instance_norm="affine"),
        "real": golden(37, 97, **default, instance_norm="none"),
        "parts": parts(),
    }
    for name, case in cases.items():
        (directory / f"{name}.json").write_text(json.dumps(case) + "\n")


main()
