"""How much supply there is for each person who can walk to it: floating catchments.

Two steps. First each asset a shares its supply S out over the people P of the homes h that reach
it: R(a) = S(a) ÷ Σ P(h) f(h, a). Then each home adds up what it is offered: A(h) = Σ R(a) f(h, a).
Homes and assets further apart than the longest walk have nothing to do with each other. In units
of supply per person. The forms differ in the weights:

- `2sfca`: f is 1 within the longest walk. Luo and Wang (2003), Environment and Planning B
  30:865–884.
- `e2sfca`: f is an impedance. Luo and Qi (2009), Health & Place 15:1100–1107.
- `3sfca`: people do not turn to every asset alike: in both steps f is multiplied by the share
  G(h, a) = f(h, a) ÷ Σ f(h, b). Wan, Zou and Sternberg (2012), International Journal of
  Geographical Information Science 26:1073–1089.
- `m2sfca`: supply far from everybody is of less use: A(h) = Σ S(a) f(h, a)² ÷ Σ P f. Delamater
  (2013), Health & Place 24:30–43.

In all but the last, supply that reaches anybody is shared out whole: Σ P(h) A(h) = Σ S(a).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.access.impedance import Impedance, as_table
from pipeline.access.standing import (
    Destinations,
    Origins,
    in_decimetres,
    states_of,
)
from pipeline.routing import Form as Turning
from pipeline.routing import Graph, share_out

Form = Literal["2sfca", "e2sfca", "3sfca", "m2sfca"]
_TURNS: dict[Form, Turning] = {
    "2sfca": "plain", "e2sfca": "plain", "3sfca": "chosen", "m2sfca": "squared",
}  # fmt: skip


@dataclass(frozen=True)
class Shared:
    """What was shared out, and what could not be because nobody reaches it."""

    supply_shared: float
    supply_out_of_reach: float


def supply_per_person(
    graph: Graph,
    origins: Origins,
    destinations: Destinations,
    impedance: Impedance,
    longest_m: float,
    *,
    form: Form = "e2sfca",
) -> tuple[pd.DataFrame, Shared]:
    """Share supply out over the people who can walk to it.

    Parameters
    ----------
    graph
        The walking network.
    origins
        Homes with people; n rows.
    destinations
        Entrances, and what each asset supplies.
    impedance
        Costs in metres to weights; not used by `2sfca`.
    longest_m
        Walks longer than this are not looked at, in metres.
    form
        Which of the methods.

    Returns
    -------
    tuple of pandas.DataFrame and Shared
        `supply_per_person`, missing for homes off the network, and `state`: `ok`, `true_zero`,
        `no_data` where it is not known how many share what is in reach, or `unreachable` off the
        network; n rows in the order of the homes. And what was shared.
    """
    people = origins.people[origins.rows]
    longest = int(in_decimetres([longest_m])[0])
    weights = np.ones(longest + 1) if form == "2sfca" else as_table(impedance, longest)
    each, demand = share_out(
        graph, origins.homes, destinations.doors, people,
        destinations.supply, weights, _TURNS[form],
    )  # fmt: skip
    supply = destinations.supply
    values = origins.spread(each, np.nan)
    table = pd.DataFrame({"supply_per_person": values, "state": states_of(origins, values)})
    return table, Shared(float(supply[demand > 0].sum()), float(supply[demand == 0].sum()))
