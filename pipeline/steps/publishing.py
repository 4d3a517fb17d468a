"""Steps that make what people see."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.config import Category, District, Dress, Possible, Standard, Study, Walker, Wording
from pipeline.steps.outputs import Outputs


def publish(
    study: Path,
    theme: Path,
    looks: Path,
    walkers: Path,
    words: Path,
    uses: Path,
    published_standards: Path,
    district: Path,
    manifest: Path,
    neighbourhoods: Path,
    coverage: Path,
    features: Path,
    network: Path,
    terrain: Path,
    assets: Path,
    set_aside: Path,
    records: Path,
    ambiguous: Path,
    entrances: Path,
    homes: Path,
    indicators: Path,
    by_walker: Path,
    by_source: Path,
    sensitivity: Path,
    gradient: Path,
    nearby: Path,
    localities: Path,
    starts: Path,
    walks: Path,
    standards: Path,
    assessment: Path,
    groups: Path,
    similar: Path,
    catchments: Path,
    catchment_people: Path,
    raster_minutes: Path,
    unused_land: Path,
    site_uses: Path,
    residents_gained: Path,
    best_sets: Path,
    surface: Path,
    pictures: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Make the pages and files of one district, and put them in place together."""
    from pipeline import pages, tables
    from pipeline import publish as gate
    from pipeline.files import raw
    from pipeline.files.bundles import read_bundle
    from pipeline.files.choices import read_named
    from pipeline.files.writing import as_json
    from pipeline.standards import standards_for

    stored = {
        tables.NEIGHBOURHOODS: neighbourhoods,
        tables.COVERAGE: coverage,
        tables.FEATURES: features,
        tables.NETWORK: network,
        tables.TERRAIN: terrain,
        tables.ASSETS: assets,
        tables.SET_ASIDE: set_aside,
        tables.RECORDS: records,
        tables.AMBIGUOUS: ambiguous,
        tables.ENTRANCES: entrances,
        tables.HOMES: homes,
        tables.INDICATORS: indicators,
        tables.BY_WALKER: by_walker,
        tables.BY_SOURCE: by_source,
        tables.SENSITIVITY: sensitivity,
        tables.GRADIENT: gradient,
        tables.NEARBY: nearby,
        tables.LOCALITIES: localities,
        tables.STARTS: starts,
        tables.WALKS: walks,
        tables.STANDARDS: standards,
        tables.ASSESSMENT: assessment,
        tables.GROUPS: groups,
        tables.SIMILAR: similar,
        tables.CATCHMENTS: catchments,
        tables.CATCHMENT_PEOPLE: catchment_people,
        tables.RASTER_MINUTES: raster_minutes,
        tables.UNUSED_LAND: unused_land,
        tables.SITE_USES: site_uses,
        tables.RESIDENTS_GAINED: residents_gained,
        tables.BEST_SETS: best_sets,
    }
    fetched = raw.read_manifest(manifest)
    old = raw.old_inputs(fetched, datetime.now(UTC).date())
    place = raw.dated(files.read_choices(district, District), fetched)
    dress: Dress = read_named(theme, Dress)["theme"]
    material = pages.Material(
        study=files.read_choices(study, Study),
        theme=dress.theme,
        logo=dress.logo or "",
        looks=read_named(looks, Category),
        district=place,
        walkers=read_named(walkers, Walker),
        wordings=read_named(words, Wording),
        published_standards=standards_for(place, read_named(published_standards, Standard)),
        manifest={
            key: file.model_dump(mode="json") | {"is_old": key in old}
            for key, file in fetched.inputs.items()
        },
        possible=read_named(uses, Possible)["uses"],
        surface=surface.read_bytes(),
        pictures=read_bundle(pictures),
        reports={table.name: files.read_report(path) for table, path in stored.items()},
        **{table.name: files.read_table(path, table) for table, path in stored.items()},
    )
    seconds = _seconds(note)

    # It lies in an archive, whose bytes must not tell how long the steps took.
    def note_of(edition: pages.Material) -> bytes:
        return as_json(pages.run_note(edition, {}))

    folder = out[0].parent
    found = pages.editions(material, pages.district_files, note_of, folder.name)
    listed = listings(folder, pages.without_deprivation(material), material)
    gate.publish(found | listed, folder, pages.run_note(material, seconds))
    return "\n• ".join((f"open {out[0].parent / 'map.html'}", *old.values()))


def listings(folder: Path, community: Any, planner: Any) -> dict[str, Any]:  # noqa: ANN401
    """Make the pages that list scenarios and comparisons, as they lie there now.

    Parameters
    ----------
    folder
        The folder of the district.
    community, planner
        The material of each edition.

    Returns
    -------
    dict
        Path from the folder → the page.
    """
    from pipeline.files.trials import read_trials
    from pipeline.pages.what_if import NAME, what_if_shared

    within = folder / "community"
    return {
        NAME: what_if_shared(planner, read_trials(folder)),
        f"{within.name}/{NAME}": what_if_shared(community, read_trials(within)),
    }


def _seconds(note: Path | None) -> dict[str, float]:
    """Gather what each earlier step noted of its time."""
    if note is None:
        return {}
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["seconds"]
        for path in sorted(note.parent.glob("*.json"))
    }


def index(theme: Path, words: Path, *notes: Path, out: Outputs, note: Path | None = None) -> str:
    """Make the page over all districts."""
    del note
    from pipeline import pages
    from pipeline import publish as gate
    from pipeline.files.choices import read_named

    found = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in notes}
    dress: Dress = read_named(theme, Dress)["theme"]
    page = pages.index_page(found, dress, read_named(words, Wording))
    gate.publish_file(page, out[0])
    return f"{len(found)} districts, open {out[0]}"
