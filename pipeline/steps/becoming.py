"""Steps that say what land and buildings not in use could become, and whom that would reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.config import (
    CategoryRules,
    Caution,
    District,
    NationalTable,
    Possible,
    Study,
    UnusedKind,
    Use,
    Walker,
)
from pipeline.config.place import OverpassArea
from pipeline.steps.outputs import Outputs

_KINDS = {"unused": UnusedKind, "uses": Use, "cautions": Caution}


def uses(rules: Path, *written: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather kinds of sites, what they could become and what to be careful of; hold them together.

    A file says what it is by the folder that it lies in.
    """
    del note
    from pipeline.files import choices
    from pipeline.uses import must_agree

    found = {
        folder: files.read_configs([path for path in written if path.parent.name == folder], kind)
        for folder, kind in _KINDS.items()
    }
    possible = Possible(**found)
    held = choices.read_named(rules, CategoryRules)
    must_agree(possible.uses, possible.unused, possible.cautions, held)
    changed = choices.write_named({"uses": possible}, out[0])
    return f"{len(possible.uses)} uses{'' if changed else ', unchanged'}"


def unused_land(
    study: Path,
    rules: Path,
    walkers: Path,
    uses: Path,
    district: Path,
    national: Path,
    manifest: Path,
    neighbourhoods: Path,
    assets: Path,
    features: Path,
    network: Path,
    terrain: Path,
    homes: Path,
    access: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """List what is not in use, what it could become, and how many more people that would reach."""
    del note
    from pipeline import tables, wanted
    from pipeline.best_sets import choose_sets
    from pipeline.files import choices, inputs, raw
    from pipeline.plots import Ground
    from pipeline.residents_gained import Possibilities, measure_gains, nearest_now
    from pipeline.routing import as_graph
    from pipeline.site_walks import Residents, people_of_sites, walks_by_way_in
    from pipeline.tags import described
    from pipeline.unused_land import find_sites
    from pipeline.uses import fit_uses
    from pipeline.walkers import ground_of, must_agree

    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    possible: Possible = choices.read_named(uses, Possible)["uses"]
    categories = choices.read_named(rules, CategoryRules)
    who = choices.read_named(walkers, Walker)
    must_agree(who, held)
    if isinstance(place.openstreetmap.at, OverpassArea):
        wanted.must_cover(described(possible.unused), "unused")
        wanted.must_cover(described(possible.cautions), "cautions")
    fetched = raw.read_manifest(manifest)
    declared = choices.read_named(national, NationalTable)
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    mapped = files.read_table(features, tables.FEATURES)
    streets = files.read_table(network, tables.NETWORK)
    people = files.read_table(homes, tables.HOMES)
    reached = files.read_table(access, tables.ACCESS)
    bounds = tuple(streets.total_bounds.tolist())
    drawn = _cautions_drawn(fetched, place, possible, areas, held)
    sites, report = find_sites(
        files.read_table(assets, tables.ASSETS),
        mapped,
        possible.unused,
        possible.cautions,
        areas,
        Ground(streets, inputs.read_elevation(fetched, place, declared, bounds), held.slopes),
        raw.dated(place, fetched).openstreetmap,
        [marks for marks, _ in drawn],
    )
    report["caveats"] = [text for _, told in drawn for text in told]
    known = ground_of(streets, files.read_table(terrain, tables.TERRAIN), who[held.walking.walker])
    graph = as_graph(streets, known[0])
    residents = Residents.of(graph, people, areas)
    walks = walks_by_way_in(
        sites, possible.uses, categories, mapped, streets, graph, residents.origins, held
    )
    sites = sites.join(people_of_sites(sites, walks, residents, held))
    fits, counted = fit_uses(sites, possible.uses, longest_m=held.walking.longest_m)
    now = {use.adds: nearest_now(reached, people, use.adds) for use in possible.uses.values()}
    becoming = Possibilities(sites, fits, possible.uses, categories, walks, residents, now)
    files.write_table(choose_sets(becoming, held), tables.BEST_SETS, out[3])
    files.write_table(measure_gains(becoming, held), tables.RESIDENTS_GAINED, out[2])
    files.write_table(fits, tables.SITE_USES, out[1], counted)
    files.write_table(sites, tables.UNUSED_LAND, out[0], report)
    return f"{len(sites):,} sites, {int((fits['fits'] != 'no').sum()):,} uses that fit or might"


def _cautions_drawn(
    fetched: Any,  # noqa: ANN401 (a manifest)
    place: District,
    possible: Possible,
    areas: Any,  # noqa: ANN401 (a table)
    held: Study,
) -> list[Any]:
    """Read what the layers of cautions draw around the district, and what is to be said of each."""
    import shapely

    from pipeline.cautions import CautionRows, marks_of_layer, must_be_cautions
    from pipeline.coordinates import outline_of
    from pipeline.files import inputs

    layers = inputs.read_caution_layers(fetched, place)
    must_be_cautions({name: layer for name, (layer, _, _) in layers.items()}, possible.cautions)
    reach = shapely.buffer(outline_of(areas), held.walking.buffer_m)
    return [
        marks_of_layer(name, CautionRows(*layer), place.crs, reach)
        for name, layer in layers.items()
    ]
