"""Buildings or census points → where walks start, with people.

People of a neighbourhood are shared out over its dwellings by floor area × storeys (dasymetric
mapping; Eicher and Brewer 2001, Cartography and Geographic Information Science 28:125–138), so
that a tower counts for more than a bungalow and a park for nothing. Sums are conserved.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config import Dwellings, Snapping, State
from pipeline.coverage import known_within
from pipeline.errors import SourceIsEmpty
from pipeline.snapping import snap

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

# A building that carries one of these is something else than a dwelling, unless it says so.
OTHER_USES = frozenset(
    (
        "aeroway", "amenity", "craft", "healthcare", "historic", "industrial", "leisure",
        "man_made", "military", "office", "power", "public_transport", "railway", "shop",
        "tourism",
    )
)  # fmt: skip
# Unmarked buildings on such land are not taken for dwellings.
OTHER_LAND = {
    "landuse": frozenset(
        ("industrial", "retail", "commercial", "military", "railway", "quarry", "port", "garages",
         "allotments", "farmyard", "cemetery", "landfill", "depot", "religious")
    ),
    "amenity": frozenset(
        ("school", "college", "university", "hospital", "prison", "kindergarten", "grave_yard")
    ),
    "leisure": frozenset(("park", "sports_centre", "golf_course", "nature_reserve", "marina")),
}  # fmt: skip
MOST_STOREYS = 60.0
# People are shared out in grains of a power of two, so that adding them up is exact.
GRAIN = 2.0**-30
# So many neighbourhoods are named in a caveat; the report lists them all.
MOST_NAMED = 10


def build_homes(
    neighbourhoods: gpd.GeoDataFrame,
    coverage: gpd.GeoDataFrame,
    features: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    dwellings: Dwellings,
    snapping: Snapping,
    census_points: gpd.GeoDataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Place the people of each neighbourhood where they live.

    Parameters
    ----------
    neighbourhoods
        With `people`, `households` and `children`; a grid has neither, and people are then
        estimated from floor area, children not at all.
    coverage
        Neighbourhoods without data get no homes: their people would crowd into what is mapped.
    features
        Buildings are taken from its areas.
    network
        What homes are attached to.
    dwellings, snapping
        Which buildings are homes, and how far from a street they may lie.
    census_points
        Points with an `id`, one or more a neighbourhood, for those whose buildings are badly
        mapped.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and dict
        The homes, and how they were found.

    Raises
    ------
    SourceIsEmpty
        If nothing says where anybody lives.
    """
    known = _known(neighbourhoods, coverage)
    houses = _in_neighbourhoods(_dwellings_of(features, dwellings), known)
    poor = _badly_mapped(houses, known, dwellings)
    points = _points_for(poor, known, census_points)
    homes = pd.concat([houses[~houses["neighbourhood_id"].isin(poor)], points], ignore_index=True)
    if homes.empty:
        raise SourceIsEmpty(
            f"OpenStreetMap shows no home in the {len(known)} of {len(neighbourhoods)} "
            "neighbourhoods that the file covers; give an extract that covers the district and "
            "has buildings, or declare `census_points`."
        )
    homes = gpd.GeoDataFrame(homes, geometry="geometry", crs=neighbourhoods.crs)
    homes["people"] = _people(homes, known, dwellings.floor_m2_per_person)
    homes["children"] = _shared_out(homes, known, "children")
    homes = _on_network(homes, network, coverage, snapping)
    return homes, _report(homes, known, poor)


