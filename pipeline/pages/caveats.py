"""What a page says about itself: what is unknown, where the data is from, whose it is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.config import State
from pipeline.pages import places
from pipeline.pages.material import Material, once
from pipeline.text import clean_text


class Told(NamedTuple):
    """A sentence, and its language where that is not the language of the page."""

    text: str
    language: str = ""


@once
def off_network(material: Material) -> dict[str, float]:
    """Return how many people and assets no street leads to.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    dict
        `people`, `people_off`, `assets`, `assets_off`; assets in the district only.
    """
    homes = material.homes
    is_off = homes["state"] != State.OK
    inside = material.assets.loc[material.assets["is_in_district"], "asset_id"]
    reached = material.entrances.loc[material.entrances["state"] == State.OK, "asset_id"]
    return {
        "people": float(homes["people"].sum()),
        "people_off": float(homes.loc[is_off, "people"].sum()),
        "assets": len(inside),
        "assets_off": int((~inside.isin(reached)).sum()),
    }


@once
def coverage(material: Material) -> dict[str, int]:
    """Return how many neighbourhoods the OpenStreetMap file covers, of how many."""
    rows = material.coverage
    rows = rows[rows["what"] == "neighbourhood"]
    return {"covered": int((rows["state"] == State.OK).sum()), "of": len(rows)}


@once
def caveats(material: Material) -> list[Told]:
    """Return the sentences that stand on every page of a district, the widest first.

    Parameters
    ----------
    material
        The district, with the reports of its tables.

    Returns
    -------
    list of Told
        Plain sentences. Those of earlier steps are in the language of the reference.
    """
    words = material.words
    # Earlier steps speak English alone.
    theirs = "" if words.tag == words.source_tag else words.source_tag
    found = [
        Told(words("caveats.levels")),
        Told(_coverage_sentence(material)),
        Told(_network_sentence(material)),
    ]
    # Where a raster says nothing of some, the report of the neighbourhoods has a sentence.
    if material.people_are_estimated and not material.people_raster:
        found.append(Told(words("caveats.estimated")))
    found += [Told(text, theirs) for text in material.district.lacks.values()]
    for name in sorted(material.reports):
        texts = material.reports[name].get("caveats", [])
        found += [Told(clean_text(text, most=500), theirs) for text in texts]
    if len(material.sensitivity):
        found.append(Told(words("caveats.range")))
    found += [Told(words("caveats.certain")), Told(words("caveats.standing"))]
    return list(dict.fromkeys(told for told in found if told.text))


def _coverage_sentence(material: Material) -> str:
    counts = coverage(material)
    if counts["covered"] == counts["of"]:
        return material.words("caveats.all_covered")
    return material.words("caveats.some_covered", covered=counts["covered"], of=counts["of"])


def _network_sentence(material: Material) -> str:
    words, counts = material.words, off_network(material)
    slots = {
        "people_share": words.share(counts["people_off"], counts["people"]),
        "people": words.number(counts["people_off"]),
        "assets_share": words.share(counts["assets_off"], counts["assets"]),
        "assets": words.number(counts["assets_off"]),
    }
    if not counts["people_off"] and not counts["assets_off"]:
        return words("caveats.all_attached")
    if not counts["assets_off"]:
        return words("caveats.homes_off", **slots)
    return words("caveats.both_off" if counts["people_off"] else "caveats.assets_off", **slots)


def banner(material: Material) -> list[str]:
    """Return what stands under every map and cannot be switched off."""
    counts = coverage(material)
    partial = [_coverage_sentence(material)] if counts["covered"] != counts["of"] else []
    nobody = [] if material.people.sum() > 0 else [material.words("caveats.nobody")]
    return [material.words("caveats.levels"), *partial, *nobody, *_left_out_sentences(material)]


def _left_out_sentences(material: Material) -> list[str]:
    words = material.words
    return [
        words("map.left_out", category=words.of_category(name, material.looks[name]).label, n=n)
        for name, n in places.left_out(material).items()
    ]


def opening(material: Material) -> list[str]:
    """Return how many people, neighbourhoods and assets, in words."""
    words, counts = material.words, district_counts(material)
    raster = material.people_raster
    residents = "residents_estimated" if material.people_are_estimated else "residents"
    return [
        words(
            f"counts.{'residents_raster' if raster else residents}",
            n=counts["people"],
            raster=raster,
        ),
        words("counts.neighbourhoods", n=counts["neighbourhoods"]),
        words("counts.assets", n=counts["assets"]),
    ]


@once
def credits(material: Material) -> list[dict[str, Any]]:  # noqa: A001 (the word people use)
    """Return who made the data, under which licence, of which day; one entry for each input.

    Parameters
    ----------
    material
        The district; its manifest is used.

    Returns
    -------
    list of dict
        `title`, `publisher`, `licence`, `attribution`, `date`; `is_map` for what the map is drawn
        from, `is_osm` where the credit is that of OpenStreetMap.
    """
    found: list[dict[str, Any]] = []
    for name in sorted(material.manifest):
        entry = material.manifest[name]
        credit: dict[str, Any] = {key: clean_text(entry.get(key) or "") for key in _CREDIT_KEYS}
        credit["date"] = material.words.day(credit["date"])
        credit["is_map"] = name == "openstreetmap"
        credit["is_osm"] = "OpenStreetMap contributors" in credit["attribution"]
        if credit not in found:
            found.append(credit)
    return found


_CREDIT_KEYS = ("title", "publisher", "licence", "attribution", "date")


@once
def district_counts(material: Material) -> dict[str, Any]:
    """Return the numbers that a page opens with.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    dict
        `people`, `neighbourhoods`, `assets` (in the district), and assets by `categories`.
    """
    inside = material.assets[material.assets["is_in_district"]]
    counts: pd.Series = inside["category"].value_counts()
    return {
        "people": round(float(np.nansum(material.people))),
        "neighbourhoods": len(material.neighbourhoods),
        "assets": len(inside),
        "categories": {
            category: int(counts.get(category, 0)) for category in sorted(material.looks)
        },
    }
