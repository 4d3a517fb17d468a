"""Walking access from every home to every category of asset.

One measure is one module, and each takes a network, `Origins` with people, `Destinations` with
supply, and a cut-off or an impedance; it returns one value a home, with its state. Here those that
are published are gathered into one table.
"""

from pipeline.access.answers import measure_access
from pipeline.access.cumulative import assets_within, supply_within
from pipeline.access.floating_catchment import supply_per_person
from pipeline.access.gravity import potential
from pipeline.access.nearest import kth_nearest, nearest_asset
from pipeline.access.standing import Destinations, Origins

__all__ = [
    "Destinations", "Origins", "assets_within", "kth_nearest", "measure_access", "nearest_asset",
    "potential", "supply_per_person", "supply_within",
]  # fmt: skip
