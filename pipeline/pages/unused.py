"""Land, buildings and shops that are not in use at present, as the map's own layer."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from pipeline.config import Kind
from pipeline.pages import places
from pipeline.pages.material import Material
from pipeline.pages.overview import about
from pipeline.pages.shapes import Coder
from pipeline.pages.unused_sheets import site_words, source_titles
from pipeline.pages.unused_words import SiteWords
from pipeline.text import clean_text

# A shape for each form that a site can have; the colour is that of all that is not in use.
FORMS = {"land": "hexagon", "building": "square", "unit": "diamond"}
MAPPERS = {"osm"}


def unused_layer(material: Material, coder: Coder) -> dict[str, Any]:
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
        `forms` (label, symbol, colour), `kinds` (label, what one is called, their languages),
        `texts`, `minutes` that `people` are within, `has_register` (whether a register of what is
        fit for homes speaks of any), `has_survey` (whether a survey of what is not in use does)
        and `sites`: `at`, `name`, `kind`, `form`, `area` (m² or none), `people` (or none, where no
        street leads there), `where`, `sources` and `facts` (numbers into
        `texts`), `outlines`.
    """
    table = material.unused_land
    told, minutes = site_words(material), material.study.best_sets.minutes
    rows: list[Any] = list(table.itertuples(index=False))
    geometry = np.asarray(table.geometry.array)
    middles = shapely.point_on_surface(geometry)
    texts = places.Numbered()
    titles = source_titles(material)
    kinds, forms = sorted({row.unused_kind for row in rows}), list(FORMS)
    names = told.names(rows)
    sources = {name for row in rows for name in row.sources.split(",")}
    surveys = {name for kind in material.possible.unused.values() for name in kind.lists}
    return {
        "minutes": minutes,
        "has_register": bool(sources - MAPPERS - surveys),
        "has_survey": bool(sources & surveys),
        "forms": [_form(material, form) for form in forms],
        "kinds": [_kind(told, kind) for kind in kinds],
        "sites": {
            "at": coder.points(middles).ravel().tolist() if rows else [],
            "name": [names[row.site_id] for row in rows],
            "kind": [kinds.index(row.unused_kind) for row in rows],
            "form": [forms.index(row.form) for row in rows],
            "area": [None if math.isnan(row.area_m2) else round(row.area_m2) for row in rows],
            "people": [_people(getattr(row, f"people_within_{minutes}_min")) for row in rows],
            "where": places.neighbourhood_of(material, middles) if rows else [],
            "sources": [
                sorted({texts(text) for text in places.sources_of(material, row.records)})
                for row in rows
            ],
            "facts": [[texts(text) for text in _facts(told, row, titles, names)] for row in rows],
            "outlines": places.outlines(geometry, coder, smallest_m2=0.0) if rows else {},
        },
        "texts": texts.texts,
    }


def _form(material: Material, form: str) -> dict[str, str]:
    colour = material.theme.kinds[Kind.UNUSED_LAND].colour
    return {"label": material.words(f"unused.{form}"), "symbol": FORMS[form], "colour": colour}


def _kind(told: SiteWords, name: str) -> dict[str, str]:
    label = told.kind(name)
    return {"label": label.text, "language": label.language}


def _people(number: float) -> int | None:
    return None if math.isnan(number) else round(about(number))


def _facts(
    told: SiteWords,
    site: Any,  # noqa: ANN401 (a named tuple of pandas)
    titles: Mapping[str, str],
    names: Mapping[str, str],
) -> list[str]:
    """Return labels and what there is to say, by turns: how sure it is, whose, what is planned."""
    words = told.words
    why = "; ".join(told.sure_because(site.confidence_because))
    facts = [words("sites.sure"), f"{words(f'sites.{site.confidence}')}: {why}"]
    if site.ownership:
        facts += [words("sites.ownership"), words(f"sites.{site.ownership}")]
    if site.planning:
        facts += [words("sites.planning"), clean_text(site.planning)]
    if site.listed_since:
        facts += [words("sites.listed_since"), words.day(site.listed_since)]
    if cautions := told.findings(site.caution_findings, titles):
        facts += [words("sites.cautions"), "; ".join(cautions)]
    perhaps = [
        words("sites.perhaps_same_as", name=names[other], share=words.share(100 * sure, 100))
        for other, sure in json.loads(site.perhaps_same)
    ]
    if perhaps:
        facts += [words("sites.perhaps_same"), "; ".join(perhaps)]
    return facts
