"""The joint assessment as a sheet and as a layer: a row for each neighbourhood, assets first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.config import Domain, Way
from pipeline.pages.clusters import NUMBERS_OF, clusters_of
from pipeline.pages.figures import ids
from pipeline.pages.layers import Writer, written
from pipeline.pages.material import KINDS, Material
from pipeline.pages.sheets import DECIMALS, noted_sheet

# The parts in reading order, and what each column of an item is called: its column of the
# assessment → a name with the item in it.
_BLOCKS: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "value": "kinds_of_{item}", "of": "kinds_of_{item}__of", "state": "kinds_of_{item}__state",
        "coverage_pct": "kinds_of_{item}__certain_pct",
    },
    "way": {
        "value": "kinds_to_{item}", "of": "kinds_to_{item}__of", "state": "kinds_to_{item}__state",
        "coverage_pct": "kinds_to_{item}__certain_pct",
    },
    "all": {
        "value": "kinds_of_{item}", "of": "kinds_of_{item}__of", "state": "kinds_of_{item}__state",
        "coverage_pct": "kinds_of_{item}__certain_pct",
    },
    "category": {
        "value": "{item}__within_{minutes}_min_pct", "state": "{item}__state",
        "coverage_pct": "{item}__certain_pct",
    },
    "standard": {
        "value": "standard_{item}__met", "of": "standard_{item}__of",
        "state": "standard_{item}__state",
    },
    "criterion": {
        "value": "standard_{item}_pct", "high": "standard_{item}_at_most_pct",
        "state": "standard_{item}_state",
    },
    "elsewhere": {
        "value": "elsewhere_{item}", "low": "elsewhere_{item}_low", "high": "elsewhere_{item}_high",
        "unit": "elsewhere_{item}_unit", "state": "elsewhere_{item}_state",
        "source_date": "elsewhere_{item}_year",
    },
    "composite": {
        "value": "composite_{item}", "low": "composite_{item}_low", "high": "composite_{item}_high",
        "state": "composite_{item}_state",
    },
    NUMBERS_OF: {"value": "cluster_{item}", "state": "cluster_{item}_state"},
    "deprivation": {"value": "deprivation_{item}", "state": "deprivation_{item}_state"},
    "deprivation_domain": {
        "value": "deprivation_{item}_domain_decile", "state": "deprivation_{item}_domain_state",
    },
    "deprivation_elsewhere": {
        "value": "elsewhere_{item}", "low": "elsewhere_{item}_low", "high": "elsewhere_{item}_high",
        "unit": "elsewhere_{item}_unit", "state": "elsewhere_{item}_state",
        "source_date": "elsewhere_{item}_year",
    },
}  # fmt: skip
GROUP = "deprivation_group"
_ORDER = (*KINDS, *(str(way) for way in Way), *(str(domain) for domain in Domain))


def assessment_csv(material: Material) -> bytes:
    """Return the joint assessment: `assessment.csv`, one row a neighbourhood, assets first.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV of `assessment_table` and the district's notice, if it has one.
    """
    return noted_sheet(material, assessment_table(material))


def groups_csv(material: Material) -> bytes:
    """Return the four named groups under each pair of cut-offs: `groups.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV with the columns of `tables.GROUPS`, and what each group is called.
    """
    rows = material.groups
    called = [material.words(f"deprivation.group_{name}") for name in rows["named"]]
    return noted_sheet(material, rows.assign(called=called))


def assessment_gpkg(material: Material) -> Writer:
    """Return a writer of `assessment.gpkg`: the same rows, with their boundaries.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    callable
        Writes the file, in the CRS of the district, to the path that it is given.
    """
    geometry = material.neighbourhoods.set_index("neighbourhood_id").geometry
    table = assessment_table(material).iloc[:-1]
    frame = gpd.GeoDataFrame(
        table, geometry=geometry.reindex(table["neighbourhood_id"]).to_numpy(), crs=geometry.crs
    )
    return written({"assessment": material.noted(frame)}, material.district)


def assessment_table(material: Material) -> pd.DataFrame:
    """Return one row for each neighbourhood, the district last.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    pandas.DataFrame
        Code, name and people; then what is within reach by kind, way, category, standard and
        criterion; then indicators from elsewhere; then clusters, if asked for; then, where the
        edition speaks of it, deprivation with its domains, and the group. Each number has its
        state beside it.
    """
    names = material.neighbourhoods.set_index("neighbourhood_id")["name"]
    wanted = ids(material)
    columns: dict[str, Any] = {
        "neighbourhood_id": wanted,
        "name": [*names.reindex(wanted[:-1]), material.district.name],
        "people": [*material.people.reindex(wanted[:-1]), float(material.people.sum())],
    }
    for part, names_of in _BLOCKS.items():
        if part == NUMBERS_OF and len(found := clusters_of(material)):
            columns["cluster"] = found.reindex(wanted).fillna("none").tolist()
        for item, rows in _items(material.assessment, part, wanted):
            for column, name in names_of.items():
                label = name.format(item=item, minutes=material.study.walking.middle)
                columns[label] = _cells(rows, column)
        if part == "deprivation" and "deprivation_rank" in columns:
            columns |= _index_of(material, wanted)
    grouped = material.assessment[material.assessment["part"] == GROUP]
    if len(grouped):
        own = grouped.set_index("neighbourhood_id")
        columns["group"] = own["item"].reindex(wanted).fillna("none").tolist()
    return pd.DataFrame(columns)


def _items(
    assessment: pd.DataFrame, part: str, wanted: list[str]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each item of a part in reading order, with one row for each of `wanted`."""
    ours = assessment[assessment["part"] == part]
    for item in sorted(ours["item"].unique(), key=_place):
        rows = ours[ours["item"] == item].set_index("neighbourhood_id")
        yield str(item), rows.reindex(wanted)


def _place(item: str) -> tuple[int, str]:
    """Return where an item stands: kinds, ways and domains in their own order, others by name."""
    return (_ORDER.index(item) if item in _ORDER else len(_ORDER), item)


def _cells(rows: pd.DataFrame, column: str) -> list[Any]:
    values = rows[column]
    if column == "state":
        return values.fillna("no_data").tolist()
    if column in ("unit", "source_date"):
        return values.fillna("").tolist()
    rounded: list[float] = np.round(values.to_numpy(float), DECIMALS).tolist()
    return rounded


def _index_of(material: Material, wanted: list[str]) -> dict[str, list[Any]]:
    rows = material.neighbourhoods.set_index("neighbourhood_id").reindex(wanted)
    return {
        "deprivation_index": rows["deprivation_index"].fillna("").tolist(),
        "deprivation_year": rows["deprivation_year"].to_numpy(dtype=float).tolist(),
    }
