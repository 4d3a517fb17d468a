"""Everything a map page shows, as one plain value that travels as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import State
from pipeline.pages import backdrop, caveats, figures, places, shapes
from pipeline.pages.material import KINDS, Material
from pipeline.pages.measures import measures
from pipeline.pages.shapes import Coder
from pipeline.pages.standards import standards_of_page
from pipeline.pages.two_way import two_way
from pipeline.pages.unused import unused_layer
from pipeline.pages.whereabouts import localities_of_page, said
from pipeline.pages.who import walkers_of_page
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
    words, minutes = material.words, material.study.walking.minutes
    return {
        "district": _district(material, coder),
        "theme": _theme(material),
        "kinds": [{"id": kind, "label": words(f"kinds.{kind}")} for kind in KINDS],
        "measures": [asdict(measure) for measure in measures(words, minutes, material.theme)],
        "minutes": list(minutes),
        "categories": _categories(material),
        "neighbourhoods": _neighbourhoods(material, coder),
        "figures": figures.figures(material),
        "walkers": walkers_of_page(material),
        "standards": standards_of_page(material),
        "places": places.places(material, coder),
        "localities": localities_of_page(material, coder),
        "unused": unused_layer(material, coder),
        "ways_in": [words(f"ways_in.{way}") for way in PLACES_IN],
        "backdrop": backdrop.backdrop(material, coder),
        "background": _background(material),
        "outline": _outline(material, coder),
        "edge": _edge_of_data(material, coder),
        **({"two_way": two_way(material)} if material.has_deprivation else {}),
    }


def _background(material: Material) -> dict[str, Any] | None:
    background = material.background
    if background is None:
        return None
    return {"tiles": background.tiles, "deepest": background.deepest}


def _theme(material: Material) -> dict[str, Any]:
    """Return the colours that scripts draw with."""
    names = ("ink", "accent", "water", "green", "street", "outline", "no_data", "access_classes")
    beside = ("deprivation_classes",) if material.has_deprivation else ()
    dump: dict[str, Any] = material.theme.model_dump(mode="json", include={*names, *beside})
    return dump


def _district(material: Material, coder: Coder) -> dict[str, Any]:
    district = material.district
    return {
        "name": clean_text(district.name),
        "code": clean_text(district.code),
        "nation": material.words(f"nations.{district.nation}"),
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
    left_out = places.left_out(material)
    return [
        {
            "id": category,
            "label": clean_text(told.label),
            "one": clean_text(told.one),
            "why": clean_text(told.why, most=600),
            "languages": [told.language, told.why_language],
            "reference": clean_text(look.why.reference, most=600),
            "kind": look.kind,
            "ways": [material.words(f"ways.{way}") for way in look.five_ways],
            "is_potential": look.status == "potential",
            "colour": look.colour,
            "symbol": look.symbol,
            "n": inside[category],
            "is_left_out": category in left_out,
        }
        for category in material.categories
        for look in [material.looks[category]]
        for told in [material.words.of_category(category, look)]
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
            "around": said(material, row.neighbourhood_id),
            "people": round(float(people[row.neighbourhood_id])),
            **({"deprivation": _deprivation(row)} if material.has_deprivation else {}),
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
