"""One nation a file: `config/nations/*.yaml`, what is usual in all its districts."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from pipeline.config.choice import Choice, MetricCrs, Slug, Words


class NationDefaults(Choice):
    """What the districts of a nation use unless they say otherwise.

    `letter` begins the codes of its local authorities. Each table is a file of `config/national`.
    `people_to_bring` is the table of people where none lies at an address to rely on.
    `layers_to_bring` are lists that need a key or a copy on this machine: a district has those that
    its file names.
    `lacks` says what there is none of, by the name that the input would have, and what follows.
    """

    name: Words
    letter: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
    crs: MetricCrs
    boundaries: Slug
    people: Slug | None = None
    people_to_bring: Slug | None = None
    households: Slug | None = None
    children: Slug | None = None
    deprivation: Slug | None = None
    lookup: Slug | None = None
    census_points: Slug | None = None
    elevation: Slug | None = None
    layers: dict[Slug, Slug] = {}
    layers_to_bring: dict[Slug, Slug] = {}
    lacks: dict[Slug, Words] = {}
