"""Draw pairs of records that matching has weighed, at random, ten a sheet, to be judged by eye.

Run it with `python benchmarks/pairs_by_eye.py <matching> --out <folder>`, where the matching is
`allotments`, `woodland` or `stops` of Trafford, or `newport` (its stops on the map against those of
the timetable; needs the tables that `make newport` has made). `REAL_DATA` names the folder of the
real places. Each panel shows one record in blue and the other in orange, what else lies near in
grey, both names, how far they are apart, what they have in common, how sure matching is and what it
decided; codes that matching was not shown stand last. The same seed draws the same pairs.
`pairs.csv` lists them with an empty column to be filled in: `right`, `wrong` or `cannot say`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely

if __name__ == "__main__":
    # A script's own folder is searched first, and there `pipeline` is another benchmark.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from pipeline import files
from pipeline.comparison import compatible_categories
from pipeline.config import Category
from pipeline.matching import OPEN, weigh
from pipeline.stops import place_name

mpl.use("agg")
from matplotlib import pyplot as plt

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("REAL_DATA", ROOT.parent / "shared" / "places"))
RULES = files.read_configs(sorted((ROOT / "config/categories").glob("*.yaml")), Category)
WITHIN = {category: rule.same_within_m for category, rule in RULES.items()}
CRS = "EPSG:27700"
A_SHEET, ACROSS = 10, 5
BLUE, ORANGE, GREY = "#0b5fa5", "#d1620a", "#b9bec2"
# What is shown around a pair, at least.
AROUND_M = 35.0


@dataclass(frozen=True)
class Matching:
    """Two sources, which of the pairs that were weighed are drawn from, and what lies around."""

    ours: gpd.GeoDataFrame
    theirs: gpd.GeoDataFrame
    pairs: pd.DataFrame
    around: tuple[shapely.Geometry, ...] = ()


def main() -> None:
    """Draw the pairs of one matching."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("matching", choices=sorted(MATCHINGS))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20261122)
    choices = parser.parse_args()
    found = MATCHINGS[choices.matching]()
    ordered = found.pairs.sort_values(["one", "other"], ignore_index=True)
    n = min(choices.pairs, len(ordered))
    chosen = np.random.default_rng(choices.seed).choice(len(ordered), n, replace=False)
    drawn = ordered.iloc[np.sort(chosen)].reset_index(drop=True)
    choices.out.mkdir(parents=True, exist_ok=True)
    counts = ordered["decision"].replace(OPEN, "let go").value_counts().to_dict()
    print(f"{n} of {len(ordered)} pairs ({counts})")
    _list(found, drawn, choices.out / "pairs.csv")
    for first in range(0, n, A_SHEET):
        sheet = choices.out / f"sheet_{first // A_SHEET + 1}.png"
        _draw(found, drawn.iloc[first : first + A_SHEET], sheet)
        print(sheet)


# --- what is matched ------------------------------------------------------------------------------


def _greenspace() -> gpd.GeoDataFrame:
    """Return the sites of Open Greenspace in Trafford, in the categories of this project."""
    category_of = {}
    for category, rule in RULES.items():
        for entry in rule.layers:
            if entry.layer == "os_open_greenspace_sites":
                functions = entry.where.get("function", ())
                for function in [functions] if isinstance(functions, str) else functions:
                    category_of[function] = category
    sites = _features("trafford_greenspace_sites.geojson")
    kinds = [category_of.get(said["site_type"], "") for said in sites["said"]]
    sites = sites.assign(category=kinds, name=[said["site_name"] or "" for said in sites["said"]])
    return sites[sites["category"] != ""].reset_index(drop=True)


def _allotments() -> Matching:
    """Match the green spaces with the allotments of OpenStreetMap: all that touch."""
    theirs = _features("trafford_allotments.geojson")
    names = [said["name"] or "" for said in theirs["said"]]
    theirs = theirs.assign(category="allotments", name=names)
    found = _weighed(_greenspace(), theirs)
    pairs = found.pairs
    return Matching(
        found.ours, found.theirs, pairs[(pairs["decision"] != OPEN) | (pairs["apart_m"] == 0)]
    )


