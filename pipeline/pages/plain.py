"""Values made fit to stand inside a page or a sheet, where some text would be run."""

from __future__ import annotations

import json
import re
from typing import Any

_FORMULA = re.compile(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_UNSAFE_IN_SCRIPT = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def json_for_page(value: Any) -> str:  # noqa: ANN401 (JSON is any plain value)
    r"""Return a value as JSON that may stand inside a `<script type="application/json">`.

    Parameters
    ----------
    value
        Dictionaries, lists, text, finite numbers, true, false, none.

    Returns
    -------
    str
        JSON without the characters that could end the block or start markup.

    Raises
    ------
    ValueError
        If a number is not finite.

    Examples
    --------
    >>> json_for_page({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _UNSAFE_IN_SCRIPT.items():
        text = text.replace(character, escape)
    return text


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take a text cell for a formula.

    Parameters
    ----------
    text
        The cell.

    Returns
    -------
    bool
        True for text that begins with `=`, `+`, `-`, `@`, a tab, a carriage return, or one of
        the first four in full width, after any spaces.
    """
    return _FORMULA.match(text) is not None
