"""All rows of a layer that comes in pages, or a sentence on why not.

A server is asked how many rows it has before and after; what came is held against that. Where it
does not say, or counts no further than it gives on one page, everything is fetched a second time
in pages of another size: a server that loses rows loses others then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pipeline.sources.asking import Area, Fetched
from pipeline.sources.reading import HasChanged
from pipeline.sources.shelf import Shelf, box_in, shelf_in

PAGE = 1_000
OTHER_PAGE = 700


class Layer(Protocol):
    """What a protocol must know: whom it asks, for what, how many rows there are, and its pages."""

    @property
    def who(self) -> str:
        """The service, its address and its layer, for messages."""

    @property
    def system(self) -> str:
        """The system of the answers."""

    @property
    def area(self) -> Area:
        """The district."""

    def count(self) -> int | None:
        """Ask how many rows there are; nothing if the server does not say."""

    def fill(self, shelf: Shelf, size: int, expected: int | None) -> None:
        """Put the rows of all pages of a size on a shelf, until the server has no more."""


def fetch_whole(layer: Layer, folder: Path, name: str, asked: str) -> Fetched:
    """Fetch all rows of a layer to a file.

    Parameters
    ----------
    layer
        The layer.
    folder
        Where the file belongs.
    name
        What it is called, without ending; may be empty where no letter of the layer's name can
        stand in that of a file.
    asked
        The address, as notes may show it.

    Returns
    -------
    Fetched
        The file.

    Raises
    ------
    HasChanged
        If fewer rows come than there are, or others every time.
    """
    expected = layer.count()
    with shelf_in(folder, layer.system, box_in(layer.area, layer.system), layer.who) as shelf:
        layer.fill(shelf, PAGE, expected)
        if expected is not None and shelf.size < expected:
            raise HasChanged(
                f"{layer.who}: {shelf.size:,} rows came, and the server counts {expected:,}."
            )
        if layer.count() != expected:
            raise HasChanged(
                f"{layer.who}: the number of its rows changed while they were fetched."
            )
        if shelf.size != expected:
            _must_come_again(layer, shelf, folder, expected)
        path = shelf.write(folder, name or "layer")
        return Fetched(path, shelf.size, None, asked)


def _must_come_again(layer: Layer, shelf: Shelf, folder: Path, expected: int | None) -> None:
    with shelf_in(folder, layer.system, box_in(layer.area, layer.system), layer.who) as other:
        layer.fill(other, OTHER_PAGE, expected)
        if other.sum() != shelf.sum():
            says = (
                "does not say how many rows it has" if expected is None else f"counts {expected:,}"
            )
            raise HasChanged(
                f"{layer.who}: the server {says}, and gave {shelf.size:,} rows in pages of "
                f"{PAGE:,} and {other.size:,} rows, or others, in pages of {OTHER_PAGE:,}."
            )


def must_say_the_same(layer: Layer, said: int | None, expected: int | None, *may_be: int) -> None:
    """Hold the number of all rows that stands on a page against the one that was told before.

    Parameters
    ----------
    layer
        The layer.
    said
        What stands on the page; nothing is allowed.
    expected
        What was told before.
    may_be
        What else some servers put there, such as the number of rows on the page.

    Raises
    ------
    HasChanged
        If it is another number.
    """
    if said is not None and expected is not None and said not in {expected, *may_be}:
        raise HasChanged(
            f"{layer.who}: the number of its rows changed between two pages, from {expected:,} to "
            f"{said:,}."
        )
