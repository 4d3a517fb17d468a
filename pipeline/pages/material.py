"""Everything that the published files of one district are made from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Literal, TypeVar

import geopandas as gpd
import pandas as pd

from pipeline.config import (
    Background,
    Category,
    District,
    Grid,
    Possible,
    Standard,
    State,
    Study,
    Theme,
    Walker,
    Wording,
)
from pipeline.contracts import Table
from pipeline.headline import ranges
from pipeline.pages.wording import Words
from pipeline.tables import (
    AMBIGUOUS,
    BEST_SETS,
    BY_SOURCE,
    LOCALITIES,
    RECORDS,
    RESIDENTS_GAINED,
    SET_ASIDE,
    SITE_USES,
    UNUSED_LAND,
)
from pipeline.text import clean_text

# What is said of the pictures, kept beside them.
CAPTIONS = "captions.json"


Found = TypeVar("Found")
_OF_BOTH = "_found_for_both"


def once(find: Callable[[Material], Found]) -> Callable[[Material], Found]:
    """Let something be found once for each material, which never changes.

    Parameters
    ----------
    find
        What finds it; nobody may change what it returns.

    Returns
    -------
    callable
        The same, which remembers.
    """

    @wraps(find)
    def found(material: Material) -> Found:
        kept = vars(material).setdefault("_found", {})
        if find not in kept:
            kept[find] = find(material)
        answer: Found = kept[find]
        return answer

    return found


def once_for_both(find: Callable[[Material], Found]) -> Callable[[Material], Found]:
    """Let something be found once for both editions of a material.

    Parameters
    ----------
    find
        What finds it, from what both editions hold alike: nothing that has to do with
        deprivation. Nobody may change what it returns.

    Returns
    -------
    callable
        The same, which remembers.
    """

    @wraps(find)
    def found(material: Material) -> Found:
        kept = vars(material).setdefault(_OF_BOTH, {})
        if find not in kept:
            kept[find] = find(material)
        answer: Found = kept[find]
        return answer

    return found


def share_findings(material: Material, other: Material) -> Material:
    """Let another edition of a material take what is found once for both.

    Parameters
    ----------
    material
        The one edition.
    other
        The other, which differs from it in deprivation only.

    Returns
    -------
    Material
        The other.
    """
    vars(other)[_OF_BOTH] = vars(material).setdefault(_OF_BOTH, {})
    return other


def _nothing_aside() -> pd.DataFrame:
    return pd.DataFrame(columns=[column.name for column in SET_ASIDE.columns])


def _nothing_ambiguous() -> pd.DataFrame:
    return pd.DataFrame(columns=[column.name for column in AMBIGUOUS.columns])


def _nothing_by_source() -> pd.DataFrame:
    return pd.DataFrame(columns=[column.name for column in BY_SOURCE.columns])


def _no_records() -> pd.DataFrame:
    return pd.DataFrame(columns=[column.name for column in RECORDS.columns])


def _empty(table: Table) -> Any:  # noqa: ANN401 (a DataFrame or a GeoDataFrame)
    """Return a table without rows, for districts and tests that have none."""
    frame = pd.DataFrame({column.name: pd.Series(dtype=object) for column in table.columns})
    return gpd.GeoDataFrame(frame, geometry="geometry") if table.geometry else frame


@dataclass(frozen=True)
class Material:
    """The choices and tables of one district, as the earlier steps left them.

    `manifest` maps the name of an input to what is known of it (title, publisher, licence,
    attribution, date, sha256, rows). `reports` maps the name of a table to its report; the
    sentences in `report["caveats"]` are repeated on the page. Tables keep their contracts in
    `pipeline.tables`; nothing here is changed. `surface` is the GeoTIFF of minutes, as it is;
    `pictures` are those that `pipeline.pages.pictures` drew, by the names of their files, and
    their captions. `possible` is what land and buildings not in use could become.
    """

    study: Study
    theme: Theme
    looks: Mapping[str, Category]
    district: District
    manifest: Mapping[str, Mapping[str, Any]]
    neighbourhoods: Any
    coverage: Any
    features: Any
    network: Any
    terrain: pd.DataFrame
    assets: Any
    entrances: Any
    homes: Any
    indicators: pd.DataFrame
    by_walker: pd.DataFrame
    sensitivity: pd.DataFrame
    walkers: Mapping[str, Walker]
    wordings: Mapping[str, Wording]
    gradient: pd.DataFrame
    nearby: pd.DataFrame
    starts: pd.DataFrame
    walks: pd.DataFrame
    standards: pd.DataFrame
    assessment: pd.DataFrame
    groups: pd.DataFrame
    similar: pd.DataFrame
    published_standards: Mapping[str, Standard]
    catchments: Any
    catchment_people: pd.DataFrame
    raster_minutes: pd.DataFrame
    surface: bytes
    reports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    set_aside: pd.DataFrame = field(default_factory=_nothing_aside)
    records: Any = field(default_factory=_no_records)
    by_source: pd.DataFrame = field(default_factory=_nothing_by_source)
    ambiguous: pd.DataFrame = field(default_factory=_nothing_ambiguous)
    localities: Any = field(default_factory=lambda: _empty(LOCALITIES))
    unused_land: Any = field(default_factory=lambda: _empty(UNUSED_LAND))
    site_uses: pd.DataFrame = field(default_factory=lambda: _empty(SITE_USES))
    residents_gained: pd.DataFrame = field(default_factory=lambda: _empty(RESIDENTS_GAINED))
    best_sets: pd.DataFrame = field(default_factory=lambda: _empty(BEST_SETS))
    possible: Possible = field(default_factory=lambda: Possible(unused={}, uses={}, cautions={}))
    edition: Literal["planner", "community"] = "planner"
    logo: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def people(self) -> pd.Series:
        """People of each neighbourhood: as counted, else as estimated at its homes."""
        counted = self.neighbourhoods.set_index("neighbourhood_id")["people"]
        at_homes = self.homes.groupby("neighbourhood_id")["people"].sum()
        people: pd.Series = counted.fillna(at_homes.reindex(counted.index)).fillna(0.0)
        return people

    @property
    def told_elsewhere(self) -> Mapping[str, Mapping[str, Any]]:
        """What is said of each indicator from elsewhere, by name."""
        told: Mapping[str, Mapping[str, Any]] = self.reports.get("assessment", {}).get(
            "indicators", {}
        )
        return told

    @property
    def captions(self) -> list[dict[str, str]]:
        """Layer, title and what is told of each picture, in the order in which they are read."""
        captions: list[dict[str, str]] = json.loads(self.pictures.get(CAPTIONS, b"[]"))
        return captions

    def noted(self, frame: Any) -> Any:  # noqa: ANN401 (a DataFrame or a GeoDataFrame)
        """Add the district's notice to every row, where it has one.

        A file travels without its page, and a row without its file.

        Parameters
        ----------
        frame
            What is published.

        Returns
        -------
        pandas.DataFrame or geopandas.GeoDataFrame
            The same rows, with `notice` as one more column.
        """
        notice = self.district.notice
        return frame if notice is None else frame.assign(notice=" ".join(notice.split()))

    @property
    def people_are_estimated(self) -> bool:
        """Whether any neighbourhood's people are taken from the floor area of dwellings."""
        return bool((self.neighbourhoods["people_state"] == State.NO_DATA).any())

    @property
    def people_raster(self) -> str:
        """Title of the raster that people are taken from, or empty."""
        areas = self.district.neighbourhoods
        is_named = isinstance(areas, Grid) and areas.people is not None
        return clean_text(self.manifest["people"]["title"]) if is_named else ""

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of the published measures, in the order in which people read them."""
        minutes = self.study.walking.minutes
        return (
            *(f"within_{m}_min_pct" for m in minutes),
            "nearest_median_min",
            "nearest_q25_min",
            "nearest_q75_min",
            f"mean_count_within_{max(minutes)}_min",
        )

    @property
    def has_deprivation(self) -> bool:
        """Whether this edition may speak of deprivation, with figures or without."""
        return self.edition == "planner"

    @property
    def background(self) -> Background | None:
        """What readers of this edition's map may lay it over, if anything."""
        return self.theme.background if self.edition == "planner" else None

    @cached_property
    def words(self) -> Words:
        """What the pages say, in the language of the district."""
        return Words(self.wordings, self.district.language)

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """The least and the most of each headline number under other choices."""
        return ranges(self.sensitivity)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Names of the categories with figures, by kind in the booklet's order, then by label."""
        kinds = {kind: place for place, kind in enumerate(KINDS)}
        known = set(self.indicators["category"]) & set(self.looks)
        return tuple(
            sorted(known, key=lambda c: (kinds[self.looks[c].kind], self.looks[c].label, c))
        )


KINDS = (
    "green_space",
    "buildings",
    "everyday_places",
    "markets",
    "streets",
    "transport",
    "unused_land",
)
