"""Pictures from the internet that a map may be laid over, where a council asks for them."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from pipeline.config.choice import Choice, Words

# One host, so that the policy of a page can name it; no query, as a key in it would be published.
_TILES = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~{}@-]+)+", re.ASCII)
_PAGE = re.compile(r"https://[a-z0-9.-]+(/[A-Za-z0-9._~%/-]*)?", re.ASCII)
_PLACES = ("{z}", "{x}", "{y}")
# Its terms ask for the address of the page that asks, which a page on a memory stick has not.
_NEEDS_A_REFERRER = ("tile.openstreetmap.org",)


class Background(Choice):
    """A server of map tiles, whose terms whoever names it has read.

    `tiles` is its address with `{z}`, `{x}` and `{y}`; `provider` its name as readers know it;
    `attribution` the credit that it asks for; `terms` where its terms stand; `deepest` the last
    zoom it has.
    """

    tiles: str
    provider: Words
    attribution: Words
    terms: str
    deepest: Annotated[int, Field(ge=10, le=22)] = 19

    @field_validator("tiles")
    @classmethod
    def _tiles_must_be_of_one_host(cls, tiles: str) -> str:
        inside = [tiles.count(place) for place in _PLACES]
        left = re.sub(r"\{[xyz]\}", "", tiles)
        if not _TILES.fullmatch(tiles) or inside != [1, 1, 1] or "{" in left or "}" in left:
            msg = (
                "tiles must be an https address with {z}, {x} and {y} once each, on one host, "
                "without a query: a key in it would be published with the page"
            )
            raise ValueError(msg)
        host = urlsplit(tiles).hostname or ""
        if any(host == name or host.endswith(f".{name}") for name in _NEEDS_A_REFERRER):
            msg = (
                f"{host} asks to be told by which page it is used, and a page that is opened from "
                "a file cannot tell it; name a server whose terms allow that, for example your own"
            )
            raise ValueError(msg)
        return tiles

    @field_validator("terms")
    @classmethod
    def _terms_must_be_a_page(cls, terms: str) -> str:
        if not _PAGE.fullmatch(terms):
            msg = "terms must be the https address of the page where the provider’s terms stand"
            raise ValueError(msg)
        return terms

    @property
    def origin(self) -> str:
        """What the policy of a page names: scheme and host."""
        parts = urlsplit(self.tiles)
        return f"{parts.scheme}://{parts.netloc}"
