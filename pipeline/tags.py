"""What OpenStreetMap tags say: which rules they meet, who is let in, what is out of use.

Rules are looked up by key and value, so that a feature meets only the few rules that could
hold for it; one hundred thousand features take well under a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from pipeline.config import OsmRules, TagConditions

Tags = dict[str, str]
# One entry of `any`, `all` or `none`: every key must hold one of the values; None is any value.
Condition = tuple[tuple[str, frozenset[str] | None], ...]

# Who is let in, from everyone to hardly anyone; every value not named here lets in hardly anyone.
_EVERYONE = frozenset(
    {"yes", "permissive", "designated", "public", "destination", "official", "unknown"}
)
_CUSTOMERS = frozenset({"customers", "ticket"})
_LIFECYCLE = ("disused:", "abandoned:", "ruins:", "construction:")
# Uses of a building: where one of them goes on, what it once was does not make it empty.
_USES = ("amenity", "shop", "office", "leisure", "tourism", "craft", "healthcare", "club")
_NO_USE = frozenset({"no", "vacant", "disused", "abandoned"})
_GONE_KEYS = (
    "disused", "abandoned", "ruins", "demolished", "razed", "removed", "proposed", "construction",
)  # fmt: skip
_GONE_BUILDINGS = frozenset(
    {"ruins", "collapsed", "construction", "demolished", "disused", "abandoned"}
)


class DescribedByTags(Protocol):
    """Anything that says by tags what belongs to it: a category, a kind of site, a caution."""

    @property
    def osm(self) -> OsmRules:
        """The tags."""


@dataclass(frozen=True)
class Described:
    """What tags describe, for the reader of tags."""

    osm: OsmRules


class PerhapsDescribedByTags(Protocol):
    """Anything that tags may describe, or something else alone: a kind of site, a caution."""

    @property
    def osm(self) -> OsmRules | None:
        """The tags, if there are any."""


def described(choices: Mapping[str, PerhapsDescribedByTags]) -> dict[str, Described]:
    """Return those of some choices that are described by tags, by name."""
    return {name: Described(each.osm) for name, each in choices.items() if each.osm is not None}


@dataclass(frozen=True)
class _Rule:
    """One way of belonging to a category: an entry of `any`, with what else must hold."""

    category: str
    first: Condition
    all: tuple[Condition, ...]
    none: tuple[Condition, ...]
    shapes: frozenset[str]

    def holds(self, tags: Tags, shape: str) -> bool:
        """Tell whether a feature with these tags, in this shape, belongs."""
        return (
            shape in self.shapes
            and _holds(self.first, tags)
            and all(_holds(condition, tags) for condition in self.all)
            and not any(_holds(condition, tags) for condition in self.none)
        )


RuleIndex = dict[str, dict[str | None, list[_Rule]]]


def conditions(entries: TagConditions) -> tuple[Condition, ...]:
    """Return tag conditions in the form in which they are looked up.

    Parameters
    ----------
    entries
        As a category file has them.

    Returns
    -------
    tuple
        One condition an entry.
    """
    return tuple(
        tuple((key, _allowed(values)) for key, values in entry.items()) for entry in entries
    )


def holds_one_of(entries: Iterable[Condition], tags: Tags) -> bool:
    """Tell whether one of several conditions holds.

    Parameters
    ----------
    entries
        Results of `conditions`.
    tags
        The tags of one feature.

    Returns
    -------
    bool
        False where there is no condition.
    """
    return any(_holds(condition, tags) for condition in entries)


def read_tags(texts: Iterable[str]) -> list[Tags]:
    """Return tags as dictionaries.

    Parameters
    ----------
    texts
        JSON objects, one a row; read in one go, which is several times faster than one by one.

    Returns
    -------
    list of dict
        As many as there are rows.
    """
    tags: list[Tags] = json.loads(f"[{','.join(texts)}]")
    return tags


def is_out_of_use(tags: Tags) -> bool:
    """Tell whether a feature says that it is disused, ruined, gone, or not yet there.

    A canal that is `disused` carries no boats; its water and towpath are still there.

    Parameters
    ----------
    tags
        Its tags.

    Returns
    -------
    bool
        False where it says nothing.
    """
    is_water = "waterway" in tags or tags.get("natural") == "water"
    return tags.get("building") in _GONE_BUILDINGS or any(
        tags.get(key, "no") not in ("no", "minor") and not (is_water and key == "disused")
        for key in _GONE_KEYS
    )


def closed_to(tags: Tags) -> int:
    """Return how few people may walk in: 0 everyone, 1 customers, 2 hardly anyone.

    `foot` says more than `access`; a place that says nothing is open to everyone.

    Parameters
    ----------
    tags
        The tags of one feature.

    Returns
    -------
    int
        From 0 to 2.
    """
    value = tags.get("foot", tags.get("access", "yes"))
    if value in _EVERYONE:
        return 0
    return 1 if value in _CUSTOMERS else 2


def _allowed(values: str | tuple[str, ...]) -> frozenset[str] | None:
    if values == "*":
        return None
    return frozenset((values,) if isinstance(values, str) else values)


def _holds(condition: Condition, tags: Tags) -> bool:
    return all(_key_holds(key, allowed, tags) for key, allowed in condition)


def _key_holds(key: str, allowed: frozenset[str] | None, tags: Tags) -> bool:
    value = tags.get(key)
    if value is None or (key.startswith(_LIFECYCLE) and _is_in_use_again(key, tags)):
        return False
    if allowed is None:
        return value != "no"
    if value in allowed:
        return True
    return ";" in value and any(part.strip() in allowed for part in value.split(";"))


def _is_in_use_again(key: str, tags: Tags) -> bool:
    """Tell whether a place, such as a café with `disused:shop`, has found another use."""
    bare = key.partition(":")[2]
    if bare == "building":
        return False
    keys = _USES if bare in _USES else (bare,)
    return any(tags.get(use, "no") not in _NO_USE for use in keys)


def index_of(rules: Mapping[str, DescribedByTags]) -> RuleIndex:
    """Return rules by the key and value that a feature must have to meet them.

    Parameters
    ----------
    rules
        Rules by category.

    Returns
    -------
    dict
        Key → value, or None for any value → rules.
    """
    index: RuleIndex = {}
    for category, category_rules in rules.items():
        for rule in _rules_of(category, category_rules.osm):
            key, values = min(rule.first, key=lambda pair: len(pair[1] or range(10_000)))
            for value in values if values is not None else (None,):
                index.setdefault(key, {}).setdefault(value, []).append(rule)
    return index


def _rules_of(category: str, osm: OsmRules) -> Iterator[_Rule]:
    for prefix in osm.lifecycle:
        for entry in osm.any:
            keys = {f"{prefix}:{key}" if prefix else key: value for key, value in entry.items()}
            yield _Rule(
                category,
                first=conditions((keys,))[0],
                all=conditions(osm.all),
                none=conditions(osm.none),
                shapes=frozenset(osm.shapes),
            )


def matching(tags: Tags, shape: str, index: RuleIndex) -> list[str]:
    """Return the categories that a feature belongs to by its tags.

    Parameters
    ----------
    tags
        Its tags.
    shape
        `point`, `line` or `area`.
    index
        Result of `index_of`.

    Returns
    -------
    list of str
        Each category once.
    """
    found: dict[str, None] = {}
    for key in tags.keys() & index.keys():
        by_value = index[key]
        for value in (None, *_parts(tags[key])):
            for rule in by_value.get(value, ()):
                if rule.category not in found and rule.holds(tags, shape):
                    found[rule.category] = None
    return list(found)


def _parts(value: str) -> tuple[str, ...]:
    if ";" not in value:
        return (value,)
    return (value, *(part.strip() for part in value.split(";")))
