"""A local authority by its name or code, the region of the map that holds it, and its file."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely

from pipeline.config import NationDefaults
from pipeline.errors import ChoiceIsNotAllowed, quoted
from pipeline.text import slug

_CODE = re.compile(r"[A-Za-z]\d{8}", re.ASCII)
# Some are listed as `Bristol, City of`; people look for Bristol.
_STYLE = re.compile(r",\s*(?:city|county) of$", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z '’().,-]*[A-Za-z)]")
_MOST_NAMED = 8
_LEAST_ALIKE = 0.75


@dataclass(frozen=True)
class Authority:
    """A local authority: its code, its name, and its Welsh name if it has one."""

    code: str
    name: str
    welsh: str = ""

    @property
    def short(self) -> str:
        """Its name as people say it."""
        return _STYLE.sub("", self.name)


@dataclass(frozen=True)
class Region:
    """A region of which there is an extract: its id in the index, and its outline in degrees."""

    id: str
    shape: shapely.Geometry


def choose(wanted: str, known: Sequence[Authority], edition: str) -> Authority:
    """Choose the authority that a name or a code means.

    Capitals, accents, `&` and `and`, `St` and `Saint`, hyphens and points make no difference. A
    name that is only like one is never taken.

    Parameters
    ----------
    wanted
        A name, English or Welsh, or a code.
    known
        All authorities.
    edition
        What the list calls itself, for messages.

    Returns
    -------
    Authority
        The only one that it means.

    Raises
    ------
    ChoiceIsNotAllowed
        If it means none, or several; the message lists which are meant.

    Examples
    --------
    >>> hull = Authority("E06000010", "Kingston upon Hull, City of")
    >>> choose("kingston upon hull", [hull], "May 2026").code
    'E06000010'
    """
    where = f"of the {len(known):,} local authorities in {quoted(edition)}"
    if _CODE.fullmatch(wanted.strip()):
        return _by_code(wanted.strip().upper(), known, where)
    name = _folded(wanted)
    found = [one for one in known if name and name in _names(one)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ChoiceIsNotAllowed(
            f"NAME={quoted(wanted)}: {len(found)} {where} are called so: {_listed(found)}. "
            "Give the code of one."
        )
    part = set(name.split())
    found = [one for one in known if part and any(part <= set(n.split()) for n in _names(one))]
    if len(found) > 1:
        raise ChoiceIsNotAllowed(
            f"NAME={quoted(wanted)}: none {where} is called just so, and {len(found)} have it in "
            f"their name: {_listed(found)}. Give the whole name, or the code."
        )
    found = found or _alike(name, known)
    hint = f"; like it is {_listed(found)}" if found else ""
    raise ChoiceIsNotAllowed(
        f"NAME={quoted(wanted)}: none {where} is called so{hint}. Give the name as it is listed, "
        "or the code."
    )


def _by_code(code: str, known: Sequence[Authority], where: str) -> Authority:
    found = [one for one in known if one.code == code]
    if len(found) == 1:
        return found[0]
    kinds = {one.code[:3] for one in known}
    hint = (
        "it has the form of one, and may have been abolished or given a new code when its borders "
        "changed; give the name of what it is now"
        if code[:3] in kinds
        else f"codes of local authorities begin with {', '.join(sorted(kinds))}"
    )
    raise ChoiceIsNotAllowed(f"NAME={quoted(code)}: none {where} has this code: {hint}.")


def _names(one: Authority) -> set[str]:
    return {_folded(name) for name in (one.name, one.short, one.welsh) if name.strip()}


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[^\w]+", " ", re.sub("['’]", "", letters)).split()
    return " ".join("st" if word == "saint" else word for word in words)


def _alike(name: str, known: Sequence[Authority]) -> list[Authority]:
    by_name = {folded: one for one in known for folded in _names(one)}
    near = difflib.get_close_matches(name, by_name, n=3, cutoff=_LEAST_ALIKE)
    return list(dict.fromkeys(by_name[folded] for folded in near))


def _listed(found: Sequence[Authority]) -> str:
    names = [f"{quoted(one.name)} ({one.code})" for one in found[:_MOST_NAMED]]
    more = [f"{len(found) - _MOST_NAMED} more"] if len(found) > _MOST_NAMED else []
    *most, last = [*names, *more]
    return f"{', '.join(most)} and {last}" if most else last


def nation_of(authority: Authority, nations: Mapping[str, NationDefaults]) -> str:
    """Return the nation that an authority lies in, by the first letter of its code.

    Parameters
    ----------
    authority
        The authority.
    nations
        The nations, by the names of their files.

    Returns
    -------
    str
        The name of its file.

    Raises
    ------
    ChoiceIsNotAllowed
        If none has codes with this letter.
    """
    found = [name for name, nation in nations.items() if authority.code.startswith(nation.letter)]
    if len(found) != 1:
        raise ChoiceIsNotAllowed(
            f"{authority.name}: {len(found) or 'no'} nations of config/nations have codes with the "
            f"letter {quoted(authority.code[:1])}; one is wanted."
        )
    return found[0]


def smallest_region(place: shapely.Geometry, regions: Sequence[Region], name: str) -> str:
    """Return the smallest region that holds a place whole.

    Parameters
    ----------
    place
        The district and its surroundings, in degrees.
    regions
        All regions.
    name
        Of the district, for messages.

    Returns
    -------
    str
        The id of the region.

    Raises
    ------
    ChoiceIsNotAllowed
        If none holds it.
    """
    shapely.prepare(place)
    holding = [region for region in regions if shapely.covers(region.shape, place)]
    if not holding:
        raise ChoiceIsNotAllowed(
            f"{name}: none of the {len(regions):,} regions in the index of extracts holds the "
            "district and its surroundings; name one in its file, and look at what it covers."
        )
    return min(holding, key=lambda region: (float(shapely.area(region.shape)), region.id)).id


def written(
    authority: Authority, nation: str, usual: NationDefaults, region: str
) -> tuple[str, str]:
    """Write the file of a district.

    Parameters
    ----------
    authority
        The local authority.
    nation
        The name of its nation's file.
    usual
        What is usual there.
    region
        The region of OpenStreetMap data.

    Returns
    -------
    tuple of str and str
        The name of the file without ending, and its text.
    """
    key = slug(authority.short) or authority.code.lower()
    name = authority.short
    lines = [
        f"name: {name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)}",
        f"code: {authority.code}",
        f"nation: {nation}",
        "openstreetmap:",
        f"  at: {{geofabrik: {region}}}",
    ]
    if name != authority.name:
        lines.insert(1, f"also_called: [{json.dumps(authority.name, ensure_ascii=False)}]")
    if usual.people is None and usual.people_to_bring is not None:
        lines += [
            "# People are published at no address to rely on: save them in this file under data/.",
            "neighbourhoods:",
            "  kind: usual",
            "  people:",
            f"    table: {usual.people_to_bring}",
            f'    at: {{file: "${{DATA}}/by-hand/{key}/residents.csv"}}',
        ]
    if usual.layers_to_bring:
        lines += ["# What needs a key, or a copy saved under data/ (config/national):", "# layers:"]
        lines += [
            f'#   {name}: {{table: {table}, at: {{file: "${{DATA}}/by-hand/{key}/{table}.zip"}}}}'
            for name, table in sorted(usual.layers_to_bring.items())
        ]
    return key, "\n".join(lines) + "\n"
