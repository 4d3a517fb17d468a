"""What people see: pages, sheets and layers, each made by one pure call from a `Material`.

`glance_page(material) -> str`
    `index.html`, which a district opens with.
`map_page(material) -> str`
    `map.html`.
`assessment_page(material) -> str`
    `assessment.html`, assets first and needs beside them, a row for each neighbourhood.
`assessment_csv(material)`, `groups_csv(material)`, `assessment_gpkg(material)`
    The same as sheets and as a layer.
`similar_csv(material) -> bytes`
    Which neighbourhoods are alike, and what the others have within reach.
`neighbourhood_pages(material) -> dict[str, str]`
    `neighbourhoods/<code>.html`, and `neighbourhoods/index.html`, which lists them.
`directory_page(material) -> str`
    `directory.html`: places by theme and kind, with the walk from a chosen place.
`directory_csv(material) -> bytes`, `walks_csv(material) -> bytes`
    The directory as sheets.
`directory_json(material) -> bytes`
    The directory as Open Referral UK.
`data_page(material, files) -> str`
    `data.html`: figures as tables, files with their sums, licences, the data dictionary.
`indicators_csv(material) -> bytes`, `profiles_csv(material) -> bytes`
    The figures, in one column and side by side.
`profiles_gpkg(material) -> Writer`, `assets_gpkg(material) -> Writer`
    Callables that write a GeoPackage to the path that they are given.
`catchments_csv(material) -> bytes`, `catchments_gpkg(material) -> Writer`
    The land and the people within reach of each category.
`standards_csv(material) -> bytes`
    Which share of people meets each published standard, on foot and in a straight line.
`unused_land_page(material) -> str`
    `unused-land.html`: land and buildings not in use, and what they could become.
`unused_land_csv(material)`, `unused_land_gpkg(material)`, `site_uses_csv(material)`,
`best_sets_csv(material)`
    The same as sheets and a layer.
`what_if.what_if_shared(material, trials) -> Shared`
    `what-if.html`, which lists what `make scenario` and `make compare` wrote.
`set_aside_csv(material) -> bytes`
    The rows of layers that are not used, each with its reason.
`field_lists(material) -> dict[str, bytes]`, `field_sheets(material) -> dict[str, str]`
    What is worth a look on the spot: lists, and a sheet with boxes to tick for each neighbourhood.
`noted_sheet(material, table) -> bytes`
    A table as it is, with the notice of the district: `gradient.csv`, `source_dependence.csv`,
    `ambiguous.csv`, `residents_gained.csv`.
`run_note(material, seconds) -> dict`
    What is known of the run.
`district_files(material) -> dict[str, Content]`
    All files of one edition but its run note.
`editions(material, files_of, note_of, name) -> dict[str, Content]`
    All files of both editions, ready for `pipeline.publish.publish`.
`index_page(notes, dress, wordings) -> str`
    `outputs/index.html`, from `{folder: run.json}`.

Nothing here opens a local file of the project or writes one of its own accord.
"""

from __future__ import annotations

from pipeline.pages.alike import similar_csv
from pipeline.pages.assessment import assessment_page
from pipeline.pages.assessment_sheet import assessment_csv, assessment_gpkg, groups_csv
from pipeline.pages.catchments import catchments_csv, catchments_gpkg, people_of_raster
from pipeline.pages.data import data_page
from pipeline.pages.directory import directory_page
from pipeline.pages.directory_files import directory_csv, walks_csv
from pipeline.pages.editions import Asking, Content, Packed, Shared, editions, without_deprivation
from pipeline.pages.field_lists import field_lists
from pipeline.pages.field_sheets import field_sheets
from pipeline.pages.glance import glance_page
from pipeline.pages.index import index_page
from pipeline.pages.layers import assets_gpkg, profiles_gpkg
from pipeline.pages.map import map_page
from pipeline.pages.material import CAPTIONS, Material
from pipeline.pages.neighbourhood import neighbourhood_pages
from pipeline.pages.note import run_note
from pipeline.pages.referral import directory_json
from pipeline.pages.sheets import (
    by_walker_csv,
    indicators_csv,
    noted_sheet,
    profiles_csv,
    sensitivity_csv,
    set_aside_csv,
)
from pipeline.pages.standards import standards_csv
from pipeline.pages.unused_land import unused_land_page
from pipeline.pages.unused_sheets import (
    best_sets_csv,
    site_uses_csv,
    unused_land_csv,
    unused_land_gpkg,
)


