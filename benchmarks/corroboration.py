"""Time the matching of 100,000 records of one source with 100,000 of another, and its memory.

Run it with `python benchmarks/corroboration.py`. Seven in ten are stops, the others green spaces
with two hundred corners or so; each source draws them a few metres off, and a tenth of the names is
misspelt. The aim is a minute and two gigabytes.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if __name__ == "__main__":
    # A script's own folder is searched first, and there `pipeline` is another benchmark.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from pipeline.matching import match

SIDE_M = 60_000.0
WITHIN = {"bus_stop": 30.0, "park": 20.0}
FIRST = ("Belle Vue", "Tredegar", "Mill", "Station", "Church", "Rose", "Oak", "Bridge", "Castle")
SECOND = ("Hill", "Vale", "Green", "Lane", "Field", "Cross", "Bank", "End", "Gate", "Court")
THIRD = ("North", "South", "Old", "New", "Upper", "Lower", "Great", "Little", "Long", "Red")


def main() -> None:
    """Measure once, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    choices = parser.parse_args()
    ours, theirs = sources(choices.records)
    before = _peak_mb()
    began = time.perf_counter()
    pairs = match(ours, theirs, {}, WITHIN)
    seconds = time.perf_counter() - began
    decided = pairs[pairs["decision"] == "same"]
    right = int((decided["one"] == decided["other"]).sum())
    found = {
        "records": choices.records,
        "seconds": round(seconds, 1),
        "peak_mb": round(_peak_mb()),
        "peak_mb_before": round(before),
        "decided": len(decided),
        "ambiguous": int((pairs["decision"] != "same").sum()),
        "precision": round(right / max(len(decided), 1), 4),
        "recall": round(right / choices.records, 4),
    }
    print(json.dumps(found, indent=2))
    if choices.json:
        choices.json.write_text(json.dumps(found), encoding="utf-8")


def sources(n: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw n places twice; row k of the one is row k of the other."""
    chance = np.random.default_rng(2026)
    places = chance.uniform(0, SIDE_M, (n, 2))
    is_stop = np.arange(n) % 10 < 7
    size = chance.uniform(20, 60, n)
    words = [chance.integers(0, len(part), n) for part in (FIRST, SECOND, THIRD)]
    names = [f"{FIRST[a]} {SECOND[b]} {THIRD[c]}" for a, b, c in zip(*words, strict=True)]
    drawn = []
    for off in (0.0, 4.0):
        points = np.asarray(shapely.points(places + chance.normal(0, off, (n, 2))), dtype=object)
        shapes = np.where(is_stop, points, shapely.buffer(points, size, quad_segs=50))
        drawn.append(
            gpd.GeoDataFrame(
                {
                    "category": np.where(is_stop, "bus_stop", "park"),
                    "name": _written(names, chance) if off else names,
                    "identifiers": [()] * n,
                },
                geometry=shapes,
                crs=27700,
            )
        )
    return drawn[0], drawn[1]


def _written(names: list[str], chance: np.random.Generator) -> pd.Series:
    """Misspell a tenth of the names."""
    is_odd = chance.random(len(names)) < 0.1
    return pd.Series(
        [name[:3] + name[4:] if odd else name for name, odd in zip(names, is_odd, strict=True)]
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
