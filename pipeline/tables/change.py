"""Tables of what differs: after a scenario, or since an earlier run."""

from __future__ import annotations

from pipeline.contracts import Column, Table
from pipeline.tables.columns import CATEGORY, STATES

SCENARIO_DIFFERENCE = Table(
    "scenario_difference",
    "the people of a neighbourhood, of all or of a decile, a category and a number of minutes: how "
    "many have one within reach as things are, and after a scenario",
    ("what", "people_of", "category", "minutes"),
    (
        Column(
            "what",
            "text",
            "Whose people these are.",
            allowed=("neighbourhood", "district", "decile"),
        ),
        Column(
            "people_of",
            "text",
            "Code of the neighbourhood, `all`, `decile_1` … `decile_10`, or `no_decile`.",
        ),
        CATEGORY,
        Column("minutes", "int", "Longest walk that counts, itself included.", "min", at_least=1),
        Column(
            "people_before",
            "float",
            "How many have one within reach as things are; empty unless `ok` or `true_zero`.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "people_after",
            "float",
            "The same after the scenario.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "people_more",
            "float",
            "How many more; below 0, how many fewer.",
            "people",
            may_be_missing=True,
        ),
        Column(
            "share_before_pct",
            "float",
            "Share of those whose homes are attached to the network.",
            "%",
            may_be_missing=True,
            at_least=0,
            at_most=100,
        ),
        Column(
            "share_after_pct",
            "float",
            "The same after the scenario.",
            "%",
            may_be_missing=True,
            at_least=0,
            at_most=100,
        ),
        Column(
            "state",
            "text",
            "What kind of number the difference is; `true_zero` where nothing changes.",
            allowed=STATES,
        ),
    ),
    may_be_empty=True,
)

CHANGES = Table(
    "changes",
    "one change since a run that was frozen, told by one rule; of one asset there may be several",
    ("kind", "change", "asset_before", "asset_after", "category", "neighbourhood_id", "rule"),
    (
        Column(
            "kind",
            "text",
            "Whether the place itself changed, or its maps only, or nobody can tell from the data.",
            allowed=("real", "mapping", "cannot_be_told"),
        ),
        Column(
            "change",
            "text",
            "What changed.",
            allowed=(
                "opened", "closed", "moved", "people_moved", "newly_mapped", "retagged", "nudged",
                "id_changed", "source_added", "source_gone", "people_counted_anew", "resized",
                "renamed", "appeared", "gone",
            ),
        ),
        Column("rule", "text", "How it was told, in words."),
        Column("asset_before", "text", "The asset in the earlier run, or empty."),
        Column("asset_after", "text", "The asset in this run, or empty."),
        Column("category", "text", "Its category; empty for changes of people."),
        Column("name", "text", "Its name, or empty."),
        Column("neighbourhood_id", "text", "Where it is, or empty beyond the district."),
        Column("moved_m", "float", "How far it lies from where it was.", "m", at_least=0),
        Column("people_before", "float", "Of changes of people: residents.", "people",
               may_be_missing=True, at_least=0),
        Column("people_after", "float", "The same in this run.", "people", may_be_missing=True,
               at_least=0),
        Column(
            "people_more_within_{minutes}_min",
            "float",
            "How many more people have one of its category within so many minutes with this change "
            "alone, on the streets and homes of this run; below 0, how many fewer.",
            "people",
            may_be_missing=True,
        ),
        Column(
            "effect_state",
            "text",
            "What kind of number that is; `no_data` for changes of people.",
            allowed=STATES,
        ),
    ),
    may_be_empty=True,
)  # fmt: skip

STREET_CHANGES = Table(
    "street_changes",
    "what changed of one way (or of all that were drawn otherwise under one name) in one "
    "neighbourhood since a run that was frozen",
    ("kind", "change", "rule", "way_id", "name", "neighbourhood_id"),
    (
        Column(
            "kind",
            "text",
            "Whether the street itself changed, or its map only, or nobody can tell from the data.",
            allowed=("real", "mapping", "cannot_be_told"),
        ),
        Column(
            "change",
            "text",
            "What changed; `retagged`: let in or out by other tags.",
            allowed=(
                "opened", "closed", "newly_mapped", "retagged", "nudged", "appeared", "gone",
            ),
        ),
        Column("rule", "text", "How it was told, in words."),
        Column("way_id", "int", "Number of the way; 0 for those drawn otherwise."),
        Column("name", "text", "Its name, or empty."),
        Column("neighbourhood_id", "text", "Where its middle is, or empty beyond the district."),
        Column("metres", "float", "Length that changed.", "m", at_least=0),
    ),
    may_be_empty=True,
)  # fmt: skip

CHANGE_PORTIONS = Table(
    "change_portions",
    "one part of the difference between a run that was frozen and this one, for one category; "
    "the parts add up to the `whole`",
    ("category", "part"),
    (
        Column("category", "text", "The category."),
        Column(
            "part",
            "text",
            "Streets by what became of them, in the order in which they are put to the earlier "
            "run; then assets, then people; `otherwise`, where homes and ways in are found anew "
            "by today's code and choices; and the whole.",
            allowed=(
                "streets_closed", "streets_retagged", "streets_gone", "streets_nudged",
                "streets_newly_mapped", "streets_appeared", "streets_opened", "assets", "people",
                "otherwise", "whole",
            ),
        ),
        Column(
            "kind",
            "text",
            "Whether the place changed, or its maps only, or nobody can tell; `several`: of each.",
            allowed=("real", "mapping", "cannot_be_told", "several"),
        ),
        Column(
            "people_more_within_{minutes}_min",
            "float",
            "How many more people have one of the category within so many minutes by this part; "
            "below 0, how many fewer.",
            "people",
        ),
        Column("state", "text", "`ok`, or `true_zero`: nobody more or fewer.", allowed=STATES),
    ),
    may_be_empty=True,
)  # fmt: skip
