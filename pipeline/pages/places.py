"""Assets and their ways in, as a page carries them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from pipeline.config import State
from pipeline.pages.crowds import too_many
from pipeline.pages.material import Material
from pipeline.pages.shapes import Coded, Coder, Units
from pipeline.tables import PLACES_IN
from pipeline.text import clean_text

# What people found who went and looked.
COMMUNITY = "community"
# An asset smaller than this is drawn as its symbol alone.
SMALLEST_OUTLINE_M2 = 2_000.0
OUTLINE_TOLERANCE_M = 5.0
# Some ninety bytes each: with more, a page would open slowly on a telephone.
MOST_PLACES = 25_000


class Numbered:
    """A list of texts in which each stands once and is known by its number."""

    def __init__(self) -> None:
        """Begin with none."""
        self._numbers: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """Return the number of a text, giving it the next one if it is new."""
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def texts(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self._numbers)


def places(material: Material, coder: Coder) -> dict[str, Any]:
    """Return every asset of the categories shown, column by column.

    Parameters
    ----------
    material
        The district; its assets, entrances and neighbourhoods are used.
    coder
        Turns metres into whole numbers.

    Returns
    -------
    dict
        `ids` (of each asset how many letters it shares with the one before, and what follows),
        `category`, `at` (longitude and latitude in units, flat), `name`, `where` (number of the
        neighbourhood or −1), `sources` (numbers into `source_texts`), `details` (pairs of numbers
        into `detail_texts`), `outlines` and `entrances` by the number of the asset.
    """
    assets = shown_assets(material)
    geometry = np.asarray(assets.geometry.array)
    middles = shapely.point_on_surface(geometry)
    at = coder.points(middles)
    sources, details = Numbered(), Numbered()
    labels = material.words.group("details")
    number = {category: place for place, category in enumerate(material.categories)}
    return {
        "ids": shared_ids(assets["asset_id"]),
        "category": assets["category"].map(number).astype(int).tolist(),
        "at": at.ravel().tolist(),
        "name": assets["name"].map(clean_text).tolist(),
        "where": neighbourhood_of(material, middles),
        "sources": [
            sorted({sources(told) for told in sources_of(material, text)})
            for text in assets["records"]
        ],
        "details": [
            details_of(labels, text, details) + _agreement(material, agreement, said, details)
            for text, agreement, said in zip(
                assets["details"], assets["agreement"], assets["differences"], strict=True
            )
        ],
        "source_texts": sources.texts,
        "detail_texts": details.texts,
        "outlines": outlines(geometry, coder),
        "entrances": _entrances(material, at, coder),
    }


def shared_ids(ids: Iterable[str]) -> list[int | str]:
    """Return ids, each after what it shares with the one before.

    Parameters
    ----------
    ids
        Sorted, so that much is shared.

    Returns
    -------
    list
        How many letters are kept, what follows, and so on, by turns.
    """
    coded: list[int | str] = []
    last = ""
    for each in ids:
        pairs = zip(last, each, strict=False)
        kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        coded += [kept, each[kept:]]
        last = each
    return coded


def shown_assets(material: Material) -> gpd.GeoDataFrame:
    """Return the assets of the categories shown, in the order in which a page numbers them."""
    shown = set(material.categories) - set(left_out(material))
    return material.assets[material.assets["category"].isin(shown)].reset_index(drop=True)


def left_out(material: Material, most: int = MOST_PLACES) -> dict[str, int]:
    """Return the categories whose places are too many to be on a page one by one.

    Their figures are there all the same, and the layers of the district hold every place.

    Parameters
    ----------
    material
        The district; its assets are used.
    most
        How many places a page can carry.

    Returns
    -------
    dict
        Category → how many places, the largest first; the largest are left out until the others
        fit.
    """
    counts = material.assets["category"].value_counts()
    return too_many({name: int(counts.get(name, 0)) for name in material.categories}, most)


def neighbourhood_of(material: Material, middles: Any) -> list[int]:  # noqa: ANN401
    """Return the number of the neighbourhood each place lies in; on a border, of the first.

    Parameters
    ----------
    material
        The district.
    middles
        A point for each place; shape (n,).

    Returns
    -------
    list of int
        One each, −1 outside the district.
    """
    tree = shapely.STRtree(middles)
    found = np.full(len(middles), -1, dtype=int)
    areas = np.asarray(material.neighbourhoods.geometry.array)
    area, place = tree.query(areas, predicate="intersects")
    for a, p in zip(area[::-1], place[::-1], strict=True):
        found[p] = a
    return [int(number) for number in found]


def sources_of(material: Material, text: str) -> list[str]:
    """Return each record of an asset as “Title (date)”, once.

    Parameters
    ----------
    material
        The district.
    text
        The records, as `tables.ASSETS` holds them.

    Returns
    -------
    list of str
        In the order of the records.
    """
    records = json.loads(text) if text else []
    found = []
    for record in records:
        source = str(record.get("source", ""))
        known = material.manifest.get(source, {})
        title = title_of(material, source)
        date = clean_text(material.words.day(str(record.get("date") or known.get("date") or "")))
        found.append(f"{title} ({date})" if date else title)
    return list(dict.fromkeys(found))


def title_of(material: Material, source: str) -> str:
    """Return what people call a source: by the name of its input, or of the table that it is."""
    if source == COMMUNITY:
        return material.words("agreement.community")
    known = material.manifest.get(source)
    if known is None:
        tables = (each for each in material.manifest.values() if each.get("table") == source)
        known = next(tables, {})
    return clean_text(known.get("title") or source_title(source))


def source_title(source: str) -> str:
    """Return what people call a source that has no title of its own."""
    return "OpenStreetMap" if source in {"osm", "openstreetmap"} else source.replace("_", " ")


def details_of(labels: dict[str, str], text: str, numbered: Numbered) -> list[int]:
    """Return what else sources say, as pairs of a label and a text, by their numbers."""
    details = json.loads(text) if text else {}
    # Where there are numbers, they say it; where there are none, that is what is to be said.
    if details.get("departures_state") != State.NO_DATA:
        details.pop("departures_state", None)
    found: list[int] = []
    for key in sorted(details, key=lambda k: (k not in labels, k)):
        label = labels.get(key, clean_text(key).replace("_", " ").capitalize())
        said = details[key].replace("_", " ") if key == "departures_state" else details[key]
        found += [numbered(label), numbered(clean_text(said))]
    return found


def _agreement(
    material: Material, agreement: str, differences: str, numbered: Numbered
) -> list[int]:
    """Return how far the sources agree, and what each says where they differ."""
    words = material.words
    found = [numbered(words("agreement.label")), numbered(words(f"agreement.{agreement}"))]
    said = json.loads(differences) if differences else {}
    for entry in said.get("name", []):
        source = title_of(material, str(entry["source"]))
        text = clean_text(entry["value"])
        found += [numbered(words("agreement.name_in", source=source)), numbered(text)]
    return found


def outlines(
    geometry: Any,  # noqa: ANN401
    coder: Coder,
    smallest_m2: float = SMALLEST_OUTLINE_M2,
) -> dict[str, list[list[Coded]]]:
    """Return the borders of the larger areas, by the number of the place."""
    areas = shapely.area(geometry)
    is_large = (areas >= smallest_m2) & (areas > 0)
    numbers = np.flatnonzero(is_large)
    simplified = shapely.simplify(geometry[numbers], OUTLINE_TOLERANCE_M, preserve_topology=True)
    coded = coder.areas(simplified)
    return {str(n): parts for n, parts in zip(numbers.tolist(), coded, strict=True) if parts}


def ways_in(material: Material) -> tuple[gpd.GeoDataFrame, Units]:
    """Return the ways in that a street leads to, in the order in which a page carries them.

    Parameters
    ----------
    material
        The district; its assets and entrances are used.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and numpy.ndarray
        Rows of the entrances, those of one asset side by side, and the number of the asset that
        each leads into, as `places` counts them.
    """
    ids = shown_assets(material)["asset_id"].tolist()
    number = {asset: place for place, asset in enumerate(ids)}
    rows = material.entrances
    rows = rows[rows["asset_id"].isin(number) & (rows["state"] == State.OK)]
    owner = rows["asset_id"].map(number).to_numpy(dtype=np.int64)
    order = np.argsort(owner, kind="stable")
    return rows.iloc[order], owner[order]


def _entrances(material: Material, at: Units, coder: Coder) -> dict[str, list[int]]:
    """Return flat triples by the number of the asset: two differences to where it is, way in."""
    rows, owner = ways_in(material)
    kinds = {name: place for place, name in enumerate(PLACES_IN)}
    steps = coder.points(np.asarray(rows.geometry.array)) - at[owner]
    found: dict[str, list[int]] = {}
    for asset, way_in, (x, y) in zip(owner, rows["way_in"], steps.tolist(), strict=True):
        found.setdefault(str(asset), []).extend((x, y, kinds[way_in]))
    return found
