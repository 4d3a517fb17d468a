"""British walking rules: the most specific tag decides."""

import pytest

from pipeline import walkable

WALKED = {
    "a shared-use cycle path": {"highway": "cycleway", "foot": "designated", "segregated": "no"},
    "a plain cycle path": {"highway": "cycleway"},
    "a public footpath across private land": {
        "highway": "track",
        "access": "private",
        "designation": "public_footpath",
    },
    "a private road that people on foot may use": {
        "highway": "service",
        "access": "private",
        "foot": "permissive",
    },
    "a square": {"highway": "pedestrian", "area": "yes"},
    "a main road": {"highway": "trunk"},
    "a flight of steps": {"highway": "steps"},
    "a ford with a bridge": {"highway": "path", "ford": "yes", "bridge": "yes"},
    "a street closed to cars": {"highway": "residential", "motor_vehicle": "private"},
    "a busway with a pavement": {"highway": "busway", "sidewalk": "both"},
}
NOT_WALKED = {
    "a motorway": {"highway": "motorway"},
    "a motor road": {"highway": "trunk", "motorroad": "yes"},
    "a way with no access": {"highway": "path", "access": "no"},
    "a path closed to people on foot": {"highway": "path", "foot": "no", "access": "yes"},
    "a path private to people on foot": {"highway": "footway", "foot": "private"},
    "a public footpath where walking is forbidden": {
        "highway": "track",
        "designation": "public_footpath",
        "foot": "no",
    },
    "a road being built": {"highway": "construction"},
    "a tidal path": {"highway": "path", "tidal": "yes"},
    "a ford": {"highway": "track", "ford": "yes"},
    "a drive-through": {"highway": "service", "service": "drive-through"},
    "a mountaineers' path": {"highway": "path", "sac_scale": "alpine_hiking"},
    "a busway without a pavement": {"highway": "busway"},
}


@pytest.mark.parametrize("tags", WALKED.values(), ids=WALKED)
def test_is_walked(tags: dict[str, str]) -> None:
    assert walkable.is_walkable(tags)


@pytest.mark.parametrize("tags", NOT_WALKED.values(), ids=NOT_WALKED)
def test_is_not_walked(tags: dict[str, str]) -> None:
    assert not walkable.is_walkable(tags)


@pytest.mark.parametrize(
    ("tags", "blocks"),
    [
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "locked": "yes"}, True),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, False),
        ({"barrier": "bollard", "access": "no", "foot": "designated"}, False),
        ({"barrier": "bollard", "access": "no", "locked": "yes"}, False),
        ({"barrier": "block", "access": "private"}, False),
        ({"barrier": "bollard", "foot": "no"}, True),
        ({"barrier": "gate", "locked": "yes", "foot": "yes"}, False),
        ({"barrier": "gate", "locked": "yes", "access": "yes"}, True),
        ({"highway": "crossing", "access": "private"}, False),
    ],
)
def test_a_gate_blocks_when_locked_or_private(tags: dict[str, str], *, blocks: bool) -> None:
    assert walkable.blocks_walking(tags) is blocks


def test_a_passage_through_a_building_is_no_tunnel() -> None:
    assert not walkable.passes_over_or_under({"tunnel": "building_passage"})
    assert walkable.passes_over_or_under({"tunnel": "yes"})
    assert walkable.passes_over_or_under({"bridge": "viaduct"})
    assert not walkable.passes_over_or_under({"bridge": "no"})
