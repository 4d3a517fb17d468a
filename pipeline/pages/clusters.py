"""Clusters of neighbourhoods, a section of the assessment: each beside those around it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.pages import sketches
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.material import Material
from pipeline.pages.overview import section
from pipeline.text import clean_text

PART, NUMBERS_OF = "cluster", "cluster_number"
# What a neighbourhood and those around it can be, those with much first.
NAMES = ("much_beside_much", "much_beside_less", "less_beside_much", "less_beside_less")


def clusters_of(material: Material) -> pd.Series:
    """Return in which cluster each neighbourhood stands; empty where none were asked for.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    pandas.Series
        Names by `neighbourhood_id`: one of `NAMES`, `as_by_chance`, or `none`, not known.
    """
    rows = material.assessment[material.assessment["part"] == PART]
    return rows.set_index("neighbourhood_id")["item"].astype(str)


def clusters_section(material: Material) -> Element | None:
    """Return what stands on the page of the assessment, where clusters were asked for.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    Element or None
        A small map and a list for each cluster that is found, and how they were told from chance.
    """
    told: Any = material.reports.get("assessment", {}).get("clusters")
    if not told:
        return None
    words, found = material.words, clusters_of(material)
    there = [name for name in NAMES if (found == name).any()]
    areas = np.asarray(material.neighbourhoods.geometry.array)
    has_shapes = not material.groups.empty  # the groups have drawn them on this page
    slots = {
        "permutations": words.number(told["permutations"]),
        "share": words.share(told["false_discovery"], 1),
        "compared": told["compared"],
    }
    outcome = "clusters.found" if there else "clusters.none_found"
    return section(
        "clusters",
        words("clusters.title"),
        el("p", {"class": "lede"}, words("clusters.lede")),
        el("p", {}, words(outcome if told["compared"] else "clusters.too_few")),
        _left_out(material, told),
        sketches.small_map_shapes(sketches.neighbourhood_paths(areas))
        if there and not has_shapes
        else None,
        el("ul", {"class": "cards plain"}, [_card(material, found, name) for name in there])
        if there
        else None,
        el("p", {"class": "note"}, words("clusters.how", **slots)) if told["compared"] else None,
    )


def _left_out(material: Material, told: Any) -> Element | None:  # noqa: ANN401 (a report)
    """Say which neighbourhoods could not be compared, and why."""
    words = material.words
    sentences = [
        words(f"clusters.{key}", n=len(told[key])) for key in ("islands", "not_known") if told[key]
    ]
    return el("p", {"class": "note"}, " ".join(sentences)) if sentences else None


def _card(material: Material, found: pd.Series, name: str) -> Element:
    words = material.words
    members = set(found.index[found == name])
    codes = material.neighbourhoods["neighbourhood_id"].tolist()
    known = set(found.index[found != "none"])
    classes = [(5 if code in members else 0) if code in known else None for code in codes]
    names = material.neighbourhoods.set_index("neighbourhood_id")["name"]
    title = words(f"clusters.{name}")
    ordered = sorted(members, key=lambda code: (clean_text(names[code]), code))
    links: list[Children] = [
        el(
            "li",
            {},
            el("a", {"href": f"neighbourhoods/{code}.html"}, named(clean_text(names[code]))),
        )
        for code in ordered
    ]
    return el(
        "li",
        {"class": "card"},
        sketches.small_map(classes, words("clusters.map", cluster=title, n=len(members))),
        el("h3", {}, title),
        el("p", {}, words(f"clusters.{name}_means")),
        el("p", {"class": "note"}, words("counts.neighbourhoods", n=len(members))),
        el("details", {}, el("summary", {}, words("clusters.which")),
           el("ul", {"class": "plain"}, links)),
    )  # fmt: skip
