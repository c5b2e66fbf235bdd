#!/usr/bin/env python3
"""Cold start: every program from its start to its end on one row of input, against `python -c "import pandas"`.

    start.py PROGRAM...

The medians of 40 runs on core 0. Programs that need a model are given --help instead, which starts as much of them.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

TEXT = "1 1 -0.0007 -0.0004 100.0 " + " ".join(["518.67"] * 21) + "  \n"


def median(command, source, runs=40):
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run(command, stdin=open(source), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1000


def main():
    with tempfile.TemporaryDirectory() as folder:
        text, row = os.path.join(folder, "row.txt"), os.path.join(folder, "row.ndjson")
        with open(text, "w") as file:
            file.write(TEXT)
        with open(row, "w") as file:
            subprocess.run(["cmapss-ingest", "--kind", "train", text], stdout=file, check=True)
        true = median(["taskset", "-c", "0", "true"], os.devnull)
        pinned = ["taskset", "-c", "0"]
        python = median([*pinned, sys.executable, "-c", "import pandas"], os.devnull, runs=10)
        print(f"(starting any process takes {true:.1f} ms, which is in all of these)")
        print("| program | ms | against import pandas |\n|---|---|---|")
        for program in sys.argv[1:]:
            rows = {"cmapss-ingest": (["--kind", "train"], text), "cmapss-validate": ([], row), "featurize": ([], row),
                    "window": ([], row)}
            arguments, source = rows.get(program, (["--help"], os.devnull))
            took = median([*pinned, program, *arguments], source)
            print(f"| {program} | {took:.1f} | {python / took:.0f} x |")
        print(f"| python -c 'import pandas' | {python:.0f} | 1 x |")


main()
