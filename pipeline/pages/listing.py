"""What a directory lists: each asset in use, with what its sources say of it, in words.

The page of the directory, its sheet and its Open Referral file are all made from these rows, so
that they cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from pipeline.config import Category
from pipeline.opening_hours import Times, Week, read_opening_hours
from pipeline.pages import places
from pipeline.pages.material import Material, once
from pipeline.pages.shapes import UNITS_PER_DEGREE, Coder
from pipeline.pages.wording import Named, Words
from pipeline.text import clean_text

# Tags whose usual values have words of their own; any other value is told as it is.
TOLD = {
    "access": ("yes", "permissive", "customers", "private", "permit", "members", "no"),
    "fee": ("yes", "no"),
    "wheelchair": ("yes", "limited", "no", "designated"),
}
MOST_TEXT = 500


@dataclass(frozen=True)
class Listed:
    """One asset, as a directory lists it.

    `area` is the number of its neighbourhood, −1 outside the district; `details` what its sources
    say of it; `hours` its opening hours, where they are simple enough to be read.
    """

    asset_id: str
    category: str
    name: str
    area: int
    longitude: float
    latitude: float
    details: Mapping[str, str]
    hours: Week | None
    sources: tuple[str, ...]
    source_names: str
    licences: str
    date: str
    agreement: str
    is_in_district: bool


@once
def listed(material: Material) -> list[Listed]:
    """Return every asset in use of the district and what is within a walk of it.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    list of Listed
        By category as pages order them; in a category those with a name first, by name.
    """
    rows = material.assets
    order = {category: place for place, category in enumerate(_categories(material))}
    rows = rows[rows["category"].isin(order)].reset_index(drop=True)
    middles = shapely.point_on_surface(np.asarray(rows.geometry.array))
    at = Coder(rows.crs).points(middles) / UNITS_PER_DEGREE
    area = places.neighbourhood_of(material, middles)
    columns = (
        "asset_id", "category", "name", "details", "records", "sources", "licences", "date",
        "agreement",
    )  # fmt: skip
    found = [
        _listed(material, dict(zip(columns, row, strict=True)), area[n], at[n], is_inside=inside)
        for n, (row, inside) in enumerate(
            zip(
                rows[list(columns)].itertuples(index=False, name=None),
                rows["is_in_district"].tolist(),
                strict=True,
            )
        )
    ]
    return sorted(
        found,
        key=lambda each: (order[each.category], not each.name, each.name.casefold(), each.asset_id),
    )


def _categories(material: Material) -> Iterator[str]:
    """Yield the categories of assets in use; a directory sends nobody to a vacant shop."""
    for category in material.categories:
        if material.looks[category].status == "actual":
            yield category


def _listed(
    material: Material,
    row: Mapping[str, Any],
    area: int,
    at: npt.NDArray[np.float64],
    *,
    is_inside: bool,
) -> Listed:
    details = {
        clean_text(key): clean_text(value, most=MOST_TEXT)
        for key, value in (json.loads(row["details"]) if row["details"] else {}).items()
    }
    return Listed(
        row["asset_id"],
        str(row["category"]),
        clean_text(row["name"]),
        area,
        float(at[0]),
        float(at[1]),
        details,
        read_opening_hours(details.get("opening_hours", "")),
        tuple(places.sources_of(material, row["records"])),
        row["sources"],
        row["licences"],
        row["date"],
        row["agreement"],
        is_inside,
    )


# --- in words ------------------------------------------------------------------------------------


def look_of(material: Material, category: str) -> tuple[Category, Named]:
    """Return the looks of a category, and its words in the language of the page."""
    look = material.looks[category]
    return look, material.words.of_category(category, look)


def where(material: Material, each: Listed) -> str:
    """Return the name of the neighbourhood that an asset lies in, or that it lies outside."""
    if each.area < 0:
        return material.words("map.elsewhere")
    return clean_text(material.neighbourhoods["name"].iloc[each.area])


def told(words: Words, each: Listed, key: str) -> str:
    """Return what is said of an asset under one key, in words where there are any.

    Parameters
    ----------
    words
        The language.
    each
        The asset.
    key
        For example `wheelchair`.

    Returns
    -------
    str
        Empty where nothing is said.
    """
    value = each.details.get(key, "")
    return words(f"directory.{key}_{value}") if value in TOLD.get(key, ()) else value


def spoken_hours(words: Words, week: Week) -> str:
    """Return opening hours in words.

    Parameters
    ----------
    words
        The language.
    week
        When a place is open.

    Returns
    -------
    str
        For example ``Monday to Friday 09:00–17:30; Saturday 09:00–12:30; Sunday closed``.
    """
    if week.is_always:
        return words("directory.always_open")
    found = [
        f"{_days(words, first, last)} {_times(words, times)}" for first, last, times in week.runs
    ]
    if week.holidays is not None:
        found.append(f"{words('directory.holidays')} {_times(words, week.holidays)}")
    return "; ".join(found)


def _days(words: Words, first: int, last: int) -> str:
    if first == last:
        return words.weekday(first)
    return words("directory.days", first=words.weekday(first), last=words.weekday(last))


def _times(words: Words, times: Times) -> str:
    if not times:
        return words("directory.closed")
    return ", ".join(f"{begins}–{ends}" for begins, ends in times)
