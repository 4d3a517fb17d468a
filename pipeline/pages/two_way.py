"""Access and deprivation in one view, three groups of each: where both are cut.

The cuts stand fast, so that one cell means the same for every kind of asset, in every district of
a nation. Three times three is as much as readers can tell apart (Stevens 2015, Bivariate
Choropleth Maps); colours are in `config/theme.yaml`, letters stand on the map beside them.
"""

from __future__ import annotations

from typing import Any

from pipeline.pages.material import Material

# From here on the share of residents is in the middle group, and in the one most within reach.
SHARE_PCT = (40, 80)
# Up to here the walk is in the group most within reach, and in the middle one.
WALK_MIN = (5, 10)
COUNT = (1, 5)
# The last decile of the first group, and of the second.
DECILES = (3, 7)


def two_way(material: Material) -> dict[str, Any]:
    """Return what a map needs to show both in one view.

    Parameters
    ----------
    material
        The district, in an edition that may speak of deprivation.

    Returns
    -------
    dict
        `share`, `minutes` and `count`: the two cuts of measures of that kind; `deciles`: the last
        of the first two groups; `colours`, row by row from A1 to C3.
    """
    return {
        "share": SHARE_PCT,
        "minutes": WALK_MIN,
        "count": COUNT,
        "deciles": DECILES,
        "colours": material.theme.two_way_classes,
    }
