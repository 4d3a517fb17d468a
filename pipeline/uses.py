"""What each site could become: every use that fits it, with its reasons and what would rule it out.

No score: a use fits where every need that its file names is met, might fit where nothing is known
of some, and is ruled out where one is not. Each need is answered apart, with the number that was
found and the one that is asked for, so that anybody can disagree with one of them. Reasons are
names of sentences under `uses.reasons` in `config/words`, with what fills their slots.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from pipeline.cautions import here, most_covered, unknown
from pipeline.config import CategoryRules, Range, State, UnusedKind, Use
from pipeline.errors import ChoiceIsNotAllowed, listed, quoted
from pipeline.text import json_text

Answer = Literal["met", "unknown", "not_met", "bears_on"]
Reason = tuple[str, dict[str, str | float]]

COLUMNS = (
    "site_id", "use", "category", "fits", "because", "to_check", "ruled_out_by", "would_rule_out",
    "who",
)  # fmt: skip
# What a need is called in sentences, and the column of the site that answers it.
NEEDS = {
    "area": "area_m2",
    "compactness": "compactness",
    "slope": "slope_pct",
    "frontage": "frontage_m",
    "homes": "nearest_home_m",
}


def must_agree(
    uses: Mapping[str, Use],
    kinds: Mapping[str, UnusedKind],
    cautions: Mapping[str, Any],
    rules: Mapping[str, CategoryRules],
) -> None:
    """Refuse choices that name what is not there, or that could never come true.

    Parameters
    ----------
    uses, kinds, cautions
        By the names of their files.
    rules
        Rules by category.

    Raises
    ------
    ChoiceIsNotAllowed
        If a category or caution is not known, or a use would be too small to count as what it adds.
    """
    for name, use in sorted(uses.items()):
        where = f"config/uses/{name}.yaml"
        _must_be_known(f"{where}: adds", (use.adds,), rules, "categories")
        _must_be_known(f"{where}: not_where", use.not_where, cautions, "cautions")
        least = use.area_m2.at_least if use.area_m2 else None
        smallest = rules[use.adds].smallest_m2
        if "land" in use.on and smallest > (least or 0):
            raise ChoiceIsNotAllowed(
                f"{where}: area_m2.at_least is {least or 0:g}, and {use.adds} counts from "
                f"{smallest:g} m² only (config/categories/{use.adds}.yaml), so that a smaller one "
                f"would bring it to nobody; allowed is {smallest:g} or more."
            )
        if least is not None and use.area_m2 and use.area_m2.at_most == 0:
            raise ChoiceIsNotAllowed(f"{where}: area_m2.at_most is 0, and no site has no area.")
    for name, kind in sorted(kinds.items()):
        _must_be_known(f"config/unused/{name}.yaml: categories", kind.categories, rules,
                       "categories")  # fmt: skip
        for key in ("may_be", "holds"):
            _must_be_known(f"config/unused/{name}.yaml: {key}", getattr(kind, key), kinds, "unused")


def _must_be_known(
    where: str, names: tuple[str, ...], known: Mapping[str, Any], folder: str
) -> None:
    for name in names:
        if name not in known:
            raise ChoiceIsNotAllowed(
                f"{where}: there is no file config/{folder}/{quoted(name)[1:-1]}.yaml; allowed are "
                f"{listed(sorted(known), 60)}."
            )


def fit_uses(
    sites: gpd.GeoDataFrame, uses: Mapping[str, Use], *, longest_m: float
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Hold every site against every use that could be on a site of its form.

    Parameters
    ----------
    sites
        `tables.UNUSED_LAND`.
    uses
        The uses, by name.
    longest_m
        The longest walk that counts: no home is known of further away than that.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        `tables.SITE_USES`, and how many sites each use fits.
    """
    rows = [
        {
            "site_id": site["site_id"],
            "use": name,
            "category": use.adds,
            "who": use.who.value,
            **_judged(site, use, longest_m),
        }
        for site in pd.DataFrame(sites.drop(columns="geometry")).to_dict("records")
        for name, use in sorted(uses.items())
        if site["form"] in use.on
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")
    fitting = table[table["fits"] != "no"]["use"].value_counts().sort_index()
    return table, {"sites_by_use": {str(name): int(n) for name, n in fitting.items()}}


def _judged(site: Mapping[Any, Any], use: Use, longest_m: float) -> dict[str, str]:
    """Answer every need of a use on one site."""
    answers: dict[Answer, list[Reason]] = {"met": [], "unknown": [], "not_met": [], "bears_on": []}
    for answer, reason in _answers(site, use, longest_m):
        answers[answer].append(reason)
    fits = "no" if answers["not_met"] else "to_check" if answers["unknown"] else "yes"
    return {
        "fits": fits,
        "because": json_text(answers["met"]),
        "to_check": json_text(answers["unknown"]),
        "ruled_out_by": json_text(answers["not_met"]),
        "would_rule_out": json_text(answers["bears_on"]),
    }


def _answers(
    site: Mapping[Any, Any], use: Use, longest_m: float
) -> Iterator[tuple[Answer, Reason]]:
    for need, column in NEEDS.items():
        wanted = getattr(use, "nearest_home_m" if need == "homes" else column)
        if wanted is not None:
            yield _answer(site, need, float(site[column]), wanted, longest_m)
    yield from _of_cautions(site, use)
    yield from _standing(site)


def _of_cautions(site: Mapping[Any, Any], use: Use) -> Iterator[tuple[Answer, Reason]]:
    """Answer what may not be on a site, and say of what else there is to be careful."""
    findings = json.loads(site["caution_findings"])
    found, not_known = here(findings), unknown(findings)
    for caution in use.not_where:
        if caution in found:
            yield _where_it_is(site, use, caution, most_covered(findings, caution))
        else:
            word = "caution_unknown" if caution in not_known else "caution_if"
            yield "bears_on", (word, {"caution": caution})
    for caution in found:
        if caution not in use.not_where:
            yield "bears_on", ("caution_known", {"caution": caution})


def _where_it_is(
    site: Mapping[Any, Any], use: Use, caution: str, share_pct: float
) -> tuple[Answer, Reason]:
    """Rule a use out, unless what a caution leaves of the site is room enough by itself."""
    least = use.area_m2.at_least if use.area_m2 else None
    rest = float(site["area_m2"]) * (1 - share_pct / 100)
    if least is None or math.isnan(rest) or rest < max(least, 1.0):
        return "not_met", ("caution", {"caution": caution})
    told: dict[str, str | float] = {"caution": caution, "share": share_pct, "rest": round(rest, 1)}
    return "unknown", ("caution_partly", told)


def _answer(
    site: Mapping[Any, Any], need: str, value: float, wanted: Range, longest_m: float
) -> tuple[Answer, Reason]:
    """Answer one need that is a number."""
    if math.isnan(value):
        return _unknown(site, need, wanted, longest_m)
    told: dict[str, str | float] = {"value": round(value, 3)}
    if wanted.at_least is not None and value < wanted.at_least:
        return "not_met", (f"{need}_low", told | {"limit": wanted.at_least})
    if wanted.at_most is not None and value > wanted.at_most:
        return "not_met", (f"{need}_high", told | {"limit": wanted.at_most})
    return "met", (f"{need}_met", told)


def _unknown(
    site: Mapping[Any, Any], need: str, wanted: Range, longest_m: float
) -> tuple[Answer, Reason]:
    """Answer a need of which there is no number: of homes that says something, too."""
    if need == "homes":
        states = {state for key, state in site.items() if str(key).endswith("_min_state")}
        if states == {State.UNREACHABLE.value}:
            return "not_met", ("no_street", {})
        if wanted.at_most is not None and wanted.at_most <= longest_m:
            return "not_met", ("homes_far", {"limit": longest_m})
        return "unknown", ("homes_unknown", {})
    limit = wanted.at_least if wanted.at_least is not None else wanted.at_most or 0.0
    # Heights are known of all of a district or of none: that is no matter of one site.
    answer: Answer = "bears_on" if need == "slope" else "unknown"
    return answer, (f"{need}_unknown", {"limit": limit})


def _standing(site: Mapping[Any, Any]) -> Iterator[tuple[Answer, Reason]]:
    """Yield what can rule out anything anywhere, and must be asked of people."""
    yield "bears_on", ("in_use", {})
    yield "bears_on", ("owner", {})
    if site["planning"] or site["status"] in ("set_aside", "stalled", "listed"):
        yield "bears_on", ("building_begins", {})
