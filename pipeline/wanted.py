"""Which OpenStreetMap data is asked for where only a part is sent: all that any step reads.

All of a file is read, and a service that is asked by tags must send what those steps need. Ways
are not chosen by whether they may be walked: that is decided by several tags in turn (see
`walkable`), which no filter of a server can follow, and the others say what the map covers.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.errors import ChoiceIsNotAllowed, listed
from pipeline.tags import DescribedByTags

# A key with any value, or with these. Nodes on ways that are asked for come with them.
TAGS: dict[str, bool | list[str]] = {
    # Streets, what stands on them, and squares.
    "highway": True,
    "barrier": True,
    "entrance": True,
    "kerb": True,
    # Places that people go to.
    **dict.fromkeys(
        (
            "amenity", "craft", "healthcare", "historic", "leisure", "man_made", "military",
            "office", "post_office", "public_transport", "railway", "shop", "tourism",
        ),
        True,
    ),
    "designation": ["local_nature_reserve", "national_nature_reserve"],
    # Buildings, land and water, which also show how far the map reaches.
    **dict.fromkeys(("building", "landuse", "natural", "waterway"), True),
    "area": ["yes"],
    # Parts of a town and villages, for their names.
    "place": ["borough", "hamlet", "neighbourhood", "quarter", "suburb", "town", "village"],
    # What to be careful of.
    "flood_prone": ["yes"],
    "hazard": True,
    # What has fallen out of use.
    **{
        f"disused:{key}": True
        for key in ("amenity", "building", "craft", "healthcare", "landuse", "leisure", "office",
                    "shop", "tourism")
    },
    **{f"abandoned:{key}": True for key in ("amenity", "building", "landuse", "shop")},
    "ruins:building": True,
}  # fmt: skip


def is_wanted(tags: Mapping[str, str]) -> bool:
    """Tell whether something with these tags is asked for.

    Parameters
    ----------
    tags
        Of one node, way or relation.

    Returns
    -------
    bool
        Whether one of its tags is among `TAGS`.

    Examples
    --------
    >>> is_wanted({"leisure": "park"}), is_wanted({"place": "island"})
    (True, False)
    """
    return any(_has(key, value) for key, value in tags.items())


def _has(key: str, value: str | None) -> bool:
    values = TAGS.get(key, False)
    return values is True or (isinstance(values, list) and value in values)


def must_cover(rules: Mapping[str, DescribedByTags], folder: str = "categories") -> None:
    """Stop if a category is made of things that were never asked for.

    Parameters
    ----------
    rules
        Rules by category, or whatever else describes things by tags.
    folder
        The folder of `config` that they stand in, for the sentence.

    Raises
    ------
    ChoiceIsNotAllowed
        If a tag that a category names would not have been sent.
    """
    for category, held in rules.items():
        osm = held.osm
        named = [
            {f"{prefix}:{key}" if prefix else key: value for key, value in entry.items()}
            for entry in osm.any
            for prefix in osm.lifecycle or ("",)
        ]
        for tags in (*named, *osm.not_inside):
            if not any(_covers(key, values) for key, values in tags.items()):
                raise ChoiceIsNotAllowed(
                    f"config/{folder}/{category}.yaml: {listed(sorted(tags))}: an Overpass "
                    f"server is not asked for this; it is asked for {listed(sorted(TAGS), 60)}. "
                    "Give the district a Geofabrik region or a file, or add the tag to "
                    "pipeline/wanted.py."
                )


def _covers(key: str, values: str | tuple[str, ...]) -> bool:
    """Tell whether every feature with a key and one of some values is asked for."""
    if TAGS.get(key) is True:
        return True
    named = (values,) if isinstance(values, str) else values
    return all(value != "*" and _has(key, value) for value in named)
