"""Which kinds of places are too many to be shown one by one."""

from __future__ import annotations

from collections.abc import Mapping


def too_many(counts: Mapping[str, int], most: int) -> dict[str, int]:
    """Return the kinds that are left out, the largest first, until the others fit.

    Parameters
    ----------
    counts
        Kind → how many places.
    most
        How many places there is room for.

    Returns
    -------
    dict
        Those left out → how many places.

    Examples
    --------
    >>> too_many({"bench": 50, "park": 8, "tree": 60}, 20)
    {'tree': 60, 'bench': 50}
    """
    total, found = sum(counts.values()), {}
    for name in sorted(counts, key=lambda each: (-counts[each], each)):
        if total <= most:
            break
        found[name] = counts[name]
        total -= counts[name]
    return found
