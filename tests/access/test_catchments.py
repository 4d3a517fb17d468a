"""The land and the people within reach: by hand, and by their laws."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.access.catchments import entrances_of, measure_asset, measure_catchments
from pipeline.access.surface import measure_surface, walkable_land
from pipeline.config import Study
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.network import build_network
from pipeline.snapping import snap
from tests import towns

STUDY: Study = towns.STUDY
# One straight street of 1,300 m along y = 0; the west is the poorest tenth, the east has no index.
STREETS = build_network(
    towns.streets(([(1, 0, 0), (2, 1300, 0)], {"highway": "residential"})),
    towns.features(),
    STUDY.snapping,
)[0]
WEST, EAST = shapely.box(0, -50, 650, 50), shapely.box(650, -50, 1300, 50)


def areas(deciles: tuple[float, float] = (1, np.nan), people: float = 100) -> gpd.GeoDataFrame:
    frame = towns.neighbourhoods(("A", WEST, people), ("B", EAST, people))
    return frame.assign(deprivation_decile=list(deciles))


def homes(*rows: tuple[float, float, float]) -> gpd.GeoDataFrame:
    """Place homes: x, y and people; y may be off the street, the leg counts."""
    points = np.array([shapely.Point(x, y) for x, y, _ in rows])
    frame = gpd.GeoDataFrame(
        {"people": [float(n) for *_, n in rows]}, geometry=points, crs=towns.CRS
    )
    frame["home_id"] = [f"h{at}" for at in range(len(rows))]
    frame["neighbourhood_id"] = ["A" if x < 650 else "B" for x, *_ in rows]
    frame["known_within_m"] = 5000.0
    stands = snap(points, STREETS, STUDY.snapping.home_cap_m)
    state = np.where(stands["edge_id"] >= 0, "ok", "unreachable")
    return frame.join(stands).assign(state=state)


def doors(*points: tuple[str, float]) -> gpd.GeoDataFrame:
    shapes = np.array([shapely.Point(x, 0) for _, x in points])
    frame = gpd.GeoDataFrame({"asset_id": [p[0] for p in points]}, geometry=shapes, crs=towns.CRS)
    return frame.assign(category="park", state="ok").join(snap(shapes, STREETS, 100))


def measured(
    people: gpd.GeoDataFrame,
    ways_in: gpd.GeoDataFrame,
    where: gpd.GeoDataFrame | None = None,
    none_mapped_means: str = "none",
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    where = areas() if where is None else where
    rules = {"park": towns.rules(none_mapped_means=none_mapped_means)}
    known = towns.covered(where)
    surface, _ = measure_surface(where, known, towns.features(), STREETS, ways_in, rules, STUDY)
    bands, counts, _ = measure_catchments(surface, people, ways_in, STREETS, where, rules, STUDY)
    return bands, counts


def numbers(counts: pd.DataFrame, column: str = "people") -> dict[tuple[int, str], float]:
    return dict(counts.set_index(["minutes", "people_of"])[column].items())  # type: ignore[arg-type]


def test_the_land_is_the_cells_from_whose_middle_one_walks_there_in_time() -> None:
    bands, _ = measured(homes((1000, 10, 20)), doors(("park", 0)))
    # Within 400 m along the street and the leg to it: 16 cells in each of the rows 12.5 m from the
    # street, the last of them at exactly 400 m, and 15 in each of the rows 37.5 m from it.
    assert bands["area_ha"].iloc[0] == (2 * 16 + 2 * 15) * 25 * 25 / 10_000
    assert bands.geometry.iloc[0].bounds == (0, -50, 400, 50)
    assert bands.geometry.area.tolist() == pytest.approx((bands["area_ha"] * 10_000).tolist())
    assert bands["state"].tolist() == ["ok"] * 3


def test_people_are_those_whose_walk_costs_no_more_than_the_cut_off() -> None:
    people = homes((390, 10, 30), (390.1, 10, 20), (700, 0, 40), (1250, 0, 25))
    _, counts = measured(people, doors(("park", 0)))
    # 400.0 m is within five minutes and 400.1 m is not; 1,250 m is beyond fifteen.
    found = numbers(counts)
    assert [found[m, "all"] for m in (5, 10, 15)] == [30, 90, 90]
    assert [found[m, "decile_1"] for m in (5, 10, 15)] == [30, 50, 50]
    assert [found[m, "no_decile"] for m in (5, 10, 15)] == [0, 40, 40]
    shares = numbers(counts, "share_pct")
    assert shares[5, "all"] == pytest.approx(30 / 115 * 100)
    assert shares[10, "no_decile"] == pytest.approx(40 / 65 * 100)
    states = counts.set_index(["minutes", "people_of"])["state"]
    assert states.loc[(5, "no_decile")] == "true_zero"


def test_a_home_that_is_counted_lies_in_its_band_though_the_middle_of_its_cell_does_not() -> None:
    # The home at the near edge of the cell from 400 to 425 m, whose middle is 425 m away.
    people = homes((400, 0, 50), (1250, 0, 50))
    bands, counts = measured(people, doors(("park", 0)))
    assert numbers(counts)[5, "all"] == 50
    assert bands.geometry.iloc[0].intersects(people.geometry.iloc[0])
    assert bands["area_ha"].iloc[0] == (2 * 16 + 2 * 15 + 1) * 0.0625


def test_without_an_index_there_is_one_group() -> None:
    _, counts = measured(homes((10, 0, 50)), doors(("park", 0)), areas((np.nan, np.nan)))
    assert set(counts["people_of"]) == {"all"}


def test_few_people_are_not_published_and_cannot_be_worked_out() -> None:
    people = homes((100, 0, 4), (200, 0, 46), (700, 0, 60), (1250, 0, 50))
    where = areas((1, 10))
    people.loc[[1], "neighbourhood_id"] = "B"
    _, counts = measured(people, doors(("park", 0)), where)
    five = counts[counts["minutes"] == 5].set_index("people_of")
    # Fifty in all, of whom four are few: the 46 would give them away.
    assert five["state"].to_dict() == {
        "all": "ok", "decile_1": "suppressed", "decile_10": "suppressed"
    }  # fmt: skip
    assert five["people"].isna().to_dict() == {"all": False, "decile_1": True, "decile_10": True}


def test_what_is_not_known_has_no_number_and_no_land() -> None:
    bands, counts = measured(
        homes((10, 0, 50)), doors(("park", 0)).iloc[:0], none_mapped_means="unknown"
    )
    assert set(bands["state"]) == set(counts["state"]) == {"no_data"}
    assert bands["area_ha"].isna().all()
    assert bands.geometry.is_empty.all()
    assert counts["people"].isna().all()


def test_nothing_there_is_a_true_zero_where_the_map_is_known() -> None:
    bands, counts = measured(homes((10, 0, 50)), doors(("park", 0)).iloc[:0])
    assert set(bands["state"]) == {"true_zero"}
    assert set(counts.loc[counts["people_of"] == "all", "state"]) == {"true_zero"}


def test_nothing_found_where_nobody_can_be_certain_is_no_data() -> None:
    people = homes((10, 0, 50)).assign(known_within_m=300.0)
    _, counts = measured(people, doors(("park", 0)).iloc[:0])
    assert set(counts["state"]) == {"no_data"}


def metres(least: int, most: int) -> st.SearchStrategy[float]:
    """Draw metres to the millimetre: on which side of a cell a hair less lies is rounding."""
    return st.integers(least * 1000, most * 1000).map(lambda mm: mm / 1000)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(metres(0, 1300), min_size=1, max_size=4),
    metres(0, 1300),
    st.lists(st.tuples(metres(0, 1299), metres(-49, 49)), min_size=1, max_size=12),
)
def test_bands_nest_grow_with_assets_hold_their_homes_and_share_out_all_people(
    parks: list[float], another: float, places: list[tuple[float, float]]
) -> None:
    people = homes(*((x, y, 50) for x, y in places))
    few = doors(*((f"p{at}", x) for at, x in enumerate(parks)))
    more = doors(*((f"p{at}", x) for at, x in enumerate([*parks, another])))
    bands, counts = measured(people, few)
    larger, _ = measured(people, more)
    for at in range(3):
        band = bands.geometry.iloc[at]
        assert at == 0 or shapely.difference(bands.geometry.iloc[at - 1], band).area == 0
        assert shapely.difference(band, larger.geometry.iloc[at]).area == 0
    for minutes, rows in counts.groupby("minutes"):
        found = rows.set_index("people_of")["people"]
        assert found["all"] == found.drop("all").sum()
        walk = np.array([min(abs(x - park) for park in parks) + abs(y) for x, y in places])
        counted = people.geometry[walk <= 80 * int(str(minutes)) - 0.2]
        band = bands.geometry[bands["minutes"] == minutes].iloc[0]
        assert counted.intersects(band).all()


def test_one_asset_has_the_catchment_of_its_category_where_it_is_alone() -> None:
    people, ways_in, where = homes((390, 10, 30), (700, 0, 40)), doors(("park", 0)), areas()
    land = walkable_land(where, towns.covered(where), towns.features(), STREETS, STUDY)
    alone = measure_asset(land, people, ways_in, STREETS, where, STUDY)
    for one, of_all in zip(alone, measured(people, ways_in), strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(of_all))


def test_an_asset_that_is_not_there_or_out_of_reach_is_told_in_a_sentence() -> None:
    known = towns.assets(("osm-way-1", "park", WEST), ("osm-way-2", "park", EAST))
    ways_in = doors(("osm-way-1", 0))
    assert len(entrances_of("osm-way-1", known, ways_in)) == 1
    with pytest.raises(ChoiceIsNotAllowed, match=r"no asset of this name.*‘osm-way-1’"):
        entrances_of("osm-way-11", known, ways_in)
    with pytest.raises(ChoiceIsNotAllowed, match="no street leads to this asset"):
        entrances_of("osm-way-2", known, ways_in)