def district_files(material: Material) -> dict[str, Content]:
    """Return every file of one edition but its run note.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    dict
        File name → text, bytes, or a callable that writes the file to a path.
    """
    files: dict[str, Content] = {
        "index.html": glance_page(material),
        "map.html": _map(material),
        "assessment.html": assessment_page(material),
        **neighbourhood_pages(material),
        "directory.html": directory_page(material),
        "directory.csv": directory_csv(material),
        "walks.csv": walks_csv(material),
        "directory.json": directory_json(material),
        "assessment.csv": assessment_csv(material),
        "assessment.gpkg": assessment_gpkg(material),
        "similar.csv": similar_csv(material),
        "unused-land.html": unused_land_page(material),
        "unused_land.csv": unused_land_csv(material),
        "unused_land.gpkg": unused_land_gpkg(material),
        "site_uses.csv": site_uses_csv(material),
        "residents_gained.csv": noted_sheet(material, material.residents_gained),
        "best_sets.csv": best_sets_csv(material),
        "profiles.csv": profiles_csv(material),
        "indicators.csv": indicators_csv(material),
        "by_walker.csv": by_walker_csv(material),
        "sensitivity.csv": sensitivity_csv(material),
        "standards.csv": standards_csv(material),
        **(
            {
                "gradient.csv": noted_sheet(material, material.gradient),
                "groups.csv": groups_csv(material),
            }
            if material.edition == "planner"
            else {}
        ),
        "set_aside.csv": set_aside_csv(material),
        "ambiguous.csv": noted_sheet(material, material.ambiguous),
        "source_dependence.csv": noted_sheet(material, material.by_source),
        **field_lists(material),
        **field_sheets(material),
        "profiles.gpkg": profiles_gpkg(material),
        "assets.gpkg": assets_gpkg(material),
        "catchments.csv": catchments_csv(material),
        "catchments.gpkg": catchments_gpkg(material),
        "minutes_to_nearest.tif": material.surface,
        **people_of_raster(material),
        **{name: file for name, file in material.pictures.items() if name != CAPTIONS},
    }
    return files | {"data.html": data_page(material, files)}


def _map(material: Material) -> Content:
    """Return the map, and whom it may ask for pictures, if anybody."""
    page = map_page(material)
    return page if material.background is None else Asking(page, material.background.origin)


__all__ = [
    "Asking",
    "Content",
    "Material",
    "Packed",
    "Shared",
    "assessment_csv",
    "assessment_gpkg",
    "assessment_page",
    "assets_gpkg",
    "best_sets_csv",
    "by_walker_csv",
    "catchments_csv",
    "catchments_gpkg",
    "data_page",
    "directory_csv",
    "directory_json",
    "directory_page",
    "district_files",
    "editions",
    "field_lists",
    "field_sheets",
    "glance_page",
    "groups_csv",
    "index_page",
    "indicators_csv",
    "map_page",
    "neighbourhood_pages",
    "noted_sheet",
    "profiles_csv",
    "profiles_gpkg",
    "run_note",
    "sensitivity_csv",
    "set_aside_csv",
    "similar_csv",
    "site_uses_csv",
    "standards_csv",
    "unused_land_csv",
    "unused_land_gpkg",
    "unused_land_page",
    "walks_csv",
    "without_deprivation",
]
