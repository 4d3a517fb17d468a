"""What the parts of a district's opening page have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.config import Category
from pipeline.headline import attached_people
from pipeline.pages import caveats, figures
from pipeline.pages.elements import Children, Element, el
from pipeline.pages.material import Material
from pipeline.pages.wording import Named
from pipeline.places import places_of

# Numbers of people are told to two figures or so: the census and the map know no better.
_ROUNDED = ((10_000, 100), (1_000, 50), (100, 10), (0, 1))


@dataclass(frozen=True)
class Overview:
    """A district, its figures as they are shown, and how many people have an answer."""

    material: Material
    figures: Mapping[str, Any]
    people: float
    with_data: int
    mapped: Mapping[str, int]

    @classmethod
    def of(cls, material: Material) -> Overview:
        """Count who has an answer."""
        places = places_of(material.homes, material.neighbourhoods, material.district.code)
        people = places.by_place(attached_people(places))
        return cls(
            material,
            figures.figures(material),
            float(people.sum()),
            int((people > 0).sum()),
            caveats.district_counts(material)["categories"],
        )

    @property
    def minutes(self) -> tuple[int, ...]:
        """The study's minutes, rising."""
        return self.material.study.walking.minutes

    @property
    def middle(self) -> int:
        """Those that words speak of first."""
        return self.minutes[len(self.minutes) // 2]

    def look(self, category: str) -> tuple[Category, Named]:
        """Return the looks and the words of a category."""
        look = self.material.looks[category]
        return look, self.material.words.of_category(category, look)

    def share(self, category: str, minutes: int) -> float | None:
        """Return the share of the district as it is shown, if there is one."""
        column = self.figures[category].get(f"within_{minutes}_min_pct")
        return None if column is None else column["values"][-1]

    def share_text(self, category: str, minutes: int) -> str:
        """Return a share as it is shown, or its state in words."""
        words = self.material.words
        column = self.figures[category][f"within_{minutes}_min_pct"]
        value = column["values"][-1]
        if value is not None:
            return words.share(value, 100)
        return words(f"states.{figures.STATE_OF_LETTER[column['states'][-1]]}.label")


def about(people: float) -> int:
    """Return a number of people, rounded to what is known of it."""
    step = next(step for least, step in _ROUNDED if people >= least)
    return round(people / step) * step


def section(name: str, title: Children, *inside: Children) -> Element:
    """Return a part of a page, under its own heading."""
    return el(
        "section",
        {"id": name, "class": "part", "aria-labelledby": f"{name}-title"},
        el("h2", {"id": f"{name}-title"}, title),
        inside,
    )
