"""Writes golden.json: what pandas makes of a random walk, for HistoryFeaturesTests. Needs pandas."""

import json
import pathlib

import numpy
import pandas

x = pandas.Series(numpy.random.default_rng(7).normal(size=60).cumsum().round(3))
# The baseline is the mean of the cycles so far, of the first twenty at most.
baseline = x.iloc[:20].expanding().mean().reindex(x.index).ffill()


def mean(span):
    return x.ewm(span=span, adjust=True).mean()


columns = {"x": x, "x_ewm_5": mean(5), "x_dev_ewm_10": mean(10) - baseline, "x_slope_5_40": mean(5) - mean(40)}
golden = {"x": x.tolist(), "columns": {name: values.tolist() for name, values in columns.items()}}
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps(golden) + "\n")
