#!/usr/bin/env python3
"""Loads a bundle of train-patchtst into a torch.nn.Module and scores with it, as `score` does.

usage: load_patchtst.py BUNDLE [WINDOWS.npy]        (needs torch, safetensors, numpy)

Without windows it scores those that the bundle carries to test itself with, and fails when an error differs by 1e-5
from the recorded one. WINDOWS.npy is what `window` writes; the records then equal the anomaly_score and error of
`score --model BUNDLE WINDOWS.npy`.
"""

import torch
from torch import nn

import bundle


class RevIN(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.affine_weight = nn.Parameter(torch.ones(channels))
        self.affine_bias = nn.Parameter(torch.zeros(channels))


class PatchTST(nn.Module):
    def __init__(self, steps, channels, horizon, patch, patch_step, width, heads, layers, hidden, instance_norm):
        super().__init__()
        self.steps, self.patch, self.patch_step, self.instance_norm = steps, patch, patch_step, instance_norm
        patches = (steps - patch) // patch_step + 1
        if instance_norm == "affine":
            self.revin = RevIN(channels)
        self.patch_embedding = nn.Linear(patch, width)
        self.position_embedding = nn.Parameter(torch.zeros(patches, width))
        layer = nn.TransformerEncoderLayer(width, heads, hidden, activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = nn.Linear(patches * width, horizon)

    def forward(self, window):
        x = window[:, : self.steps].transpose(1, 2)  # each column is a series of its own
        if self.instance_norm != "none":
            mean = x.mean(-1, keepdim=True)
            deviation = torch.sqrt(x.var(-1, keepdim=True, unbiased=False) + 1e-5)
            x = (x - mean) / deviation
        if self.instance_norm == "affine":
            x = x * self.revin.affine_weight[:, None] + self.revin.affine_bias[:, None]
        x = self.patch_embedding(x.unfold(-1, self.patch, self.patch_step)) + self.position_embedding
        y = self.head(self.encoder(x.flatten(0, 1)).flatten(1)).view(*window.shape[::2], -1)
        if self.instance_norm == "affine":
            y = (y - self.revin.affine_bias[:, None]) / (self.revin.affine_weight[:, None] + 1e-10)
        if self.instance_norm != "none":
            y = y * deviation + mean
        return y.transpose(1, 2)


def module(model, tensors):
    shape = {name: value for name, value in model["architecture"].items() if name not in ("kind", "residual_forest")}
    columns = tensors["self_test.windows"].shape[2]
    return PatchTST(model["window"]["length"] - shape["horizon"], columns, **shape)


def judge(network, windows, model, tensors):
    residuals = windows[:, network.steps :] - network(windows)
    forest = model["architecture"].get("residual_forest")
    if forest is None:
        return bundle.mean_square(residuals)
    return bundle.forest_scores(tensors, residuals[:, -forest["rows"] :].mean(dim=1).numpy(), forest["samples"])


bundle.score(module, judge)
