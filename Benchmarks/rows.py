#!/usr/bin/env python3
"""Row work: Borescope against polars and pandas, on one core, in one go.

    rows.py FILE [--copies N] [--repeats R] [--pandas]

FILE is NASA's text (train_FD004.txt, or .gz). With --copies 20 its engines are repeated under new numbers.

Every side reads the text, labels each row with its remaining useful life, keeps 14 sensors and adds the rolling mean and
sample standard deviation of each over 5, 10 and 20 rows of the engine. The peers keep the result in memory (peers.py),
and polars once writes it to /dev/null as NDJSON; Borescope, which gives rows timestamps besides, is the pipe
`cmapss-ingest | featurize` writing to /dev/null, in both forms. Times are of whole processes, start to end, the least of
the repetitions; memory is the peak of all processes of the side together. Before anything is timed, the 84 rolling
columns of all sides are compared.
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "BORESCOPE_CPU", "BORESCOPE_FORMAT"):
    os.environ.pop(variable, None)
os.environ["POLARS_MAX_THREADS"] = "1"


def side(*commands, **environment):
    """Runs commands as a pipe on core 0. Returns seconds of the clock, seconds of the processor, peak megabytes.

    The peak is what GNU time says of its child: a child of this process would report this process's own peak, which
    Linux carries over from fork through exec.
    """
    begin = time.perf_counter()
    processes, notes, source = [], [], subprocess.DEVNULL
    for index, command in enumerate(commands):
        last = index + 1 == len(commands)
        notes.append(tempfile.NamedTemporaryFile("r", prefix="borescope-time-"))
        process = subprocess.Popen(
            ["/usr/bin/time", "-f", "%U %S %M", "-o", notes[-1].name, "taskset", "-c", "0", *command], stdin=source,
            env={**os.environ, **environment}, stdout=subprocess.DEVNULL if last else subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        if source is not subprocess.DEVNULL:
            source.close()
        source = process.stdout
        processes.append(process)
    for process in processes:
        if process.wait():
            sys.exit(f"{process.args}: exit status {process.returncode}")
    seconds = time.perf_counter() - begin
    user, system, peak = (sum(column) for column in zip(*(map(float, note.read().split()) for note in notes)))
    return seconds, user + system, peak / 1024


def copies(path, count, target):
    """Writes `count` copies of NASA's file, each with engine numbers of its own."""
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    with opened as file:
        rows = [line.split(" ", 1) for line in file]
    units = int(rows[-1][0])
    with open(target, "w") as file:
        for copy in range(count):
            file.writelines(f"{int(unit) + copy * units} {rest}" for unit, rest in rows)


def peer(name, path, *output):
    return [sys.executable, os.path.join(HERE, "peers.py"), name, path, *output]


def compare(path, folder, names):
    """The largest relative departure of each peer's rolling columns from Borescope's."""
    ours = os.path.join(folder, "ours.npy")
    with open(ours, "wb") as file:
        ingest = subprocess.Popen(["cmapss-ingest", "--kind", "train", "--format", "npy", path], stdout=subprocess.PIPE)
        subprocess.run(["featurize", "--format", "npy"], stdin=ingest.stdout, stdout=file, check=True)
    arrays = []
    with open(ours, "rb") as file:
        while file.peek(1):
            array = numpy.load(file)
            rolling = [name for name in array.dtype.names if "_mean_" in name or "_std_" in name]
            arrays.append(numpy.stack([array[name] for name in rolling], axis=1))
    own = numpy.concatenate(arrays)
    for name in names:
        theirs = os.path.join(folder, "theirs.npy")
        subprocess.run(peer(name, path, theirs), check=True, stderr=subprocess.DEVNULL)
        other = numpy.load(theirs)[:, [column_order().index(column) for column in rolling]]
        departure = numpy.abs(own - other) / numpy.maximum(numpy.abs(own), 1e-3)
        print(f"  {name}: {own.shape[0]} rows x {own.shape[1]} rolling columns, largest departure {departure.max():.1e}")


def column_order():
    sensors = [f"sensor_{i}" for i in range(1, 22) if i not in (1, 5, 6, 10, 16, 18, 19)]
    return [f"{sensor}_{kind}_{span}" for sensor in sensors for span in (5, 10, 20) for kind in ("mean", "std")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--pandas", action="store_true", help="time pandas too")
    options = parser.parse_args()

    folder = tempfile.mkdtemp(prefix="borescope-rows-")
    try:
        path = os.path.join(folder, "train_bench.txt")
        copies(options.file, options.copies, path)
        print(f"{os.path.basename(options.file)} x {options.copies}: {os.path.getsize(path) / 1e6:.1f} MB")
        peers = ["polars", "polars-streaming"] + (["pandas"] if options.pandas else [])
        if options.copies == 1:
            compare(path, folder, peers)
        ingest = ["cmapss-ingest", "--kind", "train", path]
        sides = {
            "Borescope, npy": lambda: side(ingest, ["featurize"], BORESCOPE_FORMAT="npy"),
            "Borescope, ndjson": lambda: side(ingest, ["featurize"]),
            **{name: (lambda name=name: side(peer(name, path))) for name in peers},
            "polars, ndjson": lambda: side(peer("polars", path, os.devnull)),
        }
        best = {}
        for _ in range(options.repeats):
            for name, run in sides.items():
                best[name] = min(best.get(name, (1e9, 0, 0)), run())
        forms = [best[name][0] for name in list(sides)[:2]]
        print("| | seconds | of processor | peak MB | against npy | against ndjson |\n|---|---|---|---|---|---|")
        for name, (seconds, used, peak) in best.items():
            ratios = " | ".join(f"{seconds / form:.1f} x" for form in forms)
            print(f"| {name} | {seconds:.2f} | {used:.2f} | {peak:.0f} | {ratios} |")
    finally:
        shutil.rmtree(folder)


main()
