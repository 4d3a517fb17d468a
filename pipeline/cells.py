"""The cells of a layer, found by the names that its columns are published under."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import TagValues
from pipeline.errors import TableBreaksItsContract, listed, quoted
from pipeline.text import clean_text, folded

Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
LONGEST_IN_A_SHAPEFILE = 10


class Cells:
    """The cells of a layer, found by the names their columns are published under."""

    def __init__(self, name: str, rows: pd.DataFrame) -> None:
        self.name = name
        self.rows = rows
        self._read: dict[str, Texts] = {}
        self._columns = {bare(column): column for column in reversed(rows.columns.tolist())}

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    @property
    def row_numbers(self) -> npt.NDArray[np.int64]:
        """The number of each row in its file, from 1 where the index does not say."""
        index = self.rows.index
        is_numbered = pd.api.types.is_integer_dtype(index.dtype) and bool((index > 0).all())
        return np.asarray(index if is_numbered else range(1, len(self) + 1), dtype=np.int64)

    def whole_rows(self) -> list[str]:
        """Return all that each row says, as one text."""
        plain = self.rows.drop(columns="geometry", errors="ignore")
        return ["|".join(map(clean_text, row)) for row in plain.itertuples(index=False)]

    def texts(self, names: tuple[str, ...], key: str) -> Texts:
        """Return a column that must be there, clean; `key` is what declares it."""
        found = self.texts_if_any(names)
        if found is None:
            raise TableBreaksItsContract(
                f"layers.{self.name}: no column is called {listed(list(names))} ({key}); the file "
                f"has {listed(sorted(map(str, self.rows.columns)), most=12)}. Name the column as "
                "the file does."
            )
        return found

    def texts_if_any(self, names: tuple[str, ...]) -> Texts | None:
        """Return a column, clean, or None where there is none of these names."""
        for key in (*map(bare, names), *filter(None, map(self._cut, names))):
            if key in self._columns:
                if key not in self._read:
                    cells = self.rows[self._columns[key]]
                    self._read[key] = np.array([clean_text(c) for c in cells], dtype=object)
                return self._read[key]
        return None

    def in_full(self, name: str) -> Texts | None:
        """Return a column however long its texts are, or None where there is none of this name."""
        column = self._columns.get(bare(name))
        return None if column is None else np.array(self.rows[column], dtype=object)

    def _cut(self, name: str) -> str:
        """Return a long name as a shapefile keeps it, cut to ten letters, if that is one column.

        Of names that begin alike, it keeps one as `Playground` and another as `Playgrou_1`.
        """
        short = name[:LONGEST_IN_A_SHAPEFILE]
        columns = [str(column) for column in self.rows.columns]
        if len(name) <= LONGEST_IN_A_SHAPEFILE or short not in columns:
            return ""
        alike = re.compile(re.escape(short[:-2]) + r"_\d")
        others = [column for column in columns if alike.fullmatch(column)]
        if others:
            raise TableBreaksItsContract(
                f"layers.{self.name}: {quoted(name)} could be any of the columns "
                f"{listed([short, *others])}, whose names are cut to ten letters; name the column "
                "as the file does."
            )
        return bare(short)


def bare(name: object) -> str:
    """Return the name of a column without case, spaces, underscores and byte order marks.

    Parameters
    ----------
    name
        As the file or a declaration has it.

    Returns
    -------
    str
        Small letters and digits.
    """
    return re.sub(r"[^a-z0-9]", "", folded(str(name)))


def names_in(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return what a declaration names, as several names.

    Parameters
    ----------
    value
        A name, several, or none.

    Returns
    -------
    tuple of str
        Perhaps empty.
    """
    return () if value is None else ((value,) if isinstance(value, str) else value)


def is_one_of(texts: Texts, values: TagValues) -> Flags:
    """Say which cells hold one of some values, whatever their case; `*` is anything.

    Parameters
    ----------
    texts
        Cells; shape (n,).
    values
        A value, several, or `*`.

    Returns
    -------
    numpy.ndarray
        Of shape (n,).
    """
    if values == "*":
        return np.array(texts != "", dtype=bool)
    allowed = {folded(value) for value in names_in(values)}
    numbers, different = pd.factorize(texts)
    fits = np.array([folded(text) in allowed for text in different], dtype=bool)
    return fits[numbers]
