"""The streets of a page: what is carried is what the engine has, and it comes back whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipeline.pages import Material, map_page
from pipeline.pages import map as of_map
from pipeline.pages.coding import ALPHABET, coded, coded_lines
from pipeline.pages.places import ways_in
from pipeline.pages.streets import DETAILS, streets
from pipeline.pages.who import walkers_of_page
from pipeline.text import clean_text
from tests.pages.town import CRS, IDS, SOUTH, WEST, hostile, town

Ints = npt.NDArray[np.int64]
DIGITS = {character: digit for digit, character in enumerate(ALPHABET.tobytes().decode("ascii"))}


def numbers(text: str) -> Ints:
    """Undo the coding, a digit at a time."""
    found, value, shift = [], 0, 0
    for digit in map_digits(text):
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            found.append(-(value + 1) // 2 if value & 1 else value // 2)
            value = shift = 0
    return np.array(found, dtype=np.int64)


def map_digits(text: str) -> list[int]:
    return [DIGITS[character] for character in text]


def summed(text: str) -> Ints:
    return np.cumsum(numbers(text))


def spread(text: str, n: int) -> Ints:
    return numbers(text) if text else np.zeros(n, dtype=np.int64)


class Carried:
    """Streets as a reader of the page has them."""

    def __init__(self, page: dict[str, Any]) -> None:
        corners = np.column_stack([summed(column) for column in page["junctions"]])
        start, self.steps = numbers(page["start"]), numbers(page["end"])
        steps = np.column_stack([numbers(column) for column in page["steps"]])
        bends = numbers(page["bends"])
        self.n = len(start)
        self.lines: list[npt.NDArray[np.float64]] = []
        last = at = 0
        for edge in range(self.n):
            first = start[edge] + last
            last = first + self.steps[edge]
            passed = np.cumsum(
                np.vstack([corners[first][None], steps[at : at + bends[edge]]]), axis=0
            )
            at += bends[edge]
            line = np.vstack([passed, corners[last][None]]) + page["origin"]
            self.lines.append(line / page["units"])


def crossing(*, is_hilly: bool = True) -> Material:
    """Return the town with six streets: a bend, a bridge, a loop and a piece cut off."""
    x, y = WEST + 300, SOUTH + 300
    lines = [
        [(x, y), (x + 100.07, y + 3.3), (x + 200, y)],
        [(x + 200, y), (x + 200, y + 250)],
        [(x + 200, y + 250), (x, y)],
        [(x + 200, y), (x + 260, y + 40), (x + 300, y - 20), (x + 200, y)],
        [(x + 900, y), (x + 950, y)],
        [(x, y), (x, y - 80.5)],
    ]
    geometry = [shapely.LineString(line) for line in lines]
    length = [round(line.length * 10) for line in geometry]
    network = gpd.GeoDataFrame(
        {
            "edge_id": [3, 0, 1, 2, 4, 5],
            "start": [7, 9, 20, 9, 50, 7],
            "end": [9, 20, 7, 9, 51, 60],
            "length_dm": length,
            "component": [0, 0, 0, 0, 1, 0],
            "is_snappable": [True, True, True, True, False, True],
            "highway": ["residential", "footway", "footway", "steps", "track", "residential"],
            "name": ["High Street", "", "", "", "", "High Street"],
            "is_steps": [False, False, False, True, False, False],
            "is_bridge_or_tunnel": [False, True, False, False, False, False],
            "tags": "{}",
            "barriers": "",
        },
        geometry=geometry,
        crs=CRS,
    )
    slope = np.arange(6) if is_hilly else np.zeros(6, dtype=int)
    terrain = pd.DataFrame(
        {
            "edge_id": network["edge_id"],
            "forward_dm": np.array(length) + 3 * slope,
            "backward_dm": np.array(length) - slope,
            "steepest_pct": 0.0,
        }
    )
    plain = town()
    entrances = plain.entrances.assign(edge_id=[3, 0, 4, *[5] * (len(plain.entrances) - 3)])
    return replace(plain, network=network, terrain=terrain, entrances=entrances)


@given(st.lists(st.integers(-(2**30) + 1, 2**30 - 1)))
def test_every_list_of_numbers_comes_back(values: list[int]) -> None:
    assert numbers(coded(np.array(values, dtype=np.int64))).tolist() == values


def test_numbers_are_letters_that_need_no_escape() -> None:
    text = coded(np.arange(-5000, 5000))
    assert json.dumps(text) == f'"{text}"'
    assert not set(text) & set("<>&\\'\"")


@pytest.mark.parametrize(("place", "most_m"), [(0, 0.006), (1, 1.1), (2, 4.0)])
def test_streets_lie_where_they_lie_and_cost_what_they_cost(place: int, most_m: float) -> None:
    material = crossing()
    page = list(streets(material))[place]
    kept = material.network.sort_values("edge_id")
    kept = kept[kept["is_snappable"]]
    carried = Carried(page)
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    assert carried.n == len(kept) == 5
    drawn = []
    for line, (_, row) in zip(carried.lines, kept.iterrows(), strict=True):
        metres = np.column_stack(to_metres.transform(line[:, 0], line[:, 1]))
        assert shapely.hausdorff_distance(shapely.LineString(metres), row.geometry) < most_m
        drawn.append(round(float(np.hypot(*np.diff(metres, axis=0).T).sum()) * 10))
    length = np.array(drawn) + spread(page["length"], 5)
    assert length.tolist() == kept["length_dm"].tolist()
    costs = material.terrain.set_index("edge_id").loc[kept["edge_id"]]
    assert (length + spread(page["forward"], 5)).tolist() == costs["forward_dm"].tolist()
    assert (length + spread(page["backward"], 5)).tolist() == costs["backward_dm"].tolist()
    assert summed(page["over"]).tolist() == [0]
    assert page["is_exact"] == (place == 0)


def test_where_the_ground_is_flat_costs_take_no_room() -> None:
    page = next(streets(crossing(is_hilly=False)))
    assert page["forward"] == page["backward"] == page["length"] == ""


def test_the_polynomial_is_the_projection() -> None:
    page = next(streets(crossing()))
    lines = np.vstack(Carried(page).lines)
    held = page["projection"]
    u, v = ((lines - held["middle"]) / held["half"]).T
    terms = np.column_stack([u**i * v**j for i in range(5) for j in range(5 - i)])
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    x, y = to_metres.transform(lines[:, 0], lines[:, 1])
    assert np.abs(terms @ held["x"] - x).max() < 1e-5
    assert np.abs(terms @ held["y"] - y).max() < 1e-5


def test_streets_are_called_by_their_names_and_by_what_they_are() -> None:
    page = next(streets(crossing()))
    called: list[int] = []
    for number in numbers(page["called"]).tolist():
        called.append(number - 1 if number else called[-1])
    # In the order of their numbers: two footways, steps, High Street twice.
    assert called == [1, 1, 2, 3, 3]
    assert page["names"] == ["High Street"]


def test_doors_stand_in_the_order_of_the_places() -> None:
    material = crossing()
    page = next(streets(material))
    rows, owner = ways_in(material)
    # Of the piece cut off, number 4, nothing is carried.
    wanted = [{4: -1, 5: 4}.get(edge, edge) for edge in rows["edge_id"].tolist()]
    assert summed(page["doors"]["edge"]).tolist() == wanted
    assert numbers(page["doors"]["along"]).tolist() == rows["along_dm"].tolist()
    assert numbers(page["doors"]["snap"]).tolist() == rows["snap_dm"].tolist()
    assert owner.tolist() == sorted(owner.tolist())


def test_a_category_that_no_walk_leads_to_says_why() -> None:
    material = crossing()
    without = material.entrances[~material.entrances["category"].isin(["bench", "allotments"])]
    cut_off = without["state"].where(without["category"] != "cafe", "unreachable")
    looks = {
        **material.looks,
        "bench": material.looks["bench"].model_copy(update={"none_mapped_means": "unknown"}),
        "allotments": material.looks["allotments"].model_copy(update={"none_mapped_means": "none"}),
    }
    page = next(streets(replace(material, looks=looks, entrances=without.assign(state=cut_off))))
    said = {material.categories[int(number)]: why for number, why in page["nothing"].items()}
    assert said == {"bench": "n", "allotments": "z", "cafe": "u"}


def test_whoever_the_figures_are_of_walks_first_and_closed_streets_are_named() -> None:
    material = crossing()
    standard = material.walkers["standard"]
    rolling = standard.model_copy(
        update={"label": "On wheels", "refuses": ({"highway": ("steps",)},), "slopes": "tobler"}
    )
    tags = np.where(material.network["is_steps"], '{"highway": "steps"}', "{}")
    material = replace(
        material,
        walkers={"a_wheel": rolling, "standard": standard},
        network=material.network.assign(tags=tags),
    )
    first, second = next(streets(material))["walkers"]
    assert (first["id"], first["is_hilly"], first["closed"]) == ("standard", False, "")
    assert (second["id"], second["is_hilly"]) == ("a_wheel", True)
    assert summed(second["closed"]).tolist() == [2]


def test_without_a_street_there_is_a_reason_and_nothing_else() -> None:
    material = town()
    none = material.network.iloc[:0]
    assert list(streets(replace(material, network=none))) == [{"why": "no_streets"}]
    cut_off = material.network.assign(is_snappable=False)
    assert list(streets(replace(material, network=cut_off))) == [{"why": "no_streets"}]


def test_the_page_carries_the_finest_streets_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    material = crossing()
    for refused, units in enumerate((*(detail.units_per_degree for detail in DETAILS), None)):
        tries = iter(range(len(DETAILS) + 1))
        monkeypatch.setattr(of_map, "_fits", lambda _, n=refused, tries=tries: next(tries) >= n)
        carried = data_of(map_page(material))["streets"]
        assert carried.get("units") == units
        assert ("why" in carried) == (units is None)


def test_the_page_is_measured_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    material = crossing()
    monkeypatch.setattr(of_map, "LARGEST_BYTES", len(map_page(material).encode()) - 1)
    assert data_of(map_page(material))["streets"]["units"] == DETAILS[1].units_per_degree


def test_the_page_is_measured_as_it_is_sent_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_map, "LARGEST_SENT_BYTES", 1000)
    assert data_of(map_page(crossing()))["streets"] == {"why": "no_room"}


def data_of(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        page.split('id="data">')[1].split("</script>", maxsplit=1)[0]
    )
    return found


def test_hostile_names_of_streets_and_walkers_are_cleaned() -> None:
    material = town(is_hostile=True)
    page = next(streets(material))
    assert page["names"] == [clean_text(hostile(0))]
    (walker,) = walkers_of_page(material)
    assert walker["label"] == clean_text(hostile(4))


def test_one_neighbourhood_is_enough() -> None:
    material = town()
    alone = material.neighbourhoods[material.neighbourhoods["neighbourhood_id"] == IDS[0]]
    assert next(streets(replace(material, neighbourhoods=alone)))["is_exact"]


def test_lines_written_as_text_come_back() -> None:
    lines = [[-260_100, 5_171_000, 3, -4], [-260_090, 5_170_900, 0, 0, 70_000, -1], [1, 2, 3, 4]]
    text = coded_lines(lines)
    x, y = summed(text["x"]), summed(text["y"])
    places = np.cumsum(numbers(text["n"]))[:-1]
    for line, xs, ys in zip(lines, np.split(x, places), np.split(y, places), strict=True):
        expected = np.cumsum(np.array(line).reshape(-1, 2), axis=0)
        np.testing.assert_array_equal(np.column_stack([xs, ys]), expected)
    assert coded_lines([]) == {"n": "", "x": "", "y": ""}


def test_paths_are_drawn_from_the_streets_where_the_page_carries_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = data_of(map_page(crossing()))
    assert set(data["backdrop"]["streets"]) == {"major", "minor"}
    assert "paths" in data["streets"]
    monkeypatch.setattr(of_map, "LARGEST_SENT_BYTES", 1000)
    assert set(data_of(map_page(crossing()))["backdrop"]["streets"]) == {"major", "minor", "path"}
