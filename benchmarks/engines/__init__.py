"""Engines, one module each, and what each can be asked.

A module holds `TASKS`: for each task a function from the setting to a prepared job. Modules are
imported in a process of their own, so that none needs the others' libraries.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """The package that an engine is, the tasks that it has an answer to, and what else it needs."""

    package: str
    tasks: tuple[str, ...]
    needs: tuple[str, ...] = ()


OURS = "ours"
ENGINES = {
    OURS: Engine(
        "pipeline",
        ("nearest", "counts", "e2sfca", "nearest_homes", "counts_homes", "read", "snap", "assign"),
    ),
    "scipy": Engine("scipy", ("nearest", "counts", "e2sfca", "nearest_homes", "counts_homes")),
    "scipy_sparse": Engine("scipy", ("counts", "e2sfca")),
    "networkit": Engine("networkit", ("nearest",)),
    "rustworkx": Engine("rustworkx", ("nearest",)),
    "igraph": Engine("igraph", ("nearest",)),
    "networkx": Engine("networkx", ("nearest", "counts")),
    "pandana": Engine("pandana", ("nearest", "counts")),
    "cityseer": Engine("cityseer", ("counts",)),
    "access": Engine("access", ("e2sfca",)),
    "pyrosm": Engine("pyrosm", ("read",), ("igraph",)),
    "osmnx": Engine("osmnx", ("read", "snap")),
    "geopandas": Engine("geopandas", ("assign",)),
}
