"""What lstm.py and patchtst.py share: the sides take turns, and the shortest time of all rounds counts, the one least
disturbed by others on the machine."""

import argparse
import os
import statistics
import subprocess
import sys

MALLOC = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296",
          "MALLOC_TOP_PAD_": "268435456"}


def start(command, **variables):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    return subprocess.Popen(command, env={**environment, **variables}, stdout=subprocess.PIPE, text=True)


def finish(process):
    """What a benchmark printed: by name, the shortest and the median time."""
    output = process.communicate()[0]
    if process.returncode:
        sys.exit(f"{process.args}: exit status {process.returncode}")
    return {name: (float(best), float(median)) for name, best, median in
            (line.split("\t") for line in output.splitlines())}


def times(command, **variables):
    return {name: best for name, (best, _) in finish(start(command, **variables)).items()}


def print_scaling(options, network):
    """What threads bring to a training step, beside what the machine gives to as many processes of one thread.

    Where processors share a core, or a host has other guests, the second thread cannot double anything: the processes
    say what there is to be had. The three take turns.
    """
    def command(threads):
        return [options.bench, network, "--training", "--threads", str(threads), "--repeats", str(2 * options.repeats)]

    def together():
        processes = [start(command(1)) for _ in range(options.threads)]
        slowest = [max(column) for column in zip(*(finish(process)["step 64"] for process in processes))]
        return [time / options.threads for time in slowest]

    sides = {
        "one thread": lambda: finish(start(command(1)))["step 64"],
        f"{options.threads} threads": lambda: finish(start(command(options.threads)))["step 64"],
        f"{options.threads} processes of one": together,
    }
    rounds = {side: [] for side in sides}
    for _ in range(options.scaling):
        for side, run in sides.items():
            rounds[side].append(run())
    print(f"\nmilliseconds a training step, {options.scaling} rounds in turns")
    print(f"{'':20}{'best':>8}{'gain':>8}{'median':>9}{'gain':>8}")
    base = None
    for side, found in rounds.items():
        best, median = min(best for best, _ in found), statistics.median(median for _, median in found)
        base = base or (best, median)
        print(f"{side:20}{best:8.1f}{base[0] / best:7.2f}x{median:9.1f}{base[1] / median:7.2f}x")


def compare(network, description):
    """Runs `borescope-bench NETWORK` and `NETWORK_pytorch.py` on the same threads and prints times and ratios."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default=".build/release/borescope-bench")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--scaling", type=int, metavar="ROUNDS", default=0,
                        help="rounds that compare the threads with one, and with as many processes")
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
    if options.scaling:
        print_scaling(options, network)
