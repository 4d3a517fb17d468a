"""What a page says about itself: what is unknown, where the data is from, whose it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import State
from pipeline.pages import words
from pipeline.pages.material import Material
from pipeline.text import clean_text


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


def coverage(material: Material) -> dict[str, int]:
    """Return how many neighbourhoods the OpenStreetMap file covers, of how many."""
    rows = material.coverage
    rows = rows[rows["what"] == "neighbourhood"]
    return {"covered": int((rows["state"] == State.OK).sum()), "of": len(rows)}


def caveats(material: Material) -> list[str]:
    """Return the sentences that stand on every page of a district, the widest first.

    Parameters
    ----------
    material
        The district, with the reports of its tables.

    Returns
    -------
    list of str
        Plain sentences.
    """
    found = [words.LEVELS_BANNER, _coverage_sentence(material), _network_sentence(material)]
    # Where a raster says nothing of some, the report of the neighbourhoods has a sentence.
    if material.people_are_estimated and not material.people_raster:
        found.append(
            "Residents are estimated from the floor area of dwellings, because there is no "
            "census table for these neighbourhoods."
        )
    found += list(material.district.lacks.values())
    for name in sorted(material.reports):
        found += [clean_text(text, most=500) for text in material.reports[name].get("caveats", [])]
    if len(material.sensitivity):
        found.append(words.RANGE_CAVEAT)
    found += [words.CERTAIN_CAVEAT, words.STANDING_CAVEAT]
    return list(dict.fromkeys(text for text in found if text))


def _coverage_sentence(material: Material) -> str:
    counts = coverage(material)
    if counts["covered"] == counts["of"]:
        return "The OpenStreetMap file covers every neighbourhood of this district."
    return (
        f"The OpenStreetMap file covers {counts['covered']} of {counts['of']} neighbourhoods. The "
        "others are shown as “no data”: the map of streets ends there, the place does not. "
        "Figures for the district as a whole are of the neighbourhoods that are covered."
    )


def _network_sentence(material: Material) -> str:
    counts = off_network(material)
    people = words.share(counts["people_off"], counts["people"])
    assets = words.share(counts["assets_off"], counts["assets"])
    if not counts["people_off"] and not counts["assets_off"]:
        return "Streets and paths as mapped lead to every home and every asset."
    to_homes = f"the homes of {people} of residents ({words.number(counts['people_off'])} people)"
    to_assets = f"{assets} of assets ({words.number(counts['assets_off'])})"
    missed = [
        *([to_homes] if counts["people_off"] else []),
        *([to_assets] if counts["assets_off"] else []),
    ]
    return f"Streets and paths as mapped do not lead to {', nor to '.join(missed)}."


def banner(material: Material) -> list[str]:
    """Return what stands under every map and cannot be switched off."""
    counts = coverage(material)
    partial = [_coverage_sentence(material)] if counts["covered"] != counts["of"] else []
    return [words.LEVELS_BANNER, *partial]


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
        credit["date"] = words.day(credit["date"])
        credit["is_map"] = name == "openstreetmap"
        credit["is_osm"] = "OpenStreetMap contributors" in credit["attribution"]
        if credit not in found:
            found.append(credit)
    return found


_CREDIT_KEYS = ("title", "publisher", "licence", "attribution", "date")


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
