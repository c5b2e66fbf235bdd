"""Rolling statistics of a few C-MAPSS units as pandas computes them.

    python rolling.py CMAPSS_FOLDER

writes beside itself, for each of FD001 and FD004, `NAME_rows.npy` (unit, cycle, the 14 sensors that vary) and
`NAME_rolling.npy` (for each sensor mean and sample deviation over 5, 10 and 20 rows), both two-dimensional, float64.
Made with pandas 3.1 and numpy; the first 40 rows of three units each.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

SENSORS = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21]
UNITS = {"FD001": [1, 39, 100], "FD004": [1, 77, 249]}
ROWS = 40


def main(folder: Path) -> None:
    names = ["unit", "cycle", "a", "b", "c"] + [f"sensor_{number}" for number in range(1, 22)]
    for name, units in UNITS.items():
        frame = pd.read_csv(folder / f"train_{name}.txt", sep=r"\s+", header=None, names=names)
        frame = frame[frame.unit.isin(units) & (frame.cycle <= ROWS)].reset_index(drop=True)
        features = []
        for number in SENSORS:
            groups = frame.groupby("unit")[f"sensor_{number}"]
            for window in (5, 10, 20):
                rolling = groups.rolling(window, min_periods=1)
                features.append(rolling.mean().to_numpy())
                features.append(rolling.std(ddof=1).fillna(0).to_numpy())
        rows = frame[["unit", "cycle"] + [f"sensor_{number}" for number in SENSORS]].to_numpy(np.float64)
        here = Path(__file__).parent
        np.save(here / f"{name}_rows.npy", np.ascontiguousarray(rows))
        np.save(here / f"{name}_rolling.npy", np.stack(features, axis=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
