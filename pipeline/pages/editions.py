"""The editions of one run: which files each has, and what each leaves out.

The edition for planners has all there is. That for communities is made from material from which
deprivation is taken out first, so that no page or sheet can let any of it through: a negative
image of a place harms those who live there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from pipeline.config import Areas, District
from pipeline.pages.material import Material, share_findings

Edition = Literal["planner", "community"]
COMMUNITY = "community"
RUN_NOTE = "run.json"

_MENTION = re.compile(
    r"depriv|decile|\b(?:W|S)?IMD\b|\bNIMDM\b|\bIoD\b|multiple_deprivation", re.IGNORECASE
)
_COLUMN = re.compile(r"depriv|decile|^income_|^imd", re.IGNORECASE)
_NAME_IN_TEXT = re.compile(r"\bincome_", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


@dataclass(frozen=True)
class Packed:
    """Everything of one edition in one archive.

    `folder` is the edition's place below the district's, `name` the folder inside the archive, and
    `note` the run note that it holds, where the edition's own is written after it.
    """

    folder: str
    name: str
    note: bytes = b""


@dataclass(frozen=True)
class Shared:
    """A page that others write anew between two runs: as it stands, and as archives hold it.

    No sum is told of it.
    """

    here: str
    packed: str


@dataclass(frozen=True)
class Asking:
    """A page that may ask one server for pictures, once its reader says so."""

    text: str
    origin: str


Content = Asking | str | bytes | Callable[[Path], None] | Packed | Shared


def editions(
    material: Material,
    files_of: Callable[[Material], Mapping[str, Content]],
    note_of: Callable[[Material], bytes],
    name: str,
) -> dict[str, Content]:
    """Return every file of both editions, as paths from the district's folder.

    Parameters
    ----------
    material
        The district, with all there is.
    files_of
        Makes the files of one edition.
    note_of
        Makes the run note of one edition, as JSON.
    name
        What the district's folder is called.

    Returns
    -------
    dict
        Path → content. The run note of the edition for planners is not among them: it names the
        sums of all files, and so it is written last.
    """
    community = without_deprivation(material)
    files: dict[str, Content] = dict(files_of(material))
    files["planner.zip"] = Packed("", name, note_of(material))
    for path, content in files_of(community).items():
        files[f"{COMMUNITY}/{path}"] = content
    files[f"{COMMUNITY}/{RUN_NOTE}"] = note_of(community)
    files[f"{COMMUNITY}/community.zip"] = Packed(COMMUNITY, f"{name}-{COMMUNITY}")
    return files


def without_deprivation(material: Material) -> Material:
    """Return a district without any figure, name or mention of deprivation.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    Material
        The community edition: columns, rows of groups, inputs, notes and references are gone.
    """
    tables = {
        field.name: _without_columns(getattr(material, field.name))
        for field in fields(material)
        if isinstance(getattr(material, field.name), pd.DataFrame)
    }
    for name in ("gradient", "groups"):
        tables[name] = tables[name].iloc[:0]
    tables["best_sets"] = _without_weights(tables["best_sets"])
    community = replace(
        material,
        **tables,
        edition="community",
        district=_of_district(material.district),
        manifest=_without_mentions(material.manifest),
        reports=_without_mentions(_of_both(material.reports)),
        looks={
            name: look.model_copy(update={"why": look.why.model_copy(update=_texts(look.why))})
            for name, look in material.looks.items()
        },
        published_standards={
            name: standard.model_copy(update=_texts(standard))
            for name, standard in material.published_standards.items()
        },
    )
    return share_findings(material, community)


def _of_both(reports: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """Leave out indicators from elsewhere that their declaration gives to planners alone."""
    held = reports.get("assessment", {})
    told = {
        name: each for name, each in held.get("indicators", {}).items() if each["edition"] == "both"
    }
    return {**reports, "assessment": {**held, "indicators": told}} if held else reports


def speaks_of_deprivation(text: str) -> bool:
    """Tell whether a text speaks of deprivation, or is the name of a column that holds it.

    Parameters
    ----------
    text
        Any text of ours.

    Returns
    -------
    bool
        True for what the edition for communities leaves out.
    """
    names = (_MENTION, _COLUMN, _NAME_IN_TEXT)
    return any(name.search(text) is not None for name in names)


def _without_columns(table: Any) -> Any:  # noqa: ANN401 (a DataFrame or a GeoDataFrame)
    """Drop the columns that hold deprivation, and the rows of people that it groups."""
    kept = table.drop(columns=[name for name in table.columns if _COLUMN.search(str(name))])
    for name in ("people_of", "group", "part", "variant"):
        if name in kept.columns:
            kept = kept[~kept[name].astype(str).str.contains(_COLUMN)]
    return kept


def _without_weights(sets: pd.DataFrame) -> pd.DataFrame:
    """Leave out what was chosen by giving people of some neighbourhoods more weight."""
    return sets[sets["equity_weight"] == 0].drop(columns="equity_weight")


def _of_district(district: District) -> District:
    areas = district.neighbourhoods
    if isinstance(areas, Areas):
        areas = areas.model_copy(update={"deprivation": None})
    lacks = {
        key: text for key, text in district.lacks.items() if not _MENTION.search(f"{key} {text}")
    }
    return district.model_copy(update={"neighbourhoods": areas, "lacks": lacks})


def _without_mentions(value: Any) -> Any:  # noqa: ANN401 (any plain value)
    """Leave out every entry of a mapping or list whose key or text speaks of deprivation."""
    if isinstance(value, Mapping):
        return {
            key: _without_mentions(inner)
            for key, inner in value.items()
            if not _MENTION.search(str(key)) and not _says_so(inner)
        }
    if isinstance(value, list | tuple):
        return [_without_mentions(inner) for inner in value if not _says_so(inner)]
    return value


def _says_so(value: Any) -> bool:  # noqa: ANN401
    """Tell whether a text speaks of deprivation, or an entry is named or titled so."""
    if isinstance(value, Mapping):
        return any(_says_so(value.get(key)) for key in ("title", "table", "name"))
    return isinstance(value, str) and _MENTION.search(value) is not None


def _texts(choice: Any) -> dict[str, str]:  # noqa: ANN401 (any of the types of config)
    """Return the texts of a choice that speak of deprivation, without those sentences."""
    found = {}
    for name in type(choice).model_fields:
        text = getattr(choice, name)
        if isinstance(text, str) and _MENTION.search(text):
            kept = [part for part in _SENTENCE.split(text) if not _MENTION.search(part)]
            found[name] = " ".join(kept)
    return found
