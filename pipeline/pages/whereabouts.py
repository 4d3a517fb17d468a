"""Where a neighbourhood is, in words that people use, beside a name that only a census uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.pages.elements import Element, el, named
from pipeline.pages.material import Material, once
from pipeline.pages.shapes import Coder
from pipeline.text import clean_text


@once
def whereabouts(material: Material) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Return what tells where each neighbourhood is.

    Parameters
    ----------
    material
        The district; its localities are used.

    Returns
    -------
    mapping
        By code of the neighbourhood: whether they lie `inside` it or `near` it, and their names,
        the nearest to its residents first. A neighbourhood that nothing names is missing.
    """
    most = material.study.localities.at_most
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    rows = material.localities
    rows = rows[rows["relation"] != "apart"].sort_values(["neighbourhood_id", "order"])
    columns = (rows[name].tolist() for name in ("neighbourhood_id", "relation", "name"))
    for code, relation, name in zip(*columns, strict=True):
        told = clean_text(name)
        _, names = found.get(code, ("", ()))
        if told and told not in names and len(names) < most:
            found[code] = (relation, (*names, told))
    return found


def said(material: Material, code: str) -> str:
    """Say where a neighbourhood is.

    Parameters
    ----------
    material
        The district.
    code
        Code of the neighbourhood.

    Returns
    -------
    str
        For example `around Beechwood, Eveswell`; empty where nothing names it.
    """
    relation, names = whereabouts(material).get(code, ("", ()))
    return material.words(f"whereabouts.{relation}", names=", ".join(names)) if names else ""


def beside_name(material: Material, code: str) -> Element | None:
    """Return where a neighbourhood is, in small print, to stand after its name.

    Parameters
    ----------
    material
        The district.
    code
        Code of the neighbourhood.

    Returns
    -------
    Element or None
        None where nothing names it.
    """
    text = said(material, code)
    return el("small", {"class": "where"}, named(text)) if text else None


def localities_of_page(material: Material, coder: Coder) -> dict[str, Any]:
    """Return the localities of a district, to be searched for on its map.

    Parameters
    ----------
    material
        The district.
    coder
        Turns metres into whole numbers.

    Returns
    -------
    dict
        `name`, `at` (longitude and latitude in units, flat) and `where` (number of the
        neighbourhood), column by column; those inside the district alone.
    """
    rows = material.localities
    rows = rows[rows["relation"] != "near"]
    number = {code: n for n, code in enumerate(material.neighbourhoods["neighbourhood_id"])}
    points = coder.points(np.asarray(rows.geometry.array)) if len(rows) else np.zeros((0, 2), int)
    return {
        "name": [clean_text(name) for name in rows["name"]],
        "at": points.ravel().tolist(),
        "where": [number[code] for code in rows["neighbourhood_id"]],
    }
