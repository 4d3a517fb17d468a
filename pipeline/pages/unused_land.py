"""Land and buildings not in use: what they could become, for whom, and who could act.

What could be comes first, then every place by neighbourhood; each opens to its reasons. No place
is put above another: within a neighbourhood they stand in the order of their names.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.config import State
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.material import Material
from pipeline.pages.overview import about, section
from pipeline.pages.page import Sheet, page
from pipeline.pages.unused_sheets import ALL, site_words, source_titles
from pipeline.pages.unused_words import SiteWords, Told
from pipeline.text import clean_text, slug

FILES = (
    "unused_land.csv", "unused_land.gpkg", "site_uses.csv", "residents_gained.csv", "best_sets.csv",
)  # fmt: skip
HERE = "unused"
# From here on a share that is certain is not told apart from all.
CERTAIN_PCT = 99.5
# Of the ten deciles of an index, those that a sentence of their own speaks of.
MOST_DEPRIVED = ("decile_1", "decile_2", "decile_3")


@dataclass(frozen=True)
class _Sites:
    """What the page is made from: words, sites, uses by site, and people gained."""

    material: Material
    told: SiteWords
    sites: list[Any]
    fits: Mapping[str, list[Any]]
    gains: Mapping[tuple[str, str], list[Any]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, material: Material) -> _Sites:
        """Gather what is known of every site in the district."""
        told = site_words(material)
        table = material.unused_land
        sites = list(table[table["is_in_district"]].itertuples(index=False))
        row: Any  # a named tuple of pandas
        fits: dict[str, list[Any]] = {}
        for row in material.site_uses.itertuples(index=False):
            fits.setdefault(row.site_id, []).append(row)
        gains: dict[tuple[str, str], list[Any]] = {}
        for row in material.residents_gained.sort_values("minutes").itertuples(index=False):
            gains.setdefault((row.site_id, row.use), []).append(row)
        return cls(material, told, sites, fits, gains, told.names(sites))


def unused_land_page(material: Material) -> str:
    """Return the page of land and buildings not in use.

    Parameters
    ----------
    material
        The district, in the edition that the page belongs to.

    Returns
    -------
    str
        HTML; nothing in it needs a script.
    """
    words, known = material.words, _Sites.of(material)
    name = clean_text(material.district.name)
    sheet = Sheet(
        "sites",
        words("sites.title", district=name),
        here=HERE,
        heading=words.parts("sites.title", district=named(name)),
        lede=words("sites.lede", n=len(known.sites)) if known.sites else words("sites.none"),
    )
    body = [_about(known), _uses(known), _places(known), _how(known)]
    return page(material, sheet, body if known.sites else None)


def _about(known: _Sites) -> Element:
    words = known.material.words
    sources = {name for site in known.sites for name in site.sources.split(",")}
    surveys = {name for kind in known.material.possible.unused.values() for name in kind.lists}
    keys = ["about_use"]
    keys += ["about_register"] if sources - {"osm"} - surveys else []
    keys += ["about_survey"] if sources & surveys else []
    keys += ["about_no_register"] if sources <= {"osm"} else []
    told = [el("p", {}, words(f"sites.{key}")) for key in keys]
    return section("about-unused", words("sites.about"), told)


def _how(known: _Sites) -> Element:
    words = known.material.words
    links: list[Children] = [[el("a", {"href": name}, name), " "] for name in FILES]
    return section(
        "how",
        words("sites.how"),
        [el("p", {}, words(f"sites.{key}")) for key in ("about_fit", "about_gain")],
        el("p", {"class": "note"}, words("sites.files"), links),
    )


# --- what could be ------------------------------------------------------------------------------


def _uses(known: _Sites) -> Element:
    words, choice = known.material.words, known.material.study.best_sets
    most = _shown(known)
    heads = ("use", "places_it_fits", "together", "best_places", "who")
    head = [
        el("th", {"scope": "col", "class": "number" if key in heads[1:3] else None},
           words(f"sites.{key}"))
        for key in heads
    ]  # fmt: skip
    order = sorted(known.material.possible.uses, key=lambda name: known.told.use(name).text)
    rows = [_use_row(known, name, most, heads) for name in order]
    lede = words("sites.uses_lede", most=most, minutes=choice.minutes)
    return section(
        "uses",
        words("sites.uses"),
        el("p", {"class": "note"}, lede),
        el(
            "table",
            {"class": "uses"},
            el("caption", {"class": "unseen"}, words("sites.uses_caption")),
            el("thead", {}, el("tr", {}, head)),
            el("tbody", {}, rows),
        ),
    )


def _shown(known: _Sites) -> int:
    """Return for how many sites the best sets are shown: the middle one of the study's numbers."""
    sizes = sorted(known.material.study.best_sets.sites)
    return sizes[len(sizes) // 2]


def _use_row(known: _Sites, name: str, most: int, heads: tuple[str, ...]) -> Element:
    words, use = known.material.words, known.material.possible.uses[name]
    ids = {site.site_id for site in known.sites}
    rows = known.material.site_uses
    fitting = rows[(rows["use"] == name) & (rows["fits"] != "no") & rows["site_id"].isin(ids)]
    sets = known.material.best_sets
    ours = sets[(sets["use"] == name) & (sets["most_sites"] == most)].sort_values("place")
    best, greedy = (ours[ours["method"] == method] for method in ("best", "greedy"))
    cells: list[tuple[str, Children]] = [
        (heads[1], words.number(len(fitting))),
        (heads[2], _together(words, best)),
        (heads[3], _best(known, best, greedy, has_sites=len(fitting) > 0)),
        (heads[4], words(f"sites.{use.who.value}")),
    ]
    return el(
        "tr",
        {},
        el("th", {"scope": "row"}, _named(known.told.use(name))),
        [
            el(
                "td",
                {
                    "class": "number" if key in heads[1:3] else None,
                    "data-label": words(f"sites.{key}"),
                },
                cell,
            )
            for key, cell in cells
        ],
    )


def _together(words: Any, best: pd.DataFrame) -> Children:  # noqa: ANN401
    """Say how many more people a set reaches, and of how many of them that is certain."""
    if best.empty:
        return "–"
    people = _people(words, float(best["people"].iloc[0]))
    certain = float(best["coverage_pct"].iloc[0])
    if certain >= CERTAIN_PCT:
        return people
    return [people, el("small", {}, words("sites.certain", share=words.share(certain, 100)))]


def _best(known: _Sites, best: pd.DataFrame, greedy: pd.DataFrame, *, has_sites: bool) -> Children:
    """Name the sites of the best set, and say how sure it is that there is no better one."""
    words = known.material.words
    if best.empty:
        return words("sites.not_known_who_has") if has_sites else "–"
    links: list[Children] = [_link(known, site) for site in best["site_id"]]
    gap = float(best["gap_pct"].iloc[0])
    told = [words("sites.proved", most=len(best))]
    if gap > 0:
        told = [words("sites.not_proved", gap=words.share(gap, 100))]
    if len(greedy) and greedy["people"].iloc[0] < best["people"].iloc[0] - 1:
        people = _people(words, float(greedy["people"].iloc[0]))
        told.append(words("sites.one_by_one", people=people))
    return [
        el("ul", {"class": "plain"}, [el("li", {}, link) for link in links]),
        el("small", {}, " ".join(told)),
    ]


# --- every place --------------------------------------------------------------------------------


def _places(known: _Sites) -> Element:
    words = known.material.words
    names = dict(
        zip(
            known.material.neighbourhoods["neighbourhood_id"],
            known.material.neighbourhoods["name"],
            strict=True,
        )
    )
    by_area: dict[str, list[Any]] = {}
    for site in known.sites:
        by_area.setdefault(site.neighbourhood_id, []).append(site)
    order = sorted(by_area, key=lambda code: (not code, clean_text(names.get(code, ""))))
    parts = [_area(known, code, clean_text(names.get(code, "")), by_area[code]) for code in order]
    return section(
        "sites",
        words("sites.sites"),
        el("p", {"class": "note"}, words("sites.sites_lede")),
        parts,
    )


def _area(known: _Sites, code: str, name: str, sites: list[Any]) -> Element:
    words = known.material.words
    heading: Children = words("sites.outside")
    if code:
        where = f"neighbourhoods/{clean_text(code)}.html"
        heading = el("a", {"href": where}, named(name))
    ordered = sorted(sites, key=lambda site: (known.names[site.site_id], site.site_id))
    return el(
        "div",
        {"class": "area"},
        el("h3", {}, heading, " ", el("small", {}, words("sites.count", n=len(sites)))),
        [_site(known, site) for site in ordered],
    )


def _site(known: _Sites, site: Any) -> Element:  # noqa: ANN401 (a named tuple of pandas)
    words = known.material.words
    size = (
        words("sites.size_unknown") if math.isnan(site.area_m2) else known.told.area(site.area_m2)
    )
    middle = known.material.study.best_sets.minutes
    brief = " · ".join((size, _within(words, site, middle), words(f"sites.{site.confidence}")))
    rows = known.fits.get(site.site_id, [])
    fitting = [row for row in rows if row.fits != "no"]
    return el(
        "details",
        {"id": _anchor(site.site_id), "class": "site"},
        el("summary", {}, named(known.names[site.site_id]), " ", el("small", {}, brief)),
        _facts(known, site),
        el("h4", {}, words("sites.could_become")),
        [_use(known, row) for row in fitting] or el("p", {}, words("sites.nothing_fits")),
        _common(known, fitting),
        _ruled_out(known, [row for row in rows if row.fits == "no"]),
    )


def _within(words: Any, site: Any, minutes: int) -> str:  # noqa: ANN401
    people = getattr(site, f"people_within_{minutes}_min")
    if math.isnan(people):
        return str(words("sites.unreachable"))
    return str(words("sites.within", people=_people(words, people), minutes=minutes))


def _facts(known: _Sites, site: Any) -> Element:  # noqa: ANN401
    words, told = known.material.words, known.told
    facts: list[tuple[str, Children]] = []
    if not math.isnan(site.area_m2):
        facts.append(("size", words(f"sites.size_{site.area_from}", size=told.area(site.area_m2))))
    minutes = known.material.study.walking.minutes
    if not math.isnan(getattr(site, f"people_within_{minutes[0]}_min")):
        each = [
            words(
                "sites.people_each",
                minutes=m,
                people=_people(words, getattr(site, f"people_within_{m}_min")),
            )
            for m in minutes
        ]
        facts.append(("people", " · ".join(each)))
    why = _joined(told.sure_because(site.confidence_because))
    facts.append(("sure", [words(f"sites.{site.confidence}"), ": ", why]))
    if site.ownership:
        facts.append(("ownership", words(f"sites.{site.ownership}")))
    if site.planning:
        status, day = clean_text(site.planning), site.planning_date
        on = words("sites.planning_on", status=status, day=words.day(day)) if day else status
        facts.append(("planning", named(on)))
    if site.listed_since:
        facts.append(("listed_since", words.day(site.listed_since)))
    cautions = told.findings(site.caution_findings, source_titles(known.material))
    if cautions:
        facts.append(
            ("cautions", el("ul", {"class": "plain"}, [el("li", {}, t) for t in cautions]))
        )
    if perhaps := _perhaps_same(known, site):
        facts.append(("perhaps_same", perhaps))
    facts.append(("source", _source(known, site)))
    items = [[el("dt", {}, words(f"sites.{key}")), el("dd", {}, fact)] for key, fact in facts]
    kind = el("p", {"class": "kind"}, _named(told.kind(site.unused_kind)))
    return el("div", {}, kind, el("dl", {"class": "facts"}, items))


def _perhaps_same(known: _Sites, site: Any) -> list[Children]:  # noqa: ANN401
    """Link the other sites of the page that may be the same place, with how sure that is."""
    words, found = known.material.words, list[Children]()
    for other, sure in json.loads(site.perhaps_same):
        if other in known.names:
            share = words.share(100 * sure, 100)
            told = words.parts("sites.perhaps_same_as", name=_link(known, other), share=share)
            found += ["; " if found else "", told]
    return found


def _link(known: _Sites, site_id: str) -> Element:
    return el("a", {"href": f"#{_anchor(site_id)}"}, named(known.names[site_id]))


def _source(known: _Sites, site: Any) -> str:  # noqa: ANN401
    """Name the sources of a site, and the day of its newest record."""
    titles = source_titles(known.material)
    sources = [titles.get(name, name) for name in site.sources.split(",")]
    words = known.material.words
    return words("sites.source_of", sources=", ".join(sources), day=words.day(site.date))


def _use(known: _Sites, row: Any) -> Element:  # noqa: ANN401
    words, told = known.material.words, known.told
    check = told.reasons(row.to_check)
    label: list[Children] = [el("strong", {}, _named(told.use(row.use)))]
    if row.fits == "to_check":
        label += [" ", el("small", {}, words("sites.to_check"))]
    because = told.reasons(row.because)
    lines = [words("sites.because", reasons=_joined(because))] if because else []
    if check:
        lines.append(words("sites.check", reasons=_joined(check)))
    return el(
        "div",
        {"class": "use"},
        el("p", {}, label, " · ", words(f"sites.{row.who}")),
        el("p", {"class": "gain"}, words("sites.more_people"), ": ", _gains(known, row)),
        _by_decile(known, row) if known.material.has_deprivation else None,
        el("p", {"class": "note"}, " ".join(lines)),
    )


def _by_decile(known: _Sites, row: Any) -> Element | None:  # noqa: ANN401
    """Say how many of the people gained live in the most deprived neighbourhoods."""
    minutes = known.material.study.best_sets.minutes
    rows = [
        each
        for each in known.gains.get((row.site_id, row.use), [])
        if each.minutes == minutes and each.people_of in MOST_DEPRIVED
    ]
    n = sum(each.gained for each in rows if each.state == State.OK)
    if n < 1:
        return None
    words = known.material.words
    told = words("deprivation.gained", minutes=minutes, people=_people(words, n))
    return el("p", {"class": "note"}, told)


def _gains(known: _Sites, row: Any) -> Children:  # noqa: ANN401
    """Say how many more people would have one, within each number of minutes."""
    words = known.material.words
    rows = [each for each in known.gains.get((row.site_id, row.use), []) if each.people_of == ALL]
    states = {each.state for each in rows}
    if states <= {State.NO_DATA.value}:
        return words("sites.not_known_who_has")
    if states == {State.UNREACHABLE.value}:
        return words("sites.unreachable")
    return " · ".join(_gain(words, each) for each in rows)


def _gain(words: Any, row: Any) -> str:  # noqa: ANN401
    if row.state == State.TRUE_ZERO:
        return str(words("sites.gain", minutes=row.minutes, people=words("sites.gain_none")))
    told = _people(words, row.gained)
    if row.coverage_pct < CERTAIN_PCT:
        certain = words("sites.certain", share=words.share(row.coverage_pct, 100))
        told = f"{told} ({certain})"
    return str(words("sites.gain", minutes=row.minutes, people=told))


def _common(known: _Sites, rows: list[Any]) -> Element | None:
    """Say once what would rule out any of the uses."""
    told: dict[str, None] = {}
    for row in rows:
        told.update(dict.fromkeys(known.told.reasons(row.would_rule_out)))
    if not told:
        return None
    text = known.material.words("sites.would_rule_out", reasons=_joined(told))
    return el("p", {"class": "note"}, text)


def _ruled_out(known: _Sites, rows: list[Any]) -> Element | None:
    words = known.material.words
    uses = [
        words(
            "sites.ruled_out_use",
            use=known.told.use(row.use).text,
            reasons=_joined(known.told.reasons(row.ruled_out_by)),
        )
        for row in rows
    ]
    text = words("sites.ruled_out", uses="; ".join(uses))
    return el("p", {"class": "note"}, text) if uses else None


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _named(told: Told) -> Element:
    return named(told.text, told.language)


def _people(words: Any, people: float) -> str:  # noqa: ANN401
    return str(words.number(about(people)))


def _anchor(site_id: str) -> str:
    return f"site-{slug(site_id, most=120)}"
