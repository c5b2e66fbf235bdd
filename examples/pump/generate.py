#!/usr/bin/env python3
"""Rows of a fleet of centrifugal pumps, as NDJSON: another machine than the turbofan.

    generate.py [--units 12] [--cycles 240] [--faulty 4] [--seed 1] [--interleave] [--faults FILE] > pump.ndjson

Eight sensors a row, one row a minute, no labels. In some pumps a bearing wears out from some cycle on: vibration rises,
then the bearing's temperature, then the motor's current. --faults says which and since when, for whoever wants to check.
The same options give the same bytes. Needs nothing but Python 3.
"""

import argparse
import json
import math
import random
from datetime import datetime, timedelta, timezone

START = datetime(2024, 3, 1, tzinfo=timezone.utc)


def pump(unit, cycles, onset, seed):
    """The rows of one pump; `onset` is the cycle at which its bearing begins to wear, None for a sound one."""
    noise = random.Random(seed * 100_003 + unit)
    size = 1 + 0.05 * noise.uniform(-1, 1)
    warm = 40 + 3 * noise.uniform(-1, 1)
    demand = 0.0
    for cycle in range(1, cycles + 1):
        demand = 0.9 * demand + noise.gauss(0, 0.02)
        load = 1 + 0.15 * math.sin(2 * math.pi * cycle / 96) + demand
        wear = 0.0 if onset is None or cycle < onset else ((cycle - onset + 1) / (cycles - onset + 1)) ** 2
        flow = 52 * size * load
        suction = 1.8 - 0.004 * flow
        head = 6.4 * size - 0.0006 * flow**2
        current = 21 * size * (0.35 + 0.65 * load) * (1 + 0.08 * wear**2)
        motor = warm + 0.9 * current
        bearing = warm + 14 * load + 22 * wear**1.5
        shake = 1.6 * size * (0.8 + 0.2 * load)
        yield {
            "unit_id": unit,
            "cycle": cycle,
            "timestamp": (START + timedelta(minutes=cycle - 1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "flow": round(flow + noise.gauss(0, 0.4), 2),
            "suction_pressure": round(suction + noise.gauss(0, 0.01), 3),
            "discharge_pressure": round(suction + head + noise.gauss(0, 0.02), 3),
            "motor_current": round(current + noise.gauss(0, 0.15), 2),
            "motor_temperature": round(motor + noise.gauss(0, 0.3), 1),
            "bearing_temperature": round(bearing + noise.gauss(0, 0.3), 1),
            "vibration_x": round(shake * (1 + 2.5 * wear) + noise.gauss(0, 0.06), 3),
            "vibration_y": round(shake * (0.9 + 1.8 * wear) + noise.gauss(0, 0.06), 3),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=12, help="pumps in the fleet")
    parser.add_argument("--cycles", type=int, default=240, help="rows of each pump")
    parser.add_argument("--faulty", type=int, default=4, help="pumps whose bearing wears out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interleave", action="store_true", help="order rows by time, as a fleet sends them")
    parser.add_argument("--faults", metavar="FILE", help="write a line 'unit_id onset' for each faulty pump")
    options = parser.parse_args()

    draw = random.Random(options.seed)
    faulty = draw.sample(range(1, options.units + 1), min(options.faulty, options.units))
    onsets = {unit: draw.randint(options.cycles // 2, options.cycles * 3 // 4) for unit in faulty}
    if options.faults:
        with open(options.faults, "w", encoding="utf-8") as file:
            for unit in sorted(onsets):
                file.write(f"{unit} {onsets[unit]}\n")

    pumps = [pump(unit, options.cycles, onsets.get(unit), options.seed) for unit in range(1, options.units + 1)]
    if options.interleave:
        rows = (row for minute in zip(*pumps) for row in minute)
    else:
        rows = (row for rows in pumps for row in rows)
    for row in rows:
        print(json.dumps(row, separators=(",", ":")))


if __name__ == "__main__":
    main()
