"""One way of walking a file: `config/walkers/*.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.config.choice import Choice, TagConditions, Words


class Walker(Choice):
    """How fast somebody walks, and what they cannot walk on: `config/walkers/<walker>.yaml`.

    `speed_m_per_min` is the speed on the flat; with `slopes: tobler` hills slow it down and
    gentle slopes downhill speed it up, with `flat` they change nothing.

    A street is closed to the walker where one entry of `refuses` holds, where it is narrower than
    `narrowest_m` or steeper than `steepest_pct` over some fifty metres, and where one of the
    gates, stiles and kerbs on it meets an entry of `refuses_barriers`. An entry of `accepts` that
    holds outweighs what its street's or its barrier's other tags say. Entries map keys to the
    values allowed, as in categories. What is not tagged is not refused; `note` says what that
    means for this walker.
    """

    label: Words
    speed_m_per_min: Annotated[float, Field(gt=20, le=150)]
    slopes: Literal["tobler", "flat"]
    reference: Words
    note: Words
    refuses: TagConditions = ()
    refuses_barriers: TagConditions = ()
    accepts: TagConditions = ()
    steepest_pct: Annotated[float, Field(gt=0, le=100)] | None = None
    narrowest_m: Annotated[float, Field(gt=0, le=10)] | None = None
