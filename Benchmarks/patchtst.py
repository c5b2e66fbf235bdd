#!/usr/bin/env python3
"""PatchTST, training step and inference: Borescope against PyTorch, on the same cores, in one go.

    Benchmarks/patchtst.py [--bench .build/release/borescope-bench] [--threads 1] [--rounds 3] [--repeats 20]

The network is that of configs/train-patchtst.yaml on random windows (30 x 14): a step is forward, backward and Adam on
64 windows (896 sequences of 4 tokens) with dropout; inference ends with the squared error of each sensor. PyTorch runs
twice: as it comes (eager), and tuned, with the fused Adam, attention of few operations, and a malloc that keeps its pages.
"""

from network_ratios import compare

compare("patchtst", __doc__)
