#!/usr/bin/env python3
"""What pandas reads in NASA's FD001 files, digested bit by bit.

Usage: make.py EXAMPLES_DATA_FOLDER > fd001.csv

A line is file, column, FNV-1a over the column's 64-bit patterns taken as words. The columns are those of the file, and
the labels: remaining useful life in cycles.
"""
import sys
from pathlib import Path

import numpy as np
import pandas as pd

folder = Path(sys.argv[1])
names = ["unit_id", "cycle"] + [f"op_setting_{i}" for i in (1, 2, 3)] + [f"sensor_{i}" for i in range(1, 22)]


def digest(words):
    value = 0xCBF29CE484222325
    for word in words.tolist():
        value = (value ^ word) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


left = [int(line) for line in (folder / "RUL_FD001.txt").read_text().split()]
for name in ("train_FD001", "test_FD001"):
    rows = pd.read_csv(folder / f"{name}.txt.gz", sep=r"\s+", header=None, names=names, float_precision="round_trip")
    rul = rows.groupby("unit_id")["cycle"].transform("max") - rows["cycle"]
    if name.startswith("test"):
        rul += rows["unit_id"].map(dict(enumerate(left, 1)))
    for column in names[:2]:
        print(name, column, digest(rows[column].to_numpy(np.int64).view(np.uint64)), sep=",")
    print(name, "rul", digest(rul.to_numpy(np.int64).view(np.uint64)), sep=",")
    for column in names[2:]:
        print(name, column, digest(rows[column].to_numpy(np.float64).view(np.uint64)), sep=",")
