"""A district without a census, whose people come from a raster, through the real Makefile."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from tests.tiny import EAST, NORTH, Project, once

DEGREES = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
CELL = 0.0005
GRID_M = 250.0


def write_people(path: Path) -> tuple[np.ndarray[Any, Any], Any]:
    """Write people per cell, in degrees, around the district; more of them in the north."""
    west, south = DEGREES.transform(EAST - 400, NORTH - 400)
    rows, columns = 60, 60
    people = np.repeat(np.linspace(6, 0, rows)[:, None], columns, axis=1).astype(np.float32)
    place = from_origin(west, south + rows * CELL, CELL, CELL)
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float32",
        crs="EPSG:4326", transform=place, nodata=-99999.0,
    ) as file:  # fmt: skip
        file.write(people, 1)
    return people, place


def as_grid(values: dict[str, Any]) -> None:
    west, south = DEGREES.transform(EAST - 10, NORTH - 10)
    east, north = DEGREES.transform(EAST + 1010, NORTH + 510)
    values["nation"] = "elsewhere"
    values["neighbourhoods"] = {
        "kind": "grid", "cell_m": GRID_M, "west": west, "south": south, "east": east,
        "north": north,
        "people": {"table": "worldpop_2020", "at": {"file": "../inputs/people.tif"}},
    }  # fmt: skip


@pytest.fixture(scope="module", name="built")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(once(tmp_path_factory, "raster", _build))


def _build(folder: Path) -> str:
    project = Project.new(folder)
    write_people(project.inputs / "people.tif")
    project.choose(as_grid)
    return project.built()


@pytest.mark.slow
def test_people_of_the_raster_are_in_the_neighbourhoods_or_outside_them(built: Project) -> None:
    people, place = write_people(built.folder / "again.tif")
    areas = gpd.read_parquet(built.made / "neighbourhoods.parquet")
    assert set(areas["people_state"]) == {"ok"}
    # Each cell of the raster once more, cut by all neighbourhoods together, in plain shapely.
    west, north = place.c, place.f
    row, column = np.indices(people.shape).reshape(2, -1)
    x, y = west + column * CELL, north - row * CELL
    boxes = shapely.box(x, y - CELL, x + CELL, y)
    outline = areas.to_crs(4326).union_all()
    inside = shapely.area(shapely.intersection(boxes, outline)) / shapely.area(boxes)
    assert areas["people"].sum() == pytest.approx((inside * people.ravel()).sum(), rel=1e-5)
    outside = ((1 - inside) * people.ravel()).sum()
    assert areas["people"].sum() + outside == pytest.approx(people.sum(), rel=1e-5)


@pytest.mark.slow
def test_homes_share_them_out_as_they_share_a_census(built: Project) -> None:
    areas = gpd.read_parquet(built.made / "neighbourhoods.parquet").set_index("neighbourhood_id")
    homes = gpd.read_parquet(built.made / "homes.parquet")
    for code, people in homes.groupby("neighbourhood_id")["people"]:
        assert math.fsum(people) == areas.loc[code, "people"]
    report = json.loads((built.out / "run.json").read_text(encoding="utf-8"))["reports"]
    assert not report["homes"]["is_estimated_from_floor_area"]
    lost = report["homes"]["people_without_homes"]
    assert homes["people"].sum() + lost == pytest.approx(areas["people"].sum())


@pytest.mark.slow
def test_the_files_say_that_people_are_from_the_raster(built: Project) -> None:
    note = json.loads((built.out / "run.json").read_text(encoding="utf-8"))
    (told,) = [text for text in note["caveats"] if "raster" in text]
    assert told.startswith("Residents are people from the WorldPop 2020")
    assert not [text for text in note["caveats"] if "floor area" in text]
    assert note["at_a_glance"]["counts"][0].startswith("about ")
    assert "people from the {raster} raster" in (built.out / "map.html").read_text(encoding="utf-8")
    with rasterio.open(built.out / "minutes_to_nearest.tif") as file:
        assert "WorldPop" in file.tags()["attribution"]


@pytest.mark.slow
def test_the_means_over_the_raster_are_published(built: Project) -> None:
    text = (built.out / "minutes_of_people.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["people_from"][:24] for row in rows} == {"people from the WorldPop"}
    (park,) = [r for r in rows if (r["neighbourhood_id"], r["category"]) == ("E07099998", "park")]
    assert park["state"] == "ok"
    assert 2 < float(park["mean_nearest_min"]) < 8


@pytest.mark.slow
def test_shares_within_reach_are_those_of_the_profiles_and_homes_lie_in_their_bands(
    built: Project,
) -> None:
    figures = pd.read_parquet(built.made / "indicators.parquet")
    people = pd.read_parquet(built.made / "catchment_people.parquet")
    bands = gpd.read_parquet(built.made / "catchments.parquet").set_index(["category", "minutes"])
    homes = gpd.read_parquet(built.made / "homes.parquet").set_index("home_id")
    walks = pd.read_parquet(built.made / "access.parquet")
    figures = figures[figures["neighbourhood_id"] == "E07099998"]
    for minutes in (5, 10, 15):
        wanted = figures[figures["measure"] == f"within_{minutes}_min_pct"].set_index("category")
        found = people[people["minutes"] == minutes].set_index("category")
        is_told = found["state"] != "suppressed"
        assert found["share_pct"][is_told].to_dict() == pytest.approx(
            wanted["value"].loc[found.index][is_told].to_dict(), nan_ok=True
        )
        for category in ("park", "library", "cafe"):
            near = (walks["category"] == category) & (walks["nearest_m"] <= 80 * minutes)
            counted = homes.geometry.loc[walks["home_id"][near]]
            assert len(counted)
            assert counted.intersects(bands.geometry.loc[category, minutes]).all()


@pytest.mark.slow
def test_a_raster_of_another_place_stops_and_nothing_is_written(tmp_path: Path) -> None:
    project = Project.new(tmp_path / "project")
    people, place = write_people(project.inputs / "people.tif")
    with rasterio.open(
        project.inputs / "people.tif", "w", driver="GTiff", height=60, width=60, count=1,
        dtype="float32", crs="EPSG:4326", transform=place.translation(1, 1) @ place,
    ) as file:  # fmt: skip
        file.write(people, 1)
    project.choose(as_grid)
    run = project.make("tiny")
    assert run.returncode == 2
    (sentence,) = [line for line in run.stdout.splitlines() if line.startswith("✗")]
    assert "does not cover the district" in sentence
    assert not (project.made / "neighbourhoods.parquet").exists()
