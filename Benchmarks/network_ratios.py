"""What lstm.py and patchtst.py share: the sides take turns, and the shortest time of all rounds counts, the one least
disturbed by others on the machine."""

import argparse
import os
import subprocess
import sys

MALLOC = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296",
          "MALLOC_TOP_PAD_": "268435456"}


def times(command, **variables):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    output = subprocess.run(command, env={**environment, **variables}, check=True, stdout=subprocess.PIPE, text=True)
    return {name: float(best) for name, best, _ in (line.split("\t") for line in output.stdout.splitlines())}


def compare(network, description):
    """Runs `borescope-bench NETWORK` and `NETWORK_pytorch.py` on the same threads and prints times and ratios."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default=".build/release/borescope-bench")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    peer = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{network}_pytorch.py")
    size = ["--threads", str(options.threads), "--repeats", str(options.repeats)]
    sides = {
        "borescope": lambda: times([options.bench, network, *size]),
        "tuned": lambda: times([sys.executable, peer, *size], **MALLOC),
        "eager": lambda: times([sys.executable, peer, "--eager", *size]),
    }
    best = {side: {} for side in sides}
    for _ in range(options.rounds):
        for side, run in sides.items():
            for name, time in run().items():
                best[side][name] = min(time, best[side].get(name, time))
    ours = best["borescope"]
    print(f"milliseconds, threads: {options.threads}")
    print(f"{'':16}{'borescope':>11}{'tuned':>10}{'eager':>10}{'tuned ratio':>13}{'eager ratio':>13}")
    for name in ours:
        tuned, eager = best["tuned"][name], best["eager"][name]
        print(f"{name:16}{ours[name]:11.3f}{tuned:10.3f}{eager:10.3f}{tuned / ours[name]:12.1f}x{eager / ours[name]:12.1f}x")
