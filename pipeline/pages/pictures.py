"""Static twins of the maps, for reports and slides: `map-<layer>.png` and `map-<layer>.svg`.

One picture shows all assets by kind; one for each category that the theme lists shows the share of
people who have it within reach. None says anything of deprivation, so that both editions share
them.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from pipeline.config import Kind, State, Theme
from pipeline.errors import ChoiceIsNotAllowed, listed, quoted
from pipeline.pages.compass import true_north_deg
from pipeline.pages.crowds import too_many
from pipeline.pages.drawing import Ground, Picture, Row, Symbols, drawn
from pipeline.pages.figures import (
    FULL_COVERAGE_PCT,
    STATE_LETTERS,
    STATE_OF_LETTER,
    as_shown,
)
from pipeline.pages.material import CAPTIONS, KINDS
from pipeline.pages.measures import measures
from pipeline.pages.scene import Scene, ground_of
from pipeline.text import clean_text

OVERVIEW = "assets"
# True north is said with one decimal.
SMALLEST_TURN_DEG = 0.05
# Some hundred and twenty bytes each; more would be a blot, and more than a slide can carry.
MOST_SYMBOLS = 25_000


def pictures(scene: Scene) -> dict[str, bytes]:
    """Draw every picture of a district.

    Parameters
    ----------
    scene
        The district.

    Returns
    -------
    dict
        File name → PNG or SVG; and `CAPTIONS`: JSON that gives for each layer, in the order in
        which they are read, its `title` and its `alt`, what people are told who do not see it.
    """
    ground = ground_of(scene)
    found: dict[str, bytes] = {}
    captions = []
    for layer, picture in described(scene, ground).items():
        found[f"map-{layer}.png"], found[f"map-{layer}.svg"] = drawn(picture, ground)
        captions.append({"layer": layer, "title": picture.title, "alt": picture.alt})
    found[CAPTIONS] = json.dumps(captions, ensure_ascii=False, indent=1).encode("utf-8")
    return found


def categories_must_be_known(theme: Theme, known: Collection[str], where: str) -> None:
    """Refuse a theme that pictures what is no category.

    Parameters
    ----------
    theme
        The looks.
    known
        Names of the categories that there are.
    where
        Name of the theme's file, for the sentence.

    Raises
    ------
    ChoiceIsNotAllowed
        With the first name that is not known.
    """
    for name in theme.pictured:
        if name not in known:
            raise ChoiceIsNotAllowed(
                f"{where}: pictured: {quoted(name)} is no category; allowed are "
                f"{listed(sorted(known))}."
            )


def described(scene: Scene, ground: Ground) -> dict[str, Picture]:
    """Say what is on each picture, before it is drawn.

    Parameters
    ----------
    scene
        The district.
    ground
        What `ground_of` returned.

    Returns
    -------
    dict
        Layer (`assets`, then categories with `_` as `-`) → picture.
    """
    found = {OVERVIEW: _overview(scene, ground)}
    for category in scene.theme.pictured:
        rows = scene.indicators
        rows = rows[(rows["category"] == category) & (rows["measure"] == _measure(scene))]
        if category in scene.looks and len(rows):
            found[category.replace("_", "-")] = _access(scene, ground, category, rows)
    return found


# --- access to one category -----------------------------------------------------------------------


def _measure(scene: Scene) -> str:
    return f"within_{scene.minutes}_min_pct"


def _access(scene: Scene, ground: Ground, category: str, rows: pd.DataFrame) -> Picture:
    say, look = scene.words, scene.looks[category]
    told = say.of_category(category, look)
    label, one = clean_text(told.label), clean_text(told.one)
    ids = [*scene.neighbourhoods["neighbourhood_id"], scene.district.code]
    by_place = rows.set_index("neighbourhood_id").reindex(ids)
    *keys, _ = _keys(by_place, scene.theme)
    places = scene.assets[scene.assets["category"] == category]
    classes = list(_class_rows(scene, keys))
    mapped = say("pictures.mapped", label=label, n=_inside(places))
    gone = too_many({category: len(places)}, MOST_SYMBOLS)
    statement = f"{_statement(scene, by_place.iloc[-1], one)}{_not_drawn(scene, gone)}"
    counts = _counts(row for row in classes if keys.count(row.key))
    title = say("pictures.title", label=label, minutes=scene.minutes, district=scene.name)
    return Picture(
        title=title,
        statement=statement,
        alt=_alt(say("pictures.alt", title=title, statement=statement, counts=counts), scene),
        fills=tuple(keys),
        legend_title=say("pictures.legend", minutes=scene.minutes),
        count_title=say("pictures.neighbourhoods"),
        legend=(*classes, *_edge_row(scene), Row("places", mapped, "", look.colour, look.symbol)),
        symbols=() if gone else tuple(_symbols(category, places, look.colour, look.symbol)),
        **_frame(scene, ground),
    )


def _keys(rows: pd.DataFrame, theme: Theme) -> list[str]:
    """Return the class or the state of each row, from the number as it is shown on the pages."""
    values = rows["value"].to_numpy(dtype=float)
    shown = as_shown(np.nan_to_num(values), is_share=True)
    letters = rows["state"].fillna(State.NO_DATA).map(STATE_LETTERS)
    return [
        f"class-{bisect_right(theme.share_bounds_pct, number)}"
        if letter == "o" and not np.isnan(value)
        else f"state-{letter.replace('o', 'n')}"
        for letter, value, number in zip(letters, values, shown, strict=True)
    ]


def _class_rows(scene: Scene, keys: list[str]) -> Iterator[Row]:
    """Yield the legend from most to least, then the states that there are."""
    say = scene.words
    told = measures(say, scene.study.walking.minutes, scene.theme)
    legend = next(each.legend for each in told if each.name == _measure(scene))
    for place in reversed(range(len(legend))):
        key = f"class-{place}"
        yield Row(key, legend[place], say.number(keys.count(key)))
    for letter, state in STATE_OF_LETTER.items():
        key = f"state-{letter}"
        if key in keys:
            yield Row(key, say(f"states.{state}.label"), say.number(keys.count(key)))


def _statement(scene: Scene, whole: pd.Series, one: str) -> str:
    """Say what holds of the district as a whole, and for how many it is certain."""
    say, value, state = scene.words, float(whole["value"]), whole["state"]
    letter = STATE_LETTERS[State.NO_DATA if pd.isna(state) else State(state)]
    if letter != "o" or np.isnan(value):
        sentence = say(f"states.{STATE_OF_LETTER.get(letter, 'no_data')}.sentence")
        return say("pictures.no_share", district=scene.name, sentence=sentence)
    key = "pictures.share" if all(scene.is_covered) else "pictures.share_where_known"
    found = say(key, share=say.share(value, 100), minutes=scene.minutes, one=one)
    coverage = float(whole["coverage_pct"])
    if coverage >= FULL_COVERAGE_PCT:
        return found
    return f"{found} {say('pictures.certain', share=say.share(coverage, 100))}"


# --- all assets -----------------------------------------------------------------------------------


def _overview(scene: Scene, ground: Ground) -> Picture:
    say, looks = scene.words, scene.theme.kinds
    kinds = scene.inside["category"].map(lambda category: str(scene.looks[category].kind))
    parts = {Kind(kind): scene.inside[kinds == kind] for kind in KINDS}
    known = {kind: part for kind, part in parts.items() if len(part)}
    of_kinds = [
        Row(
            str(kind),
            say(f"kinds.{kind}"),
            say.number(len(part)),
            looks[kind].colour,
            looks[kind].symbol,
        )
        for kind, part in known.items()
    ]
    legend = (*of_kinds, *_unknown_row(scene), *_edge_row(scene))
    title = say("pictures.all_title", district=scene.name)
    gone = too_many(scene.inside["category"].value_counts().to_dict(), MOST_SYMBOLS)
    statement = say("pictures.all_statement", n=len(scene.inside)) + _not_drawn(scene, gone)
    shown = {kind: part[~part["category"].isin(gone)] for kind, part in known.items()}
    told = say("pictures.alt_all", title=title, statement=statement, counts=_counts(of_kinds))
    return Picture(
        title=title,
        statement=statement,
        alt=_alt(told, scene),
        fills=tuple("plain" if is_covered else "state-n" for is_covered in scene.is_covered),
        legend_title=say("pictures.all_legend"),
        count_title=say("pictures.places"),
        legend=legend,
        symbols=tuple(
            each
            # The most numerous are drawn first, so that they hide no others.
            for kind in sorted(shown, key=lambda kind: -len(shown[kind]))
            for each in _symbols(kind, shown[kind], looks[kind].colour, looks[kind].symbol)
        ),
        **_frame(scene, ground),
    )


def _not_drawn(scene: Scene, gone: Mapping[str, int]) -> str:
    """Say which kinds of places are too many to be drawn, if there are any."""
    labels = (
        (scene.words.of_category(name, scene.looks[name]).label, n) for name, n in gone.items()
    )
    return "".join(
        f" {scene.words('pictures.left_out', label=clean_text(label), n=n)}" for label, n in labels
    )


def _unknown_row(scene: Scene) -> Iterator[Row]:
    """Yield how many neighbourhoods the map of streets does not cover, if there are any."""
    unknown = scene.is_covered.count(False)
    if unknown:
        words = scene.words("pictures.no_data", n=unknown, of=len(scene.is_covered))
        yield Row("state-n", words, "")


def _edge_row(scene: Scene) -> Iterator[Row]:
    """Yield the key of the line at which the map of streets ends, where it does."""
    if not all(scene.is_covered):
        yield Row("edge", scene.words("pictures.edge"), "")


def _counts(legend: Iterable[Row]) -> str:
    """Return a legend as a part of a sentence."""
    return "; ".join(f"{row.words}: {row.count}" for row in legend)


def _alt(told: str, scene: Scene) -> str:
    return f"{told} {scene.notice}".rstrip()


def _inside(places: Any) -> int:  # noqa: ANN401 (a GeoDataFrame)
    return int(places["is_in_district"].sum())


def _symbols(key: str, places: Any, colour: str, symbol: str) -> Iterator[Symbols]:  # noqa: ANN401
    if len(places):
        points = shapely.point_on_surface(np.asarray(places.geometry.array))
        yield Symbols(key.replace("_", "-"), shapely.get_coordinates(points), colour, symbol)


# --- what stands on every picture -----------------------------------------------------------------


def _frame(scene: Scene, ground: Ground) -> dict[str, Any]:
    say = scene.words
    speed = scene.study.walking.speed_m_per_min
    return {
        "north": _north(scene, ground),
        "scale": _scale(scene, ground.bar.ground_m),
        "notice": scene.notice,
        "notes": (
            say("pictures.method", speed=speed),
            say("pictures.sources", sources=_credits(scene)),
        ),
    }


def _north(scene: Scene, ground: Ground) -> str:
    west, south, east, north = ground.box
    crs = pyproj.CRS.from_user_input(scene.neighbourhoods.crs)
    degrees = true_north_deg(crs, (west + east) / 2, (south + north) / 2)
    side = "north_right" if degrees > 0 else "north_left"
    key = "north" if abs(degrees) < SMALLEST_TURN_DEG else side
    turn = scene.words.number(abs(degrees), decimals=1)
    return scene.words(f"pictures.{key}", system=clean_text(crs.name), degrees=turn)


def _scale(scene: Scene, metres: float) -> tuple[str, str, str]:
    """Return what stands at the ends and in the middle of the bar, which has one unit."""
    by = 1000.0 if metres >= 1000 else 1.0  # noqa: PLR2004 (a kilometre)
    half = scene.words.number(metres / 2 / by, decimals=1)
    return (scene.words.number(0), half, scene.words.distance(metres))


def _credits(scene: Scene) -> str:
    """Return who made the data, each once, with its day and licence.

    No picture shows deprivation, so that whose index it is has no place on one.
    """
    found = []
    for name in sorted(set(scene.manifest) - {"deprivation"}):
        entry = {key: clean_text(scene.manifest[name].get(key) or "") for key in _CREDIT_KEYS}
        credit = entry["attribution"] or entry["publisher"]
        about = ", ".join(filter(None, (scene.words.day(entry["date"]), entry["licence"])))
        found.append(f"{credit} ({about})" if about else credit)
    return "; ".join(dict.fromkeys(found))


_CREDIT_KEYS = ("publisher", "attribution", "licence", "date")
