"""Read and write the tables between steps, as (Geo)Parquet.

A table is checked against its contract before it is renamed into place and again when it is
read. Beside its rows it carries a report: counts and caveats that the published run note and
pages repeat.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import contracts
from pipeline.contracts import Table
from pipeline.errors import FileIsDamaged, FileIsMissing
from pipeline.files.writing import written_whole

_REPORT = b"half_full_report"


def write_table(
    frame: pd.DataFrame, table: Table, path: Path, report: dict[str, Any] | None = None
) -> None:
    """Write a table that keeps its contract, whole or not at all.

    Parameters
    ----------
    frame
        The rows, in any order; they are sorted by the key.
    table
        Its contract.
    path
        Where it belongs.
    report
        Counts and caveats to keep with it: plain values.

    Raises
    ------
    TableBreaksItsContract
        If it does not keep its contract; nothing is written.
    """
    contracts.check(frame, table, path.name)
    rows = contracts.ordered(frame, table)
    note = json.dumps(report or {}, sort_keys=True, ensure_ascii=False, allow_nan=False)
    stored = _as_arrow(rows)
    metadata = {**(stored.schema.metadata or {}), _REPORT: note.encode("utf-8")}
    with written_whole(path) as part:
        pq.write_table(stored.replace_schema_metadata(metadata), part, compression="zstd")


def _as_arrow(rows: pd.DataFrame) -> pa.Table:
    """Return a table as it is stored, with all that tells a reader what its columns are."""
    if not isinstance(rows, gpd.GeoDataFrame):
        return pa.Table.from_pandas(rows, preserve_index=False)
    # Only geopandas knows how to describe geometry, and it does so only as it writes.
    held = io.BytesIO()
    rows.to_parquet(held, index=False, compression=None)
    return pq.read_table(held)


def read_table(path: Path, table: Table) -> Any:  # noqa: ANN401 (a DataFrame or a GeoDataFrame)
    """Read a table of an earlier step.

    Parameters
    ----------
    path
        The file.
    table
        Its contract.

    Returns
    -------
    pandas.DataFrame or geopandas.GeoDataFrame
        The rows, sorted by the key.

    Raises
    ------
    FileIsMissing, FileIsDamaged
        If it is not there or cannot be read.
    TableBreaksItsContract
        If it does not keep its contract.
    """
    with _read_as_parquet(path):
        frame = gpd.read_parquet(path) if table.geometry else pd.read_parquet(path)
    contracts.check(frame, table, path.name)
    return frame


@contextmanager
def _read_as_parquet(path: Path) -> Iterator[None]:
    """Say in a sentence that a table is not there, or is none."""
    if not path.is_file():
        raise FileIsMissing(f"{path}: there is no such table; `make` builds it.")
    try:
        yield
    except (OSError, ValueError, pa.ArrowException) as error:
        raise FileIsDamaged(
            f"{path}: cannot be read as Parquet ({type(error).__name__}); delete it and run "
            "`make` again."
        ) from error


def read_report(path: Path) -> dict[str, Any]:
    """Return the counts and caveats kept with a table.

    Parameters
    ----------
    path
        A table written by `write_table`.

    Returns
    -------
    dict
        Plain values; empty where there were none.

    Raises
    ------
    FileIsMissing, FileIsDamaged
        If it is not there or cannot be read.
    """
    with _read_as_parquet(path):
        metadata = pq.read_schema(path).metadata or {}
        report: dict[str, Any] = json.loads(metadata.get(_REPORT, b"{}"))
    return report
