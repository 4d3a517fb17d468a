"""What is generated about the project stands in the repository as it would be generated now."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from pipeline import files, reference, tables
from pipeline.config import NationalTable
from pipeline.contracts import Table
from pipeline.files.choices import _plain_values

ROOT = Path(__file__).parent.parent
SCHEMAS = reference.schemas()
CHOICES = {
    "authorities": [ROOT / "config/authorities.yaml"],
    "study": [ROOT / "config/study.yaml"],
    "theme": [ROOT / "config/theme.yaml"],
    "category": sorted((ROOT / "config/categories").glob("*.yaml")),
    "composite": sorted((ROOT / "config/composites").glob("*.yaml")),
    "indicator": sorted((ROOT / "config/indicators").glob("*.yaml")),
    "nation": sorted((ROOT / "config/nations").glob("*.yaml")),
    "national": sorted((ROOT / "config/national").glob("*.yaml")),
    "scenario": sorted((ROOT / "config/scenarios").glob("*.yaml")),
    "standard": sorted((ROOT / "config/standards").glob("*.yaml")),
    "unwelcome": [ROOT / "config/words/unwelcome.yaml"],
    "caution": sorted((ROOT / "config/cautions").glob("*.yaml")),
    "unused": sorted((ROOT / "config/unused").glob("*.yaml")),
    "use": sorted((ROOT / "config/uses").glob("*.yaml")),
    "walker": sorted((ROOT / "config/walkers").glob("*.yaml")),
    "words": sorted(
        set((ROOT / "config/words").glob("*.yaml")) - {ROOT / "config/words/unwelcome.yaml"}
    ),
    "lock": sorted((ROOT / "config/districts").glob("*.lock.json")),
    "district": [
        *sorted((ROOT / "config/districts").glob("*.yaml")),
        *sorted((ROOT / "tests/real/districts").glob("*.yaml")),
    ],
}


def test_the_data_dictionary_is_up_to_date() -> None:
    stored = (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")
    assert stored == reference.data_dictionary(), "run `make reference`"


def test_the_data_dictionary_names_every_column_of_every_table() -> None:
    text = reference.data_dictionary()
    contracts = [value for value in vars(tables).values() if isinstance(value, Table)]
    assert len(contracts) > 8
    for table in contracts:
        assert table.name in text
        for column in table.columns:
            assert column.name in text, (table.name, column.name)


def test_the_list_of_sources_is_up_to_date_and_names_every_licence() -> None:
    declared = files.read_configs(CHOICES["national"], NationalTable)
    stored = (ROOT / "docs/data-sources.md").read_text(encoding="utf-8")
    assert stored == reference.data_sources(declared), "run `make reference`"
    for table in declared.values():
        assert table.title in stored
        assert table.licence in stored
        if table.good_for_days is not None:
            assert f"| good for | {table.good_for_days} days from when" in stored


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_up_to_date(name: str) -> None:
    stored = (ROOT / f"config/schema/{name}.json").read_text(encoding="utf-8")
    assert stored == SCHEMAS[name], "run `make reference`"


def test_there_is_a_schema_for_each_kind_of_choice() -> None:
    assert sorted(SCHEMAS) == sorted(CHOICES)
    assert sorted(path.stem for path in (ROOT / "config/schema").iterdir()) == sorted(CHOICES)


def test_every_choice_is_valid_by_its_schema() -> None:
    for kind, paths in CHOICES.items():
        schema = json.loads((ROOT / f"config/schema/{kind}.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for path in paths:
            faults = [error.message for error in validator.iter_errors(_plain_values(path))]
            assert faults == [], path
