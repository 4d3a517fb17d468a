"""Files on this machine, named in a district's file."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import ChoiceIsNotAllowed, quoted

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def local_file(
    text: str, district_file: Path, environment: Mapping[str, str] | None = None
) -> Path:
    """Return the file that a path in a district's file means.

    Parameters
    ----------
    text
        The path. It is relative to the folder of the district's file; where it begins with an
        environment variable, `${NAME}/…`, it is relative to the folder that the command runs
        in, as a path typed on the command line is.
    district_file
        The district's YAML file.
    environment
        The environment variables; by default those of this process.

    Returns
    -------
    pathlib.Path
        The file, which may not be there.

    Raises
    ------
    ChoiceIsNotAllowed
        If a variable is not set, or the path holds control characters or is a web address.
    """
    known = os.environ if environment is None else environment

    def value(variable: re.Match[str]) -> str:
        found = known.get(variable[1], "")
        if not found:
            raise ChoiceIsNotAllowed(
                f"{district_file}: the path {quoted(text)} uses the environment variable "
                f"{variable[1]}, which is not set; set it, as in `{variable[1]}=<folder> make …`."
            )
        return found

    filled = _VARIABLE.sub(value, text)
    if "$" in _VARIABLE.sub("", text) or any(
        unicodedata.category(character).startswith("C") for character in filled
    ):
        raise ChoiceIsNotAllowed(
            f"{district_file}: the path {quoted(text)} is not allowed; write plain names, and an "
            "environment variable as ${NAME}."
        )
    if _ADDRESS.match(filled):
        raise ChoiceIsNotAllowed(
            f"{district_file}: {quoted(text)} is an address on the web, and a file on this machine "
            "is needed; download it, and give its path."
        )
    base = Path() if text.startswith("$") else district_file.parent
    return base / filled
