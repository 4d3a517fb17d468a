"""Which ways of OpenStreetMap may be walked in Britain.

The most specific tag decides: `foot` before a public right of way before `access`. So a public
footpath across a private drive is walked, and a path with `foot=private` is not. osmnx's `walk`
filter is made for another country: it drops shared-use cycle paths and public footpaths tagged
`access=private`, and keeps `access=no` and `foot=private`.
"""

from __future__ import annotations

Tags = dict[str, str]

NOT_FOR_WALKING = frozenset(
    (
        "abandoned",
        "bus_guideway",
        "bus_stop",
        "construction",
        "demolished",
        "disused",
        "escape",
        "motorway",
        "motorway_link",
        "no",
        "planned",
        "platform",
        "proposed",
        "raceway",
        "razed",
        "rest_area",
        "services",
        "street_lamp",
        "via_ferrata",
    )
)
FOOT_ALLOWED = frozenset(
    ("yes", "designated", "permissive", "official", "destination", "customers", "use_sidepath")
)
FOOT_REFUSED = frozenset(("no", "private", "military", "emergency", "permit"))
RIGHTS_OF_WAY = frozenset(
    (
        "public_footpath",
        "public_bridleway",
        "restricted_byway",
        "byway_open_to_all_traffic",
        "public_byway",
        "core_path",
    )
)
ACCESS_REFUSED = frozenset(
    ("no", "private", "military", "emergency", "permit", "agricultural", "forestry", "delivery")
)
# What stops vehicles only.
WALKED_AROUND = frozenset(
    ("block", "bollard", "bus_trap", "height_restrictor", "kerb", "log", "planter")
)
SERVICE_REFUSED = frozenset(("drive-through", "emergency_access", "private"))
# Scales of hiking difficulty from which a path is no everyday walk.
TOO_HARD = frozenset(
    ("demanding_mountain_hiking", "alpine_hiking", "demanding_alpine_hiking",
     "difficult_alpine_hiking")
)  # fmt: skip
HARD_TO_SEE = frozenset(("no", "horrible"))


def is_walkable(tags: Tags) -> bool:
    """Say whether a way may be walked by anyone, on an ordinary day.

    Parameters
    ----------
    tags
        Its OpenStreetMap tags, `highway` among them.

    Returns
    -------
    bool
        True if it belongs to the walking network.

    Examples
    --------
    >>> is_walkable({"highway": "cycleway"})
    True
    >>> is_walkable({"highway": "track", "access": "private", "designation": "public_footpath"})
    True
    >>> is_walkable({"highway": "footway", "foot": "private"})
    False
    """
    return _is_of_a_kind_to_walk(tags) and may_be_entered_on_foot(tags) and not _is_hazardous(tags)


def may_be_entered_on_foot(tags: Tags) -> bool:
    """Say whether access tags leave a way, gate or entrance open to people on foot.

    Parameters
    ----------
    tags
        OpenStreetMap tags of a way or a node.

    Returns
    -------
    bool
        True unless `foot`, or else `access`, says no.
    """
    foot = tags.get("foot", "")
    if foot in FOOT_ALLOWED:
        return True
    if foot in FOOT_REFUSED:
        return False
    if tags.get("designation", "") in RIGHTS_OF_WAY:
        return True
    return tags.get("access", "") not in ACCESS_REFUSED


def blocks_walking(tags: Tags) -> bool:
    """Say whether a node, such as a gate, stops everyone who walks.

    A lock, and access refused without a word on walking, stop vehicles at a bollard and people
    at a gate; where `foot` says that people pass, they pass beside the lock.

    Parameters
    ----------
    tags
        OpenStreetMap tags of a node.

    Returns
    -------
    bool
        True for a barrier or entrance that is locked or private.

    Examples
    --------
    >>> blocks_walking({"barrier": "gate", "locked": "yes"})
    True
    >>> blocks_walking({"barrier": "bollard", "locked": "yes"})
    False
    """
    if "barrier" not in tags and "entrance" not in tags:
        return False
    if tags.get("foot", "") in FOOT_ALLOWED:
        return False
    if tags.get("barrier") in WALKED_AROUND:
        return tags.get("foot", "") in FOOT_REFUSED
    return tags.get("locked") == "yes" or not may_be_entered_on_foot(tags)


def leaves_walking_to_a_parallel_path(tags: Tags) -> bool:
    """Say whether a carriageway's own tags send walkers to a path mapped beside it.

    Parameters
    ----------
    tags
        OpenStreetMap tags of a way.

    Returns
    -------
    bool
        True if it counts only where no such path is found.
    """
    sides = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
    is_separate = any(tags.get(side) == "separate" for side in sides)
    return is_separate or tags.get("foot") == "use_sidepath"


def passes_over_or_under(tags: Tags) -> bool:
    """Say whether a way is a bridge or a tunnel, and so does not meet what it crosses.

    Parameters
    ----------
    tags
        OpenStreetMap tags of a way.

    Returns
    -------
    bool
        True for bridges and tunnels; a passage through a building is neither.
    """
    is_bridge = tags.get("bridge", "no") != "no"
    return is_bridge or tags.get("tunnel", "no") not in ("no", "building_passage")


def _is_of_a_kind_to_walk(tags: Tags) -> bool:
    highway = tags.get("highway", "no")
    if highway in NOT_FOR_WALKING:
        return False
    has_pavement = tags.get("sidewalk", "no") not in ("no", "none")
    if highway == "busway":
        return has_pavement or tags.get("foot", "") in FOOT_ALLOWED
    if tags.get("motorroad") == "yes":
        return tags.get("foot", "") in FOOT_ALLOWED
    return tags.get("service", "") not in SERVICE_REFUSED


def _is_hazardous(tags: Tags) -> bool:
    is_wet = tags.get("tidal") == "yes" or (
        tags.get("ford", "no") != "no" and tags.get("bridge", "no") == "no"
    )
    is_hard = tags.get("sac_scale") in TOO_HARD or tags.get("trail_visibility") in HARD_TO_SEE
    return is_wet or is_hard
