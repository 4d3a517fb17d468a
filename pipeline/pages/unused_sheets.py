"""Unused land as sheets and as a layer: sites, what each could become, whom that would reach."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.pages.layers import Writer, written
from pipeline.pages.material import Material, once_for_both
from pipeline.pages.sheets import noted_sheet
from pipeline.pages.unused_words import SiteWords
from pipeline.text import clean_text

LAYER = "unused_land"
ALL = "all"
_LEFT_OUT = ("records", "details")


@once_for_both
def site_words(material: Material) -> SiteWords:
    """Return the words for the sites of a district."""
    return SiteWords(material.words, material.possible)


def source_titles(material: Material) -> dict[str, str]:
    """Return what the sources of sites are called.

    Parameters
    ----------
    material
        The district; its manifest is used.

    Returns
    -------
    dict
        By the name of a layer, or of the published table that it is.
    """
    titles = {
        str(entry.get("table") or key): clean_text(entry.get("title") or key)
        for key, entry in material.manifest.items()
    }
    return titles | {"osm": "OpenStreetMap"}


def unused_land_csv(material: Material) -> bytes:
    """Return one row for each site: `unused_land.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV with the columns of `tables.UNUSED_LAND` but for JSON, then `uses`, `uses_to_check`
        and the middle of each site, and the district's notice, if it has one.
    """
    table = _sites(material)
    middle = table.geometry.representative_point()
    rows = pd.DataFrame(table.drop(columns="geometry"))
    return noted_sheet(material, rows.assign(easting=middle.x.round(1), northing=middle.y.round(1)))


def unused_land_gpkg(material: Material) -> Writer:
    """Return a writer of `unused_land.gpkg`: the same with their shapes.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    callable
        Writes the layer `unused_land` to the path that it is given.
    """
    return written({LAYER: material.noted(_sites(material))}, material.district)


def _sites(material: Material) -> gpd.GeoDataFrame:
    """Return the sites with reasons in words, and the uses that fit or might."""
    told, sites = site_words(material), material.unused_land
    fits = material.site_uses
    names = {name: told.use(name).text for name in material.possible.uses}

    def listed(answer: str) -> list[str]:
        labels: dict[str, list[str]] = {}
        for site, use in fits.loc[fits["fits"] == answer, ["site_id", "use"]].itertuples(
            index=False, name=None
        ):
            labels.setdefault(site, []).append(names[use])
        return ["; ".join(labels.get(site, [])) for site in sites["site_id"]]

    because = ["; ".join(told.sure_because(text)) for text in sites["confidence_because"]]
    table = sites.drop(columns=list(_LEFT_OUT))
    perhaps = [
        "; ".join(f"{other} ({sure:.2f})" for other, sure in json.loads(text))
        for text in sites["perhaps_same"]
    ]
    table["confidence_because"] = pd.Series(because, index=table.index, dtype="str")
    titles = source_titles(material)
    found = ["; ".join(told.findings(text, titles)) for text in sites["caution_findings"]]
    table["caution_findings"] = pd.Series(found, index=table.index, dtype="str")
    table["perhaps_same"] = pd.Series(perhaps, index=table.index, dtype="str")
    shapes = table.pop("geometry")
    table = table.assign(uses=listed("yes"), uses_to_check=listed("to_check"))
    crs = material.neighbourhoods.crs
    return gpd.GeoDataFrame(table, geometry=shapes.to_numpy(), crs=crs)


def site_uses_csv(material: Material) -> bytes:
    """Return one row for each site and use, with its reasons in words: `site_uses.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV: `fits`, `because`, `to_check`, `ruled_out_by`, `would_rule_out`, `who`, and for each
        number of minutes the people gained, with state and certainty.
    """
    told, rows = site_words(material), material.site_uses
    said: dict[str, Any] = {}
    for column in ("because", "to_check", "ruled_out_by", "would_rule_out"):
        said[column] = ["; ".join(told.reasons(text)) for text in rows[column]]
    rows = rows.assign(**said)
    rows.insert(2, "label", [told.use(name).text for name in rows["use"]])
    gains = material.residents_gained
    for minutes in material.study.walking.minutes:
        ours = gains[(gains["people_of"] == ALL) & (gains["minutes"] == minutes)]
        wide = ours[["site_id", "use", "gained", "state", "coverage_pct"]].rename(
            columns={
                "gained": f"gained_within_{minutes}_min",
                "state": f"gained_within_{minutes}_min_state",
                "coverage_pct": f"gained_within_{minutes}_min_coverage_pct",
            }
        )
        rows = rows.merge(wide, on=["site_id", "use"], how="left")
    return noted_sheet(material, rows)


def best_sets_csv(material: Material) -> bytes:
    """Return the best sets of sites beside those taken one after another: `best_sets.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV with the columns of `tables.BEST_SETS`, what site and use are called, and the district's
        notice, if it has one.
    """
    told, rows = site_words(material), material.best_sets
    table = material.unused_land
    names = told.names(table[table["is_in_district"].astype(bool)].itertuples(index=False))
    rows = rows.sort_values(["use", "minutes", "most_sites", "method", "place"], ignore_index=True)
    rows = rows.assign(
        label=np.array([told.use(name).text for name in rows["use"]], dtype=object),
        site=np.array([names.get(site, "") for site in rows["site_id"]], dtype=object),
    )
    return noted_sheet(material, rows)
