"""Domains of an index: their deciles by hand, and how they travel between vintages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline import contracts, files, tables
from pipeline.codes import CodedTable
from pipeline.config import DeprivationTable, NationalTable, Vintage
from pipeline.domains import nothing, rank_domains
from pipeline.errors import TableBreaksItsContract

ROOT = Path(__file__).parent.parent
INDEX: DeprivationTable = files.read_choices(
    ROOT / "config/national/wimd_2025.yaml", NationalTable
).model_copy(update={"areas": 20})
CODES = pd.Series(["W01001600", "W01001601"])


def index(**ranks: list[float]) -> CodedTable:
    rows = pd.DataFrame({"code": CODES.tolist(), "rank": [1.0, 20.0], **ranks}, index=[2, 3])
    return CodedTable(rows, INDEX, "wimd.csv")


def ranked(table: CodedTable) -> Any:  # noqa: ANN401 (rows by two keys)
    found = rank_domains(CODES, Vintage.LSOA_2021, table)
    contracts.check(found, tables.DOMAINS, "domains")
    return found.set_index(["domain", "neighbourhood_id"])


def test_a_decile_is_its_tenth_of_the_areas_and_what_is_not_in_the_file_is_no_data() -> None:
    found = ranked(index(domain_income=[2.0, 3.0], domain_access=[19.0, 20.0]))
    assert found.loc["income", "decile"].tolist() == [1, 2]
    assert found.loc["access", "decile"].tolist() == [10, 10]
    assert found.loc["access", "is_access"].all()
    assert not found.loc["income", "is_access"].any()
    assert set(found.loc["health", "state"]) == {"no_data"}
    assert set(found.index.get_level_values(0)) == {domain.value for domain in INDEX.domains}


def test_a_rank_beyond_the_areas_is_told_with_its_domain() -> None:
    with pytest.raises(TableBreaksItsContract, match="row 3: the health rank is 21"):
        ranked(index(domain_health=[1.0, 21.0]))


def test_without_an_index_there_is_an_empty_table() -> None:
    contracts.check(nothing(), tables.DOMAINS, "domains")


@pytest.mark.parametrize("path", sorted((ROOT / "config/national").glob("*_20*.yaml")))
def test_every_index_declares_income_and_which_domain_is_access(path: Path) -> None:
    table = files.read_choices(path, NationalTable)
    if isinstance(table, DeprivationTable):
        assert "income" in table.domains
        assert table.access_domain in table.domains
        assert table.access_domain != "income"
