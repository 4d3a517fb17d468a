"""The edition for communities: no figure, no name, no word of deprivation in any of its bytes."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline import pages
from pipeline.files.writing import as_json
from pipeline.pages import Material, without_deprivation
from pipeline.pages.material import once_for_both
from pipeline.publish import publish
from tests.pages.town import town
from tests.tiny import ROOT

# Names of columns and fields, names of the indices, groups, and the word itself.
WORDS = rb"(?i:depriv|indices of|index of multiple)"
NAMES = rb"(?i:decile|income_|no_dec)|\b[WS]?IMD\b|\bNIMDM\b"
# In packed pixels a short name may stand by chance.
PACKED = re.compile(WORDS)
PLAIN = re.compile(WORDS + b"|" + NAMES)


def bytes_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Return every file of an edition, and every file in its archives, once each."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    for name in archive.namelist():
                        yield f"{path.name}: {name}", archive.read(name)
                    yield f"{path.name}: names", "\n".join(archive.namelist()).encode()
            else:
                yield path.name, path.read_bytes()


def mentions(folder: Path) -> list[str]:
    return [
        f"{name}: {content[max(0, hit.start() - 40) : hit.end() + 40]!r}"
        for name, content in bytes_of(folder)
        for hit in (PACKED if name.endswith((".png", ".tif")) else PLAIN).finditer(content)
    ]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    material = town()
    sentence = "The file of the Index of Multiple Deprivation is cut."
    said = {"neighbourhoods": {"caveats": [sentence]}}
    material = replace(material, reports={**material.reports, **said})

    def note_of(edition: Material) -> bytes:
        return as_json(pages.run_note(edition, {}))

    folder = tmp_path_factory.mktemp("editions") / "littleton"
    files = pages.editions(material, pages.district_files, note_of, "littleton")
    publish(files, folder, pages.run_note(material, {}))
    return folder


def test_the_community_edition_says_nothing_of_deprivation(published: Path) -> None:
    assert mentions(published / "community") == []


def test_the_test_would_see_it(published: Path) -> None:
    """The edition for planners has it in every kind of file that could carry it."""
    (published / "community").rename(published.parent / "apart")
    try:
        found = {line.split(": ")[0] for line in mentions(published)}
    finally:
        (published.parent / "apart").rename(published / "community")
    assert {"map.html", "profiles.csv", "profiles.gpkg", "catchments.csv", "run.json"} <= found


def test_all_else_is_in_both(published: Path) -> None:
    own = {"planner.zip", "gradient.csv", "groups.csv"}
    files = {
        path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()
    }
    community = {name.removeprefix("community/") for name in files if name.startswith("community/")}
    both = {name for name in files if not name.startswith("community/")} - own
    assert "neighbourhoods/index.html" in both
    community -= {"community.zip"}
    assert both == community
    one, other = published / "indicators.csv", published / "community/indicators.csv"
    assert one.read_bytes() == other.read_bytes()


def test_what_is_taken_out_is_the_column_the_group_the_input_and_the_sentence() -> None:
    material = town()
    inputs = {**material.manifest, "deprivation": {"title": "Index", "table": "imd_2025"}}
    without = without_deprivation(replace(material, manifest=inputs))
    assert without.edition == "community"
    assert not [name for name in without.neighbourhoods.columns if "deprivation" in name]
    assert set(without.catchment_people["people_of"]) == {"all"}
    assert set(without.manifest) == set(material.manifest)
    assert len(without.catchments) == len(material.catchments)
    pd.testing.assert_frame_equal(without.indicators, material.indicators)
    assert material.edition == "planner"


@pytest.mark.parametrize("district", ["sampleton", "newport"])
def test_a_district_that_was_built_keeps_it_too(district: str) -> None:
    folder = Path(os.environ.get("OUT", ROOT / "outputs")) / district / "community"
    if not (folder / "run.json").is_file():
        pytest.skip(f"make {district} has not been run")
    assert mentions(folder) == []


def test_what_both_editions_hold_alike_is_found_once_for_them_and_for_no_other() -> None:
    found_for: list[str] = []

    @once_for_both
    def find(material: Material) -> list[str]:
        found_for.append(material.edition)
        return [material.edition]

    planner = town()
    community = without_deprivation(planner)
    assert find(community) is find(planner)
    assert found_for == ["community"]
    assert find(replace(planner)) is not find(planner)
    assert len(found_for) == 2
