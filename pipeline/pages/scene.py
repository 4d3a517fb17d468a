"""What the pictures of one district are made from, and the ground that they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely

from pipeline.config import Category, District, State, Study, Theme
from pipeline.pages import backdrop, shapes
from pipeline.pages.compass import ScaleBar, drawn_per_metre, scale_bar
from pipeline.pages.drawing import LONGEST_BAR_MM, PANEL_MM, Box, Ground
from pipeline.pages.shapes import Shapes
from pipeline.pages.wording import Words
from pipeline.text import clean_text

# Around the district, as a share of its size.
MARGIN_SHARE = 0.03
SMALLEST_VIEW_M = 500.0
# A map of less than so many metres across has room for every street.
SMALL_STREETS_WITHIN_M = 9_000.0


@dataclass(frozen=True)
class Scene:
    """The choices and tables that pictures need, which are fewer than the pages need."""

    study: Study
    theme: Theme
    looks: Mapping[str, Category]
    words: Words
    district: District
    manifest: Mapping[str, Mapping[str, Any]]
    neighbourhoods: Any
    coverage: Any
    features: Any
    network: Any
    assets: Any
    indicators: pd.DataFrame

    @property
    def name(self) -> str:
        """Name of the district."""
        return clean_text(self.district.name)

    @property
    def notice(self) -> str:
        """What must be said of the district wherever it is shown, or empty."""
        return clean_text(self.district.notice, most=600) if self.district.notice else ""

    @property
    def minutes(self) -> int:
        """The middle of the study's numbers of minutes."""
        minutes = self.study.walking.minutes
        return minutes[len(minutes) // 2]

    @cached_property
    def is_covered(self) -> list[bool]:
        """Whether the map of streets covers each neighbourhood."""
        rows = self.coverage[self.coverage["what"] == "neighbourhood"]
        states = rows.set_index("neighbourhood_id")["state"]
        return [states.get(each) == State.OK for each in self.neighbourhoods["neighbourhood_id"]]

    @cached_property
    def inside(self) -> Any:  # noqa: ANN401 (a GeoDataFrame)
        """Assets in the district, of categories that are known."""
        assets = self.assets
        return assets[assets["is_in_district"] & assets["category"].isin(list(self.looks))]


def ground_of(scene: Scene) -> Ground:
    """Return the extent that all pictures of a district share, and what lies in it.

    Parameters
    ----------
    scene
        The district.

    Returns
    -------
    Ground
        Clipped to the extent.
    """
    areas = np.asarray(scene.neighbourhoods.geometry.array)
    view = _view(areas[scene.is_covered] if any(scene.is_covered) else areas)
    around = shapely.box(*view)
    shapely.prepare(around)
    on_the_ground = backdrop.ground(scene.features, around)
    beyond = shapely.difference(around, shapely.union_all(shapely.simplify(areas, 30.0)))
    streets = backdrop.streets_by_size(scene.network, around)
    borders = shapes.bordering(areas)
    tolerance_m = (view[2] - view[0]) / PANEL_MM[2] / 10
    is_small = view[2] - view[0] < SMALL_STREETS_WITHIN_M

    def clipped(found: Shapes, within: Any = around) -> Shapes:  # noqa: ANN401 (a geometry)
        cut = shapely.intersection(found, within)
        return shapes.simpler(cut[~shapely.is_empty(cut)], tolerance_m)

    return Ground(
        box=view,
        theme=scene.theme,
        green=clipped(on_the_ground["green"]),
        green_around=clipped(on_the_ground["green"], beyond),
        water=clipped(on_the_ground["water"]),
        waterways=clipped(on_the_ground["waterways"]),
        railways=clipped(on_the_ground["railways"]),
        main_streets=clipped(streets["major"]),
        small_streets=clipped(streets["minor"]) if is_small else np.empty(0, dtype=object),
        neighbourhoods=borders,
        borders=shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(borders)))),
        outline=shapes.outline(areas),
        edge=clipped(_edge_of_data(scene)),
        bar=_bar(scene, view),
    )


def _view(areas: Shapes) -> Box:
    """Return the extent: the district and a margin, as wide for its height as the panel is."""
    west, south, east, north = shapely.total_bounds(areas)
    shape = PANEL_MM[2] / PANEL_MM[3]
    width = max(east - west, (north - south) * shape, SMALLEST_VIEW_M) * (1 + 2 * MARGIN_SHARE)
    x, y = (west + east) / 2, (south + north) / 2
    return (x - width / 2, y - width / shape / 2, x + width / 2, y + width / shape / 2)


def _edge_of_data(scene: Scene) -> Shapes:
    """Where the OpenStreetMap file ends, if that is inside the district."""
    if all(scene.is_covered):
        return np.empty(0, dtype=object)
    rows = scene.coverage
    return np.asarray(rows.loc[rows["what"] == "edge"].geometry.array)


def _bar(scene: Scene, view: Box) -> ScaleBar:
    west, south, east, north = view
    ratio = drawn_per_metre(scene.neighbourhoods.crs, (west + east) / 2, (south + north) / 2)
    return scale_bar(ratio, LONGEST_BAR_MM * (east - west) / PANEL_MM[2])