def _known(neighbourhoods: gpd.GeoDataFrame, coverage: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = coverage[(coverage["what"] == "neighbourhood") & (coverage["state"] == State.OK)]
    return neighbourhoods[neighbourhoods["neighbourhood_id"].isin(rows["neighbourhood_id"])]


# --- which buildings ------------------------------------------------------------------------------


def _dwellings_of(features: gpd.GeoDataFrame, choices: Dwellings) -> gpd.GeoDataFrame:
    """Return one point for each building that people live in, with its floor area."""
    is_building = (features["shape"] == "area") & features["tags"].str.contains('"building":')
    buildings = features[is_building].sort_values("feature_id", ignore_index=True)
    tags = [json.loads(text) for text in buildings["tags"]]
    footprint = shapely.area(buildings.geometry.to_numpy())
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    marked = np.array([t["building"] in choices.residential for t in tags], dtype=bool)
    unmarked = np.array([_may_be_a_dwelling(t) for t in tags], dtype=bool)
    unmarked &= (footprint <= choices.largest_unmarked_m2) & ~_on_other_land(points, features)
    is_home = (marked | unmarked) & (footprint >= choices.smallest_m2)
    storeys = np.array([storeys_of(t, choices.storeys_when_unknown) for t in tags])
    return gpd.GeoDataFrame(
        {
            "home_id": buildings["feature_id"][is_home],
            "made_from": "building",
            "floor_m2": (footprint * storeys)[is_home],
        },
        geometry=points[is_home],
        crs=features.crs,
    ).reset_index(drop=True)


def _may_be_a_dwelling(tags: dict[str, str]) -> bool:
    return tags["building"] == "yes" and not OTHER_USES.intersection(tags)


def storeys_of(tags: dict[str, str], when_unknown: dict[str, float]) -> float:
    """Return the number of storeys of a building.

    Parameters
    ----------
    tags
        Its OpenStreetMap tags.
    when_unknown
        Storeys by value of `building`, and for `other`.

    Returns
    -------
    float
        `building:levels` where it is a sensible number, else the value for its kind.

    Examples
    --------
    >>> storeys_of({"building": "apartments", "building:levels": "7"}, {"other": 2.0})
    7.0
    >>> storeys_of({"building": "house", "building:levels": "two"}, {"other": 2.0})
    2.0
    """
    try:
        levels = float(tags.get("building:levels", ""))
    except ValueError:
        levels = math.nan
    if 0 < levels <= MOST_STOREYS:
        return levels
    return when_unknown.get(tags.get("building", ""), when_unknown["other"])


def _on_other_land(points: Shapes, features: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Find points that lie on land used for something else than living."""
    areas = features[
        (features["shape"] == "area")
        & features["tags"].str.contains('"landuse"|"amenity"|"leisure"')
    ]
    is_other = [_is_other_land(json.loads(text)) for text in areas["tags"]]
    found = np.zeros(len(points), dtype=bool)
    found[shapely.STRtree(points).query(areas.geometry[is_other].to_numpy(), "intersects")[1]] = (
        True
    )
    return found


def _is_other_land(tags: dict[str, str]) -> bool:
    if "building" in tags:
        return False
    return any(tags.get(key) in values for key, values in OTHER_LAND.items())


# --- which neighbourhood, how many people ---------------------------------------------------------


def _in_neighbourhoods(
    points: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Keep the points inside a neighbourhood; on a shared boundary the lowest code wins."""
    ordered = neighbourhoods.sort_values("neighbourhood_id", ignore_index=True)
    tree = shapely.STRtree(points.geometry.to_numpy())
    area_at, point_at = tree.query(ordered.geometry.to_numpy(), predicate="intersects")
    nobody = len(ordered)
    owner = np.full(len(points), nobody)
    np.minimum.at(owner, point_at, area_at)
    inside = points[owner < nobody].reset_index(drop=True)
    codes = ordered["neighbourhood_id"].to_numpy()[owner[owner < nobody]]
    return inside.assign(neighbourhood_id=codes)


def _badly_mapped(
    houses: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame, choices: Dwellings
) -> list[str]:
    """List neighbourhoods with people and too few mapped dwellings for their households."""
    mapped = houses.groupby("neighbourhood_id").size()
    n_mapped = mapped.reindex(neighbourhoods["neighbourhood_id"], fill_value=0).to_numpy()
    wanted = neighbourhoods["households"].fillna(0) * choices.fewest_buildings_per_household
    has_people = neighbourhoods["people"].fillna(0) > 0
    is_poor = has_people & ((n_mapped < wanted) | (n_mapped == 0))
    return sorted(neighbourhoods["neighbourhood_id"][is_poor])


def _points_for(
    poor: list[str], neighbourhoods: gpd.GeoDataFrame, census_points: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """Return the census points of badly mapped neighbourhoods, each weighing the same."""
    empty = gpd.GeoDataFrame(
        {"home_id": [], "made_from": [], "floor_m2": [], "neighbourhood_id": []},
        geometry=[], crs=neighbourhoods.crs,
    )  # fmt: skip
    if census_points is None or not poor:
        return empty
    points = gpd.GeoDataFrame(
        {
            "home_id": "census/" + census_points["id"].astype(str),
            "made_from": "census_point",
            "floor_m2": 0.0,
        },
        geometry=shapely.point_on_surface(census_points.geometry.to_numpy()),
        crs=census_points.crs,
    )
    chosen = neighbourhoods[neighbourhoods["neighbourhood_id"].isin(poor)]
    return _in_neighbourhoods(points, chosen)


def _people(
    homes: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame, floor_m2_per_person: float
) -> Floats:
    """Share out people; where nobody has counted them they are estimated from floor area."""
    people = _shared_out(homes, neighbourhoods, "people")
    return np.where(np.isnan(people), homes["floor_m2"] / floor_m2_per_person, people)


def _shared_out(homes: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame, whom: str) -> Floats:
    """Share out a count by floor area, each neighbourhood's sum conserved to the last digit.

    People and children are shared out by the same weights: nothing says which homes are families'.
    """
    shares = np.full(len(homes), np.nan)
    totals = neighbourhoods.set_index("neighbourhood_id")[whom]
    for code, rows in homes.groupby("neighbourhood_id").indices.items():
        floor = homes["floor_m2"].to_numpy()[rows]
        if not math.isnan(totals[code]):
            weights = floor if floor.sum() > 0 else np.ones(len(rows))
            shares[rows] = conserved_shares(float(totals[code]), weights)
    return shares


def conserved_shares(total: float, weights: Floats) -> Floats:
    """Share a total out by weight so that the shares add up to it exactly.

    Parameters
    ----------
    total
        What is shared out; at least 0.
    weights
        At least 0, not all 0; shape (n,).

    Returns
    -------
    numpy.ndarray
        Shares of shape (n,), at least 0, in whole grains of a billionth; what rounding them down
        leaves over is borne by the largest.

    Examples
    --------
    >>> math.fsum(conserved_shares(10.0, np.array([1.0, 1.0, 1.0])))
    10.0
    """
    shares = np.floor(total * (weights / math.fsum(weights)) / GRAIN) * GRAIN
    largest = int(np.argmax(weights))
    others = np.delete(shares, largest)
    shares[largest] = total - math.fsum(others)
    return shares


# --- on the network -------------------------------------------------------------------------------


def _on_network(
    homes: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    coverage: gpd.GeoDataFrame,
    snapping: Snapping,
) -> gpd.GeoDataFrame:
    points = homes.geometry.to_numpy()
    stands = snap(points, network, snapping.home_cap_m)
    result = homes.reset_index(drop=True).join(stands)
    result["known_within_m"] = known_within(points, coverage)
    result["state"] = np.where(stands["edge_id"] >= 0, State.OK, State.UNREACHABLE)
    return result


def _report(
    homes: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame, poor: list[str]
) -> dict[str, Any]:
    off = homes["state"] != State.OK
    placed = set(homes["neighbourhood_id"])
    lost = neighbourhoods[
        ~neighbourhoods["neighbourhood_id"].isin(placed) & (neighbourhoods["people"].fillna(0) > 0)
    ]
    pointed = sorted(set(poor) & placed)
    children = {
        "children": round(float(math.fsum(homes["children"].dropna())), 1),
        "children_without_homes": float(lost["children"].sum()),
    }
    return {
        "caveats": [*_told_of_points(pointed), *_told_of_lost(lost)],
        "homes": len(homes),
        "people": round(float(math.fsum(homes["people"])), 1),
        "is_estimated_from_floor_area": bool(neighbourhoods["people"].isna().any()),
        "neighbourhoods_on_census_points": pointed,
        "neighbourhoods_without_homes": sorted(lost["neighbourhood_id"]),
        "people_without_homes": float(lost["people"].sum()),
        **(children if neighbourhoods["children"].notna().any() else {}),
        "homes_off_the_network": int(off.sum()),
        "people_off_the_network": round(float(math.fsum(homes.loc[off, "people"])), 1),
        "longest_snap_m": float(homes["snap_dm"].max()) / 10 if len(homes) else 0.0,
    }


def _told_of_points(codes: list[str]) -> Iterator[str]:
    if codes:
        yield (
            "OpenStreetMap shows too few homes in some neighbourhoods, where walks start from "
            f"census points instead: {_listed(codes)}."
        )


def _told_of_lost(lost: gpd.GeoDataFrame) -> Iterator[str]:
    if len(lost):
        yield (
            "OpenStreetMap shows too few homes in some neighbourhoods, and there is no census "
            f"point in them. Their {lost['people'].sum():,.0f} residents are left out of every "
            f"figure: {_listed(sorted(lost['neighbourhood_id']))}."
        )


def _listed(codes: list[str]) -> str:
    more = f" and {len(codes) - MOST_NAMED} more" if len(codes) > MOST_NAMED else ""
    return f"{', '.join(codes[:MOST_NAMED])}{more}"
