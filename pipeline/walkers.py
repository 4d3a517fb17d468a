"""Who walks: which streets are open to somebody, and what they cost on this ground.

Every street that may be walked at all is open to a walker who refuses nothing. Others are stopped
by what a street's tags say, by its width, by the gates, stiles and kerbs that stand on it and by
its slope. What is not tagged stops nobody: most streets in OpenStreetMap say nothing of their
surface, and a rule that took silence for a bar would close the town. How much of the network
says nothing stands in the report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import Study, Walker
from pipeline.errors import ChoiceIsNotAllowed, TablesDoNotFit, listed
from pipeline.tags import Condition, Tags, conditions, holds_one_of, read_tags

Mask = npt.NDArray[np.bool_]

_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_DEGREES = re.compile(r"[-+]?\d+(?:[.,]\d+)?\s*°")
_WIDTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*(m|cm|)")
_M_PER = {"m": 1.0, "cm": 0.01, "": 1.0}


def ground_of(
    network: gpd.GeoDataFrame, terrain: pd.DataFrame, walker: Walker
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Say what each edge costs a walker, both ways, and which edges are open to them.

    Parameters
    ----------
    network
        The walking network, with the barriers that stand on it; n edges.
    terrain
        What each edge costs on this ground.
    walker
        Who walks.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        `edge_id`, `forward_dm` and `backward_dm` (decimetres on the flat that take as long) and
        `is_open`, as `routing.as_graph` takes them, n rows in the order of the network; and how
        much of the network is open, and what closes the rest.

    Raises
    ------
    TablesDoNotFit
        If terrain and network were not made from each other.
    """
    if not np.array_equal(np.sort(terrain["edge_id"]), np.sort(network["edge_id"])):
        raise TablesDoNotFit(
            "network.parquet and terrain.parquet: do not speak of the same edges, "
            f"{len(network):,} and {len(terrain):,} of them: delete both and run `make` again."
        )
    ordered = terrain.set_index("edge_id").loc[network["edge_id"].to_numpy()]
    length = network["length_dm"].to_numpy(np.int64)
    is_hilly = walker.slopes == "tobler"
    closed = _closed_by(network, ordered["steepest_pct"].to_numpy(), walker)
    is_open = ~np.logical_or.reduce(list(closed.values()))
    ground = pd.DataFrame(
        {
            "edge_id": network["edge_id"].to_numpy(np.int64),
            "forward_dm": ordered["forward_dm"].to_numpy(np.int64) if is_hilly else length,
            "backward_dm": ordered["backward_dm"].to_numpy(np.int64) if is_hilly else length,
            "is_open": is_open,
        }
    )
    return ground, _report(network, walker, is_open, closed)


def _closed_by(
    network: gpd.GeoDataFrame, steepest_pct: npt.NDArray[np.float64], walker: Walker
) -> dict[str, Mask]:
    """Return which edges are closed, by what closes them; an edge may be there several times."""
    kind, texts = pd.factorize(network["tags"])  # a few sets of tags stand on most edges
    kinds = read_tags(texts)
    accepts, refuses = conditions(walker.accepts), conditions(walker.refuses)
    is_accepted = np.array([holds_one_of(accepts, t) for t in kinds], dtype=bool)[kind]
    narrow = np.array([_is_narrow(t, walker.narrowest_m) for t in kinds], dtype=bool)[kind]
    refused = np.array([holds_one_of(refuses, t) for t in kinds], dtype=bool)[kind]
    slopes = zip(kind, steepest_pct, strict=True)
    steep = np.array([_is_steep(kinds[k], s, walker.steepest_pct) for k, s in slopes], dtype=bool)
    return {
        "tags": refused & ~is_accepted,
        "width": narrow & ~is_accepted,
        "slope": steep & ~is_accepted,
        "barriers": _barred(network["barriers"], walker, accepts),
    }


