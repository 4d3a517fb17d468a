"""Everything a map page shows, as one plain value that travels as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Nation, State
from pipeline.pages import backdrop, caveats, figures, places, shapes, words
from pipeline.pages.material import KINDS, Material
from pipeline.pages.shapes import Coder
from pipeline.pages.standards import standards_of_page
from pipeline.tables import PLACES_IN
from pipeline.text import clean_text


def payload(material: Material) -> dict[str, Any]:
    """Return all that a district's map shows.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    dict
        Plain values; text is cleaned, geometry coded as `pipeline.pages.shapes` says.
    """
    coder = Coder(material.neighbourhoods.crs)
    theme = material.theme
    return {
        "district": _district(material, coder),
        "words": words.PAGE,
        "states": {
            "n": [words.STATE_LABELS["no_data"], words.STATE_SENTENCES["no_data"]],
            "u": [words.STATE_LABELS["unreachable"], words.STATE_SENTENCES["unreachable"]],
            "s": [words.STATE_LABELS["suppressed"], words.STATE_SENTENCES["suppressed"]],
        },
        "theme": theme.model_dump(mode="json"),
        "kinds": [{"id": kind, "label": words.KIND_LABELS[kind]} for kind in KINDS],
        "measures": [asdict(m) for m in words.measures(material.study.walking.minutes, theme)],
        "minutes": list(material.study.walking.minutes),
        "categories": _categories(material),
        "neighbourhoods": _neighbourhoods(material, coder),
        "figures": figures.figures(material),
        "standards": standards_of_page(material),
        "places": places.places(material, coder),
        "ways_in": [words.WAY_IN_LABELS[way] for way in PLACES_IN],
        "backdrop": backdrop.backdrop(material, coder),
        "outline": _outline(material, coder),
        "edge": _edge_of_data(material, coder),
        "banner": caveats.banner(material),
        "caveats": caveats.caveats(material),
        "credits": caveats.credits(material),
    }


def _district(material: Material, coder: Coder) -> dict[str, Any]:
    district = material.district
    return {
        "name": clean_text(district.name),
        "code": clean_text(district.code),
        "notice": clean_text(district.notice, most=600) if district.notice else "",
        "nation": words.NATION_LABELS[Nation(district.nation)],
        "is_estimated": material.people_are_estimated,
        "people_raster": material.people_raster,
        "bounds": _bounds(material, coder),
        "strengths": figures.strengths(material, _middle(material.study.walking.minutes)),
        **caveats.district_counts(material),
    }


def _middle(minutes: tuple[int, ...]) -> int:
    return minutes[len(minutes) // 2]


def _bounds(material: Material, coder: Coder) -> list[int]:
    """Return west, south, east, north of the neighbourhoods that the data cover, in units."""
    rows = material.coverage
    covered = rows.loc[(rows["what"] == "neighbourhood") & (rows["state"] == State.OK)]
    shown = material.neighbourhoods
    if len(covered):
        shown = shown[shown["neighbourhood_id"].isin(covered["neighbourhood_id"])]
    west, south, east, north = shown.total_bounds
    corners = np.array([[west, south], [west, north], [east, south], [east, north]])
    units = coder.units(corners)
    return [*units.min(axis=0).tolist(), *units.max(axis=0).tolist()]


def _categories(material: Material) -> list[dict[str, Any]]:
    inside = caveats.district_counts(material)["categories"]
    return [
        {
            "id": category,
            "label": clean_text(look.label),
            "one": clean_text(look.one),
            "why": clean_text(look.why.sentence, most=600),
            "reference": clean_text(look.why.reference, most=600),
            "kind": look.kind,
            "ways": [words.WAY_LABELS[way] for way in look.five_ways],
            "is_potential": look.status == "potential",
            "colour": look.colour,
            "symbol": look.symbol,
            "n": inside[category],
        }
        for category in material.categories
        for look in [material.looks[category]]
    ]


def _neighbourhoods(material: Material, coder: Coder) -> list[dict[str, Any]]:
    rows = material.neighbourhoods
    geometry = np.asarray(rows.geometry.array)
    borders = coder.areas(shapes.bordering(geometry))
    middles = coder.points(shapes.middles(geometry)).tolist()
    people = material.people
    return [
        {
            "id": clean_text(row.neighbourhood_id),
            "name": clean_text(row.name),
            "people": round(float(people[row.neighbourhood_id])),
            "deprivation": _deprivation(row),
            "middle": middle,
            "shape": border,
        }
        for row, middle, border in zip(rows.itertuples(), middles, borders, strict=True)
    ]


def _deprivation(row: Any) -> dict[str, Any] | None:  # noqa: ANN401 (a named tuple of pandas)
    decile = _whole(row.deprivation_decile)
    if row.deprivation_state != "ok" or decile is None:
        return None
    return {
        "decile": decile,
        "rank": _whole(row.deprivation_rank),
        "income": _whole(row.income_decile),
        "index": _index_and_year(clean_text(row.deprivation_index), int(row.deprivation_year)),
    }


def _whole(number: Any) -> int | None:  # noqa: ANN401 (a cell: a number, or one of pandas' nothings)
    return None if pd.isna(number) else int(number)


def _index_and_year(index: str, year: int) -> str:
    return index if str(year) in index else f"{index} {year}"


def _outline(material: Material, coder: Coder) -> list[Any]:
    """Where the district ends: its palest class is not far from the colour of the ground."""
    return coder.lines(shapes.outline(np.asarray(material.neighbourhoods.geometry.array)))


def _edge_of_data(material: Material, coder: Coder) -> list[Any]:
    """Where the OpenStreetMap file ends, if that is inside the district."""
    counts = caveats.coverage(material)
    if counts["covered"] == counts["of"]:
        return []
    rows = material.coverage
    edge = np.asarray(rows.loc[rows["what"] == "edge"].geometry.array)
    return coder.lines(shapes.simpler(edge, shapes.LINE_TOLERANCE_M))