def _woodland() -> Matching:
    """Match the green spaces with woods: every pair that lies near enough to be weighed."""
    theirs = _features("trafford_woodland.geojson")
    return _weighed(_greenspace(), theirs.assign(category="nature_space", name=""))


def _stops() -> Matching:
    """Match the stops of NaPTAN in two formats by their codes and names, decided pairs only."""
    ours = _features("trafford_bus_stops.geojson")
    said = [(each["common_name"], each["atco_code"]) for each in ours["said"]]
    ours = ours.assign(name=[name for name, _ in said], code=[code for _, code in said])
    with (REAL_DATA / "trafford/trafford_bus_stops.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    points = gpd.GeoSeries.from_xy(
        [float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows], crs=4326
    ).to_crs(CRS)
    theirs = gpd.GeoDataFrame(
        {"name": [row["common_name"] for row in rows], "code": [row["atco_code"] for row in rows]},
        geometry=points.to_numpy(), crs=CRS,
    )  # fmt: skip
    both = [
        side.assign(category="bus_stop", identifiers=[(f"naptan:{c}",) for c in side["code"]])
        for side in (ours, theirs)
    ]
    found = _weighed(*both)
    return Matching(found.ours, found.theirs, found.pairs[found.pairs["decision"] != OPEN])


def _newport() -> Matching:
    """Match stops of the map with those of the timetable, their codes held back."""
    made = ROOT / "data/interim/newport"
    records = gpd.read_parquet(made / "records.parquet")
    records = records[records["category"] == "bus_stop"]
    features = pd.read_parquet(made / "features.parquet", columns=["feature_id", "tags"])
    tags = {
        name: json.loads(text)
        for name, text in features[["feature_id", "tags"]].itertuples(index=False, name=None)
    }
    said = [tags.get(record, {}) for record in records["record_id"]]
    is_mapped = (records["source"] == "osm").to_numpy()
    codes = [
        each.get("naptan:AtcoCode", "") if mapped else record
        for each, mapped, record in zip(said, is_mapped, records["record_id"], strict=True)
    ]
    names = [
        place_name(name, each) if name else ""
        for name, each in zip(records["name"], said, strict=True)
    ]
    records = records.assign(written=records["name"], name=names, code=codes)
    records = records.assign(identifiers=[()] * len(records))
    found = _weighed(
        records[is_mapped].reset_index(drop=True), records[~is_mapped].reset_index(drop=True)
    )
    streets = gpd.read_parquet(made / "network.parquet").geometry.to_numpy()
    pairs = found.pairs[found.pairs["decision"] != OPEN]
    return Matching(found.ours, found.theirs, pairs, tuple(streets))


MATCHINGS: dict[str, Callable[[], Matching]] = {
    "allotments": _allotments, "woodland": _woodland, "stops": _stops, "newport": _newport,
}  # fmt: skip


def _features(name: str) -> gpd.GeoDataFrame:
    text = (REAL_DATA / "trafford" / name).read_text(encoding="utf-8")
    held = json.loads(text)["features"]
    shapes = [shapely.make_valid(shapely.geometry.shape(each["geometry"])) for each in held]
    rows = {
        "said": [each["properties"] for each in held],
        "code": "",
        "identifiers": [()] * len(held),
    }
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=4326).to_crs(CRS)


def _weighed(ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame) -> Matching:
    return Matching(ours, theirs, weigh(ours, theirs, compatible_categories(RULES), WITHIN))


# --- sheets ---------------------------------------------------------------------------------------