def _barred(barriers: pd.Series, walker: Walker, accepts: tuple[Condition, ...]) -> Mask:
    """Say on which edges something stands that the walker cannot pass."""
    refuses = conditions(walker.refuses_barriers)
    found = np.zeros(len(barriers), dtype=bool)
    at = np.flatnonzero(barriers.to_numpy() != "")
    for place, standing in zip(at, read_tags(barriers.iloc[at]), strict=True):
        nodes: list[Tags] = list(standing)  # type: ignore[arg-type]
        found[place] = any(
            (holds_one_of(refuses, node) or _is_narrow(node, walker.narrowest_m))
            and not holds_one_of(accepts, node)
            for node in nodes
        )
    return found


def _is_narrow(tags: Tags, narrowest_m: float | None) -> bool:
    """Tell whether a width is given and is too small; what is written oddly is not known."""
    if narrowest_m is None:
        return False
    text = tags.get("maxwidth:physical", tags.get("width", ""))
    match = _WIDTH.fullmatch(text.strip())
    return match is not None and _float(match[1]) * _M_PER[match[2]] < narrowest_m


def _is_steep(tags: Tags, measured_pct: float, steepest_pct: float | None) -> bool:
    """Tell whether a slope is too steep: as it is tagged, or else as it was measured."""
    if steepest_pct is None:
        return False
    tagged = incline_pct(tags.get("incline", ""))
    return (measured_pct if tagged is None else tagged) > steepest_pct


def incline_pct(text: str) -> float | None:
    """Return how steep an `incline` tag says that a way is, up or down.

    Parameters
    ----------
    text
        Its value.

    Returns
    -------
    float or None
        Per cent; none where it says no number, as `up` does not.

    Examples
    --------
    >>> [incline_pct(text) for text in ("10%", "-4.5 %", "up", "")]
    [10.0, 4.5, None, None]
    >>> round(incline_pct("45°") or 0)
    100
    """
    number = _NUMBER.match(text.strip())
    if number is None:
        return None
    if _DEGREES.fullmatch(text.strip()):
        return abs(100 * float(np.tan(np.radians(min(89.0, abs(_float(number[0])))))))
    return abs(_float(number[0])) if text.strip().endswith("%") else None


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _report(
    network: gpd.GeoDataFrame, walker: Walker, is_open: Mask, closed: dict[str, Mask]
) -> dict[str, Any]:
    length = network["length_dm"].to_numpy(np.float64)
    says = network["tags"].str.contains('"surface"|"smoothness"').to_numpy(dtype=bool)

    def share(part: Mask) -> float:
        return round(float(length[part].sum() / length.sum()), 4) if length.sum() else 0.0

    return {
        "walker": walker.label,
        "share_open": share(is_open),
        "share_closed_by": {name: share(part) for name, part in sorted(closed.items())},
        "share_with_unknown_surface": share(~says),
    }


def must_agree(walkers: Mapping[str, Walker], study: Study) -> None:
    """Hold the study against the walkers that it names.

    Parameters
    ----------
    walkers
        Every walker there is.
    study
        Names the one who walks, and others that are tried.

    Raises
    ------
    ChoiceIsNotAllowed
        If a walker is named that there is not, or the study's speed is not its walker's.
    """
    named = {
        "walking.walker": [study.walking.walker],
        "sensitivity.walkers": study.sensitivity.walkers,
    }
    for key, names in named.items():
        for name in names:
            if name not in walkers:
                raise ChoiceIsNotAllowed(
                    f"config/study.yaml: {key}: names {name}, and there is no "
                    f"config/walkers/{name}.yaml; there are {listed(sorted(walkers))}."
                )
    own = walkers[study.walking.walker].speed_m_per_min
    if own != study.walking.speed_m_per_min:
        raise ChoiceIsNotAllowed(
            f"config/study.yaml: walking.speed_m_per_min is {study.walking.speed_m_per_min:g}, and "
            f"{study.walking.walker} walks {own:g} m a minute; write the same in both."
        )
