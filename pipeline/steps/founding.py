"""The step that writes the file of a new district."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pipeline import files
from pipeline.config import DistrictFile, NationDefaults, Study
from pipeline.config.authorities import Authorities
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.steps.outputs import Outputs


def new_district(
    study: Path,
    authorities: Path,
    name: Path,
    *nations: Path,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Write the file of a district, given the name or the code of its local authority."""
    from pipeline import authorities as choosing
    from pipeline.districts import complete
    from pipeline.sources import authorities as asking

    usual = files.read_configs(list(nations), NationDefaults)
    choices: Authorities = files.read_choices(authorities, Authorities)
    reach_m = files.read_choices(study, Study).walking.buffer_m
    locks = (note.parent if note else out[0]) / ".hosts"
    known, edition = asking.known_authorities(choices, locks)
    authority = choosing.choose(str(name), known, edition)
    nation = choosing.nation_of(authority, usual)
    _must_be_new(out[0] / f"{choosing.written(authority, nation, usual[nation], '-')[0]}.yaml")
    with tempfile.TemporaryDirectory() as folder:
        place = asking.outline_of(authority, choices, reach_m, locks, Path(folder))
    region = choosing.smallest_region(place, asking.known_regions(choices, locks), authority.name)
    key, text = choosing.written(authority, nation, usual[nation], region)
    target = out[0] / f"{key}.yaml"
    with tempfile.TemporaryDirectory() as folder:  # it must be readable before it is there
        draft = Path(folder) / target.name
        files.write_text(text, draft)
        complete(key, files.read_choices(draft, DistrictFile), usual)
    _must_be_new(target)
    files.write_text(text, target)
    return f"{target}: {authority.name} ({authority.code}), map of {region}; now `make {key}`"


def _must_be_new(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise ChoiceIsNotAllowed(
            f"{path}: is there already, and is not written over; change it by hand, or take it "
            "away."
        )