def _list(found: Matching, drawn: pd.DataFrame, path: Path) -> None:
    columns = ["confidence", "decision", "apart_m", "overlap", "part"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["pair", "one", "other", *columns, "one_code", "other_code", "judged"])
        for number, row in enumerate(drawn.to_dict("records"), 1):
            one, other = found.ours.loc[row["one"]], found.theirs.loc[row["other"]]
            told = [row[column] for column in columns]
            writer.writerow(
                [number, one["name"], other["name"], *told, one["code"], other["code"], ""]
            )


def _draw(found: Matching, pairs: pd.DataFrame, path: Path) -> None:
    figure, axes = plt.subplots(A_SHEET // ACROSS, ACROSS, figsize=(20, 10.5), dpi=80)
    for place in axes.flat:
        place.set_axis_off()
    for place, (number, row) in zip(axes.flat, pairs.iterrows(), strict=False):
        _panel(place, found, int(str(number)) + 1, row.to_dict())
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def _panel(place: Any, found: Matching, number: int, row: dict[Any, Any]) -> None:  # noqa: ANN401
    one, other = found.ours.loc[row["one"]], found.theirs.loc[row["other"]]
    west, south, east, north = shapely.total_bounds([one.geometry, other.geometry])
    half = max(east - west, north - south, AROUND_M) * 0.75
    x, y = (west + east) / 2, (south + north) / 2
    view = shapely.box(x - half, y - half, x + half, y + half)
    _near(place, found.around, view, GREY, 0.8)
    _near(place, found.ours.geometry, view, BLUE, 0.5)
    _near(place, found.theirs.geometry, view, ORANGE, 0.5)
    _shape(place, one.geometry, BLUE, fill=0.35, marker="o")
    _shape(place, other.geometry, ORANGE, fill=0.15, marker="^")
    place.set(xlim=(x - half, x + half), ylim=(y - half, y + half), aspect="equal")
    metres = 10 ** np.floor(np.log10(half))
    place.plot([x - half * 0.95, x - half * 0.95 + metres], [y - half * 0.95] * 2, "k-", lw=3)
    place.text(x - half * 0.95, y - half * 0.9, f"{metres:g} m", fontsize=8)
    likeness = "–" if pd.isna(row["name"]) else f"{row['name']:.2f}"
    codes = f"\ncodes {one['code'] or '–'} / {other['code'] or '–'}"
    place.set_title(
        f"{number}  {row['decision'] or 'let go'}  {row['confidence']:.2f}\n"
        f"{_called(one)}\n{_called(other)}\n"
        f"{row['apart_m']:.0f} m apart, common {row['overlap']:.2f}, of smaller {row['part']:.2f}, "
        f"names {likeness}{codes if one['code'] or other['code'] else ''}",
        fontsize=8, loc="left",
    )  # fmt: skip


def _called(record: pd.Series) -> str:
    name = record.get("written") or record["name"] or "(no name)"
    return f"{name} [{record['category']}]"


def _near(
    place: Any,  # noqa: ANN401
    shapes: Iterable[shapely.Geometry],
    view: shapely.Geometry,
    colour: str,
    width: float,
) -> None:
    held = np.asarray(list(shapes), dtype=object)
    for shape in held[shapely.intersects(held, view)] if len(held) else ():
        _shape(place, shape, colour, width=width, marker=".")


def _shape(
    place: Any,  # noqa: ANN401
    shape: shapely.Geometry,
    colour: str,
    *,
    fill: float = 0.0,
    width: float = 2.0,
    marker: str = ".",
) -> None:
    for part in shapely.get_parts(shape):
        kind = shapely.get_dimensions(part)
        if kind == 0:
            place.plot(part.x, part.y, marker, color=colour, ms=12 if width > 1 else 7, alpha=0.8)
        elif kind == 1:
            place.plot(*part.xy, color=colour, lw=width)
        else:
            place.plot(*part.exterior.xy, color=colour, lw=width)
            place.fill(*part.exterior.xy, color=colour, alpha=fill, lw=0)
            for ring in part.interiors:
                place.plot(*ring.xy, color=colour, lw=width)


if __name__ == "__main__":
    main()
