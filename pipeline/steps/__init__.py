"""One function for each kind of target: read, compute, write.

A step knows no paths of its own: the Makefile hands it its prerequisites in order and the files
to write. It returns a line that says what came of it. Libraries are imported by the step that
needs them, because each step is a process and importing all of them costs more than most steps.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.steps.assessing import (
    assessment,
    domains,
    gradient,
    indicators_elsewhere,
    nearby,
    similar,
)
from pipeline.steps.becoming import unused_land, uses
from pipeline.steps.comparing import baseline, compare
from pipeline.steps.founding import new_district
from pipeline.steps.gathering import (
    district,
    kernels,
    looks,
    national,
    published_standards,
    reference,
    rules,
    theme,
    walkers,
    ways,
    words,
)
from pipeline.steps.keeping import field_check, live_check, lock
from pipeline.steps.listing import walks
from pipeline.steps.picturing import picture_words, pictures
from pipeline.steps.publishing import index, publish
from pipeline.steps.reading import assets, fetch, licence_cut, neighbourhoods, network, osm, terrain
from pipeline.steps.trying import scenario
from pipeline.steps.walking import (
    access,
    by_source,
    catchment,
    catchments,
    entrances,
    homes,
    profiles,
    sensitivity,
    standards,
    surface,
)

__all__ = [
    "OF_NO_DISTRICT", "SEVERAL_OUTPUTS", "STEPS", "WITH_BARS", "access", "assessment", "assets",
    "baseline", "by_source", "catchment", "catchments", "compare", "district", "domains",
    "entrances", "fetch", "field_check", "gradient", "homes", "index", "kernels", "licence_cut",
    "live_check", "lock", "looks", "national", "nearby", "neighbourhoods", "network",
    "new_district", "osm", "outputs_of", "picture_words", "pictures", "profiles", "publish",
    "published_standards", "reference", "rules", "scenario", "sensitivity", "similar", "standards",
    "surface", "terrain", "theme", "unused_land", "uses", "walkers", "walks", "ways", "words",
]  # fmt: skip
STEPS: dict[str, Callable[..., str]] = {
    step.__name__: step
    for step in (
        rules, ways, looks, national, walkers, kernels, district, fetch, neighbourhoods, osm,
        assets, network, terrain, entrances, homes, access, sensitivity, surface, catchments,
        catchment,
        profiles, gradient, nearby, standards, publish, index, reference, published_standards,
        words, theme, uses, unused_land, live_check, picture_words, pictures, lock, new_district,
        walks, scenario, baseline, compare, domains, assessment, similar, indicators_elsewhere,
        field_check, by_source,
        licence_cut,
    )
}  # fmt: skip
OF_NO_DISTRICT = frozenset(
    (
        "kernels",
        "rules",
        "ways",
        "looks",
        "national",
        "walkers",
        "picture_words",
        "words",
        "theme",
        "uses",
        "published_standards",
        "catchment",
        "scenario",
        "baseline",
        "compare",
        "index",
        "reference",
        "lock",
        "field_check",
        "licence_cut",
        "live_check",
        "new_district",
    )
)
# These draw on the terminal themselves.
WITH_BARS = frozenset(("fetch", "live_check"))
SEVERAL_OUTPUTS: dict[str, int] = {
    "osm": 3, "sensitivity": 2, "surface": 2, "catchments": 2, "assets": 5, "unused_land": 4,
    "reference": 20, "walks": 2, "assessment": 2, "nearby": 2,
}  # fmt: skip


def outputs_of(step: str) -> int:
    """Return how many files a step writes.

    Parameters
    ----------
    step
        Its name.

    Returns
    -------
    int
        One for most.
    """
    return SEVERAL_OUTPUTS.get(step, 1)
