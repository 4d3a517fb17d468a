"""Land, buildings and shops that are not in use at present, as the map's own layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from pipeline.config import Kind
from pipeline.pages import places
from pipeline.pages.material import Material
from pipeline.pages.shapes import Coder
from pipeline.text import clean_text

FORMS = {"land": "hexagon", "building": "square", "unit": "diamond"}
# What form the sites of a category have that has no inventory of its own.
FORM_OF = {"vacant_building": "building", "vacant_shop": "unit"}
REGISTERS = ("brownfield",)


def unused_land(material: Material, coder: Coder) -> dict[str, Any]:
    """Return every site that is not in use, column by column.

    Parameters
    ----------
    material
        The district.
    coder
        Turns metres into whole numbers.

    Returns
    -------
    dict
        `forms` (label, symbol, colour), `kinds` (label, what one is called, language), `texts`,
        `minutes` that `people` are within, `has_register` (whether a register of brownfield land
        speaks of any), and `sites`: `at`, `name`, `kind`, `form`, `area` (m² or none), `people`
        (or none), `where`, `sources` and `facts` (numbers into `texts`), `outlines`.
    """
    assets = places.shown_assets(material)
    potential = [c for c in material.categories if material.looks[c].kind == "unused_land"]
    rows = assets[assets["category"].isin(potential)]
    geometry = np.asarray(rows.geometry.array)
    middles = shapely.point_on_surface(geometry)
    texts = places.Numbered()
    labels = material.words.group("details")
    colour = material.theme.kinds[Kind.UNUSED_LAND].colour
    forms = list(FORMS)
    areas = shapely.area(geometry)
    return {
        "minutes": _middle(material),
        "has_register": bool(rows["category"].isin(REGISTERS).any()),
        "forms": [
            {"label": material.words(f"unused.{form}"), "symbol": FORMS[form], "colour": colour}
            for form in forms
        ],
        "kinds": [_kind(material, category) for category in potential],
        "sites": {
            "at": coder.points(middles).ravel().tolist(),
            "name": rows["name"].map(clean_text).tolist(),
            "kind": [potential.index(each) for each in rows["category"]],
            "form": [forms.index(FORM_OF.get(each, "land")) for each in rows["category"]],
            "area": [round(float(area)) if area > 0 else None for area in areas],
            "people": [None] * len(rows),
            "where": places.neighbourhood_of(material, middles),
            "sources": [
                sorted({texts(told) for told in places.sources_of(material, text)})
                for text in rows["records"]
            ],
            "facts": [places.details_of(labels, text, texts) for text in rows["details"]],
            "outlines": places.outlines(geometry, coder, smallest_m2=0.0),
        },
        "texts": texts.texts,
    }


def _middle(material: Material) -> int:
    minutes = material.study.walking.minutes
    return minutes[len(minutes) // 2]


def _kind(material: Material, category: str) -> dict[str, str]:
    told = material.words.of_category(category, material.looks[category])
    return {
        "label": clean_text(told.label),
        "one": clean_text(told.one),
        "language": told.language,
    }
