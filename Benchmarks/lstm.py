#!/usr/bin/env python3
"""LSTM autoencoder, training step and inference: Borescope against PyTorch, on the same cores, in one go.

    Benchmarks/lstm.py [--bench .build/release/borescope-bench] [--threads 1] [--rounds 3] [--repeats 20]
                       [--scaling ROUNDS]

The network is that of configs/train-lstmae.yaml on random windows (30 x 14): a step is forward, backward and Adam on
64 windows with dropout; inference ends with the squared error of each sensor. PyTorch runs twice: as it comes (eager),
and tuned, with the fused Adam and a malloc that keeps its pages (stock PyTorch loses much time to fresh ones).
"""

from network_ratios import compare

compare("lstm", __doc__)
