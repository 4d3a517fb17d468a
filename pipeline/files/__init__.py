"""The only package that opens local files: checked reads, atomic writes.

`choices` reads YAML, `stored` reads and writes the tables between steps, `writing` puts bytes on
the disk whole or not at all. Files from other people come in through `outside`, the door:
`vectors` reads shapes, `workbooks` and `unpacking` rows, `columns` finds headings and numbers in
them, `published` reads each kind of declared table. `declared` says what a district needs, `raw`
keeps the manifest of its raw files, and `inputs` reads these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.files.choices import read_choices, read_configs
from pipeline.files.writing import (
    write_bytes,
    write_json,
    write_text,
    written_whole,
)

if TYPE_CHECKING:
    from pipeline.files.stored import read_report, read_table, write_table

__all__ = [
    "read_choices",
    "read_configs",
    "read_report",
    "read_table",
    "write_bytes",
    "write_json",
    "write_table",
    "write_text",
    "written_whole",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import what handles tables when it is first asked for.

    Importing geopandas takes longer than all that a step does which only gathers choices.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipeline.files import stored

    return getattr(stored, name)
