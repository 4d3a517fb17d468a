"""Walking cost between homes and entrances: exact, in whole decimetres.

A home or entrance stands on an edge, some way along it, with a snap leg that is part of the walk.
A walk leads from the home along its edge to one of the two ends, from junction to junction, and
along the entrance's edge from one of its ends; or, on a shared edge, straight from one to the
other.

Two searches answer everything, and both run from the entrances outwards. *Nearest* (`nearest`):
one search from all entrances of a category at once finds the cheapest entrance of each junction
(Dijkstra 1959; several sources as one: Erwig 2000). *Within* (`within`): one search for each
asset, cut off at the longest walk, then every home on the edges that were touched is tested.

Over sloping ground a walk costs more one way than back. Searches run against the direction of
the walk, so `Graph` holds the cost of each step as walked: towards the entrance.
"""

from pipeline.routing.graph import (
    DM_PER_M,
    FAR,
    Doors,
    Graph,
    Homes,
    Ints,
    SmallInts,
    Stands,
    as_graph,
    cost_along,
)
from pipeline.routing.nearest import k_nearest, nearest, nearest_at_homes, search_nearest
from pipeline.routing.within import Form, count_within, share_out, tally, walks_within

__all__ = [
    "DM_PER_M",
    "FAR",
    "Doors",
    "Form",
    "Graph",
    "Homes",
    "Ints",
    "SmallInts",
    "Stands",
    "as_graph",
    "cost_along",
    "count_within",
    "k_nearest",
    "nearest",
    "nearest_at_homes",
    "search_nearest",
    "share_out",
    "tally",
    "walks_within",
]  # fmt: skip
