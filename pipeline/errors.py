"""Everything that can go wrong, each named as a sentence.

A message names the file, the row or key, what was found, what is allowed, and what to do.
`python -m pipeline` prints it on one line and exits with 1; nothing else reaches the user.
"""

from __future__ import annotations

import unicodedata

LONGEST_QUOTE = 80


class PipelineError(Exception):
    """A run cannot go on, and the message says why and what to do."""


class ChoiceIsNotAllowed(PipelineError):
    """A key of a YAML file is unknown, missing, or holds what it may not."""


class FileIsMissing(PipelineError):
    """A file that is needed is not there."""


class FileIsNotAllowed(PipelineError):
    """A file is of a kind, size or place that is refused before it is read."""


class FileIsDamaged(PipelineError):
    """A file is cut short, or is not what its name says."""


class FileCannotBeWritten(PipelineError):
    """The disk is full, or the folder may not be written to."""


class TableBreaksItsContract(PipelineError):
    """A table does not have the key, columns, units or values that its readers rely on."""


class CodesDoNotMatch(PipelineError):
    """Two tables that should speak of the same places do not."""


class TablesDoNotFit(PipelineError):
    """Two tables of a district, or two columns of one, contradict each other."""


class EveryStreetIsClosed(PipelineError):
    """A walker may use no street, so nothing can be reached."""


class PlaceIsElsewhere(PipelineError):
    """Coordinates do not lie where the district lies."""


class SourceIsEmpty(PipelineError):
    """A source that should hold something holds nothing."""


class SourceFailed(PipelineError):
    """A service on the web did not answer, or not with what it was asked for."""


class ServiceIsAway(SourceFailed):
    """A service could not be reached, or is too busy or broken to say anything."""


class SiteHasNoArea(PipelineError):
    """A site that could be put to use is drawn or listed with an area that is none."""


class RawFileHasChanged(PipelineError):
    """A raw file is not the one that its provenance note describes."""


class PageIsNotSafe(PipelineError):
    """A file is not fit to be published."""


class PackageIsMissing(PipelineError):
    """An installed package that is needed is not there."""


def quoted(text: object) -> str:
    r"""Return text from outside as it may stand in a message.

    Control and direction characters are made visible, so that a name in a file cannot
    write to the terminal; long text is cut.

    Parameters
    ----------
    text
        Anything that came from a file.

    Returns
    -------
    str
        The text between typographic quotes.

    Examples
    --------
    >>> print(quoted("Pill\x1b[2J"))
    ‘Pill\x1b[2J’
    """
    visible = "".join(
        character
        if not unicodedata.category(character).startswith("C")
        else character.encode("unicode_escape").decode("ascii")
        for character in str(text)[: LONGEST_QUOTE + 1]
    )
    cut = visible if len(str(text)) <= LONGEST_QUOTE else visible[:LONGEST_QUOTE] + "…"
    return f"‘{cut}’"


def listed(items: list[str], most: int = 5) -> str:
    """Return a short list in words: the first few, and how many more there are.

    Parameters
    ----------
    items
        What to list, from outside or not.
    most
        How many to spell out.

    Returns
    -------
    str
        For example ``‘a’, ‘b’ and 3 more``.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2)
    '‘a’, ‘b’ and 1 more'
    """
    shown = ", ".join(quoted(item) for item in items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"
