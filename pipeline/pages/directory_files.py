"""The directory as files: every asset in use, and every walk to it."""

from __future__ import annotations

import pandas as pd

from pipeline.pages.listing import Listed, listed, look_of, spoken_hours, told, where
from pipeline.pages.material import Material
from pipeline.pages.sheets import noted_sheet
from pipeline.text import clean_text

DIRECTORY_COLUMNS = (
    "asset_id", "name", "category", "kind", "five_ways", "neighbourhood_id", "neighbourhood",
    "is_in_district", "latitude", "longitude", "opening_hours", "opening_hours_in_words", "access",
    "fee", "wheelchair", "run_by", "website", "description", "sources", "licences", "date",
    "agreement", "sources_in_words",
)  # fmt: skip


def directory_csv(material: Material) -> bytes:
    """Return every asset in use with what its sources say of it: `directory.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV with `DIRECTORY_COLUMNS` and the district's notice, if it has one; what a source does
        not say is empty.
    """
    rows = [_row(material, each) for each in listed(material)]
    return noted_sheet(material, pd.DataFrame(rows, columns=list(DIRECTORY_COLUMNS)))


def _row(material: Material, each: Listed) -> dict[str, object]:
    words, (look, name) = material.words, look_of(material, each.category)
    areas = material.neighbourhoods["neighbourhood_id"]
    return {
        "asset_id": each.asset_id,
        "name": each.name,
        "category": each.category,
        "kind": clean_text(name.label),
        "five_ways": ", ".join(words(f"ways.{way}") for way in look.five_ways),
        "neighbourhood_id": "" if each.area < 0 else areas.iloc[each.area],
        "neighbourhood": "" if each.area < 0 else where(material, each),
        "is_in_district": each.is_in_district,
        "latitude": f"{each.latitude:.5f}",
        "longitude": f"{each.longitude:.5f}",
        "opening_hours": each.details.get("opening_hours", ""),
        "opening_hours_in_words": "" if each.hours is None else spoken_hours(words, each.hours),
        "access": told(words, each, "access"),
        "fee": told(words, each, "fee"),
        "wheelchair": told(words, each, "wheelchair"),
        "run_by": each.details.get("operator", ""),
        "website": each.details.get("website", ""),
        "description": each.details.get("description", ""),
        "sources": each.source_names,
        "licences": each.licences,
        "date": each.date,
        "agreement": each.agreement,
        "sources_in_words": "; ".join(each.sources),
    }


def walks_csv(material: Material) -> bytes:
    """Return every walk of the directory with the names of both its ends: `walks.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV: `place_id`, `place`, `what`, `asset_id`, `asset`, `category`, `walk_min`, and the
        district's notice, if it has one; from each place the nearest first.
    """
    starts = material.starts.set_index("place_id")
    assets = material.assets.set_index("asset_id")
    order = {place: n for n, place in enumerate(starts.index)}
    rows = material.walks.assign(order=material.walks["place_id"].map(order))
    rows = rows.sort_values(["order", "walk_min", "asset_id"])
    table = pd.DataFrame(
        {
            "place_id": rows["place_id"],
            "place": rows["place_id"].map(starts["name"]),
            "what": rows["place_id"].map(starts["what"]),
            "asset_id": rows["asset_id"],
            "asset": rows["asset_id"].map(assets["name"]),
            "category": rows["asset_id"].map(assets["category"]).astype(str),
            "walk_min": rows["walk_min"].round(1),
        }
    )
    return noted_sheet(material, table)
