"""The page that lists what was tried out, and which earlier runs this one was compared with.

`make scenario` and `make compare` write pages of their own between two runs, and this one anew; so
its bytes are in no sum of a run, and archives hold one of their own, which leads nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from pipeline.pages.editions import Shared, speaks_of_deprivation
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.material import Material
from pipeline.pages.overview import section
from pipeline.pages.page import Sheet, page
from pipeline.text import clean_text

NAME = "what-if.html"
Trials = Mapping[str, Mapping[str, Any]]


def what_if_shared(material: Material, trials: Trials) -> Shared:
    """Return the page of one edition, as it stands beside the others and in an archive.

    Parameters
    ----------
    material
        The district, in the edition that the page belongs to.
    trials
        The path of each page from the edition's folder → the note of the scenario or comparison.

    Returns
    -------
    Shared
        Both pages.
    """
    return Shared(what_if_page(material, trials), what_if_page(material, None))


def what_if_page(material: Material, trials: Trials | None) -> str:
    """Return the page that lists scenarios and comparisons.

    Parameters
    ----------
    material
        The district, in the edition that the page belongs to.
    trials
        As for `what_if_shared`; none for a copy that holds none of them.

    Returns
    -------
    str
        HTML that needs no script. The edition for communities lists nothing that speaks of
        deprivation.
    """
    words = material.words
    name = clean_text(material.district.name)
    sheet = Sheet(
        "scenario",
        words("what_if.title", district=name),
        heading=words.parts("what_if.title", district=named(name)),
        lede=words("what_if.lede"),
        is_brief=True,
    )
    if trials is None:
        return page(material, sheet, el("p", {"class": "about"}, words("what_if.elsewhere")))
    shown = {path: note for path, note in trials.items() if _may_be_listed(material, path, note)}
    return page(
        material,
        sheet,
        _part(material, shown, "scenarios"),
        _part(material, shown, "compare"),
    )


def _may_be_listed(material: Material, path: str, note: Mapping[str, Any]) -> bool:
    """Tell whether an edition may list a page: nothing of deprivation in that for communities."""
    if material.has_deprivation:
        return True
    scenario = _scenario(note)
    said = f"{path} {scenario.get('title', '')} {scenario.get('about', '')}"
    return not scenario.get("deciles_for_community") and not speaks_of_deprivation(said)


def _scenario(note: Mapping[str, Any]) -> Mapping[str, Any]:
    found = note.get("scenario")
    return found if isinstance(found, Mapping) else {}


def _part(material: Material, shown: Trials, folder: str) -> Element:
    words = material.words
    item = _scenario_item if folder == "scenarios" else _comparison_item
    items = [
        item(material, path, note)
        for path, note in shown.items()
        if PurePosixPath(path).parts[0] == folder
    ]
    how = el("p", {"class": "note"}, words(f"what_if.how_{folder}"))
    return section(
        folder,
        words(f"what_if.{folder}"),
        el("p", {"class": "note"}, words(f"what_if.{folder}_lede")),
        el("ul", {"class": "told"}, items) if items else el("p", {}, words(f"what_if.no_{folder}")),
        how if material.edition == "planner" else None,
    )


def _scenario_item(material: Material, path: str, note: Mapping[str, Any]) -> Element:
    """Name a scenario by its title, or where its note is lost by its folder."""
    scenario = _scenario(note)
    title = clean_text(str(scenario.get("title") or PurePosixPath(path).parent.name))
    about = clean_text(str(scenario.get("about") or ""), most=600)
    day = clean_text(str(note.get("day") or ""))
    tried_on = material.words("what_if.tried_on", date=material.words.day(day)) if day else None
    return _item(path, named(title), [named(about)] if about else None, tried_on)


def _comparison_item(material: Material, path: str, note: Mapping[str, Any]) -> Element:
    """Name a comparison by the baseline that it looks back to, and the days of both maps."""
    words = material.words
    title = words.parts("what_if.since", baseline=named(PurePosixPath(path).stem))
    days = [clean_text(str(note.get(key) or "")) for key in ("before", "after")]
    if not all(days):
        return _item(path, title, None, None)
    before, after = (words.day(day) for day in days)
    return _item(path, title, words("what_if.maps_of", before=before, after=after), None)


def _item(path: str, title: Children, about: Children, note: str | None) -> Element:
    return el(
        "li",
        {},
        el("a", {"href": path}, title),
        [". ", about] if about else None,
        el("p", {"class": "note"}, note) if note else None,
    )
