"""How many of one unit make one of another, where more than one module asks."""

from __future__ import annotations

M2_PER_HA = 10_000
# A year of the Julian calendar: how many years lie between two days, leap years and all.
DAYS_A_YEAR = 365.25
