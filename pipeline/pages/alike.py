"""What neighbourhoods like this one have within reach that it has not: to learn from, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from pipeline.pages.figures import figures
from pipeline.pages.material import Material
from pipeline.pages.places import shown_assets
from pipeline.pages.sheets import noted_sheet
from pipeline.similar import WITH, WITHOUT
from pipeline.text import clean_text

MOST_PCT = 50


class Lesson(NamedTuple):
    """A category that most of the similar have, which of them, and their places by name."""

    category: str
    have: tuple[str, ...]
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Alike:
    """Who is like whom in a district, and what each has within reach of most residents."""

    material: Material
    similar: Mapping[str, list[str]]
    traits: tuple[str, ...]
    has: Mapping[str, frozenset[str]]
    lacks: Mapping[str, frozenset[str]]
    nearest: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, material: Material) -> Alike:
        """Gather the edition's own variant, what is within reach, and the names of places."""
        rows = material.similar
        variant = WITH if (rows["variant"] == WITH).any() else WITHOUT
        ours = rows[rows["variant"] == variant].sort_values(["neighbourhood_id", "order"])
        similar = {
            str(code): part["similar_id"].tolist()
            for code, part in ours.groupby("neighbourhood_id", observed=True)
        }
        traits = tuple(ours["traits"].iloc[0].split(",")) if len(ours) else ()
        has, lacks = _within_reach(material)
        return cls(material, similar, traits, has, lacks, _named(material))

    def lessons(self, code: str) -> list[Lesson]:
        """List what most of those like a neighbourhood have and it has not, the most first.

        Parameters
        ----------
        code
            Of the neighbourhood.

        Returns
        -------
        list of Lesson
            By how many have it, then in the order of the categories.
        """
        peers = self.similar.get(code, [])
        found = []
        for category in self.material.categories:
            if category not in self.lacks.get(code, frozenset()):
                continue
            have = tuple(peer for peer in peers if category in self.has.get(peer, frozenset()))
            if len(have) >= self.material.study.similar.most_have:
                places = tuple(
                    (self.nearest[peer, category], peer)
                    for peer in have
                    if (peer, category) in self.nearest
                )
                found.append(Lesson(category, have, places))
        return sorted(found, key=lambda lesson: -len(lesson.have))


def _within_reach(
    material: Material,
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Say what most residents of each neighbourhood have, and what fewer have."""
    codes = material.neighbourhoods["neighbourhood_id"].tolist()
    measure = f"within_{material.study.walking.middle}_min_pct"
    has: dict[str, set[str]] = {code: set() for code in codes}
    lacks: dict[str, set[str]] = {code: set() for code in codes}
    for category, columns in figures(material).items():
        if material.looks[category].status != "actual" or measure not in columns:
            continue
        # Those of the neighbourhoods; the district's own comes last.
        for code, value in zip(codes, columns[measure]["values"], strict=False):
            if value is not None:
                (has if value >= MOST_PCT else lacks)[code].add(category)
    return (
        {code: frozenset(names) for code, names in has.items()},
        {code: frozenset(names) for code, names in lacks.items()},
    )


def _named(material: Material) -> dict[tuple[str, str], str]:
    """Return the named place that most people of a neighbourhood have nearest."""
    assets = shown_assets(material)
    names = dict(zip(assets["asset_id"], assets["name"], strict=True))
    found: dict[tuple[str, str], str] = {}
    columns = material.nearby.sort_values("order")[["neighbourhood_id", "category", "asset_id"]]
    for code, category, asset in columns.itertuples(index=False, name=None):
        name = clean_text(names.get(asset, ""))
        if name:
            found.setdefault((code, str(category)), name)
    return found


def similar_csv(material: Material) -> bytes:
    """Return who is like whom, and what the other has within reach: `similar.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV: one row for each neighbourhood and each of those most like it. `has_within_reach`
        names the categories that the other has within the middle walk of most residents and this
        one has not; `places` the nearest of each by name.
    """
    alike = Alike.of(material)
    names = material.neighbourhoods.set_index("neighbourhood_id")["name"].to_dict()
    rows = material.similar
    own = rows[rows["traits"] == ",".join(alike.traits)].sort_values(["neighbourhood_id", "order"])
    told = []
    for row in own.to_dict("records"):
        code, other = row["neighbourhood_id"], row["similar_id"]
        theirs = alike.has.get(other, frozenset()) & alike.lacks.get(code, frozenset())
        order = [category for category in material.categories if category in theirs]
        places = [alike.nearest[other, c] for c in order if (other, c) in alike.nearest]
        told.append(
            {
                "neighbourhood_id": code,
                "name": names.get(code, ""),
                "order": row["order"],
                "similar_id": other,
                "similar_name": names.get(other, ""),
                "apart": row["apart"],
                "traits": row["traits"],
                "has_within_reach": ";".join(order),
                "places": "; ".join(dict.fromkeys(places)),
            }
        )
    columns = ["neighbourhood_id", "name", "order", "similar_id", "similar_name", "apart",
               "traits", "has_within_reach", "places"]  # fmt: skip
    return noted_sheet(material, pd.DataFrame(told, columns=columns))
