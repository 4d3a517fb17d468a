"""Deprivation: an index is believed only when it runs the right way and speaks of these codes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipeline.codes import CodedTable, is_of, likely, must_be_of
from pipeline.config import DeprivationTable, LookupTable, Nation, Vintage
from pipeline.deprivation import Ranked, check_index, rank_neighbourhoods
from pipeline.errors import CodesDoNotMatch, TableBreaksItsContract

AREAS = 20


def table(vintage: Vintage = Vintage.LSOA_2011, areas: int = AREAS) -> DeprivationTable:
    return DeprivationTable(
        kind="deprivation", title="IoD 2019", publisher="MHCLG", licence="OGL-UK-3.0",
        attribution="MHCLG", date=date(2019, 9, 26), index="Index 2019", nation=Nation.ENGLAND,
        year=2019, vintage=vintage, areas=areas, header_cell="code", code=("code",),
        rank=("rank",),
    )  # fmt: skip


def published(areas: int = AREAS) -> pd.DataFrame:
    """All areas of a nation of twenty: rank n has the score 100 − n and 1,000 people."""
    ranks = np.arange(1.0, areas + 1)
    return pd.DataFrame(
        {
            "code": [f"E010000{n:02.0f}" for n in ranks],
            "rank": ranks,
            "decile": np.ceil(10 * ranks / areas),
            "income_rank": ranks[::-1],
            "score": 100 - ranks,
            "population": 1_000.0,
        },
        index=range(2, areas + 2),
    )


def lookup(*rows: tuple[str, str, str]) -> CodedTable:
    declared = LookupTable(
        kind="lookup", title="Exact fit", publisher="ONS", licence="OGL-UK-3.0",
        attribution="ONS", date=date(2022, 12, 31), from_vintage=Vintage.LSOA_2011,
        to_vintage=Vintage.LSOA_2021, from_code=("a",), to_code=("b",), change=("c",),
    )  # fmt: skip
    frame = pd.DataFrame(rows, columns=["from_code", "to_code", "change"], dtype="str")
    return CodedTable(frame, declared, "lookup.csv")


def ranked(
    codes: list[str],
    rows: pd.DataFrame | None = None,
    through: CodedTable | None = None,
    vintage: Vintage = Vintage.LSOA_2021,
) -> Ranked:
    index = CodedTable(published() if rows is None else rows, table(), "index.csv")
    held = pd.Series(codes, dtype="str")
    return rank_neighbourhoods(held, vintage, Nation.ENGLAND, index, through)


CHANGES = lookup(
    ("E01000001", "E01000001", "unchanged"),
    ("E01000004", "E01033801", "split"),
    ("E01000004", "E01033802", "split"),
    ("E01000002", "E01033900", "merged"),
    ("E01000005", "E01033900", "merged"),
    ("E01000007", "E01033950", "irregular"),
    ("E01000008", "E01033950", "irregular"),
)


def test_the_same_vintage_is_joined_by_code_alone() -> None:
    found = ranked(["E01000020", "E01000001"], vintage=Vintage.LSOA_2011)
    assert found.rows["rank"].to_dict() == {"E01000020": 20, "E01000001": 1}
    assert found.rows["decile"].to_dict() == {"E01000020": 10, "E01000001": 1}
    assert found.rows["income_decile"].to_dict() == {"E01000020": 1, "E01000001": 10}
    assert set(found.rows["join"]) == {"same_code"}
    assert found.caveats == []


def test_unchanged_areas_keep_their_rank_and_parts_take_their_parents() -> None:
    found = ranked(["E01000001", "E01033801", "E01033802"], through=CHANGES)
    assert found.rows["rank"].tolist() == [1, 4, 4]
    assert found.rows["decile"].tolist() == [1, 2, 2]
    assert found.rows["join"].tolist() == ["unchanged", "split", "split"]


def test_a_merged_area_is_ranked_by_the_mean_score_of_its_people() -> None:
    # Scores 98 (rank 2) and 95 (rank 5): with 3,000 and 1,000 people 97.25, between ranks 2 and 3.
    rows = published()
    rows.loc[rows["code"] == "E01000002", "population"] = 3_000.0
    found = ranked(["E01033900"], rows, CHANGES)
    assert found.rows["rank"].tolist() == [3]
    assert found.rows["decile"].tolist() == [2]
    assert found.rows["join"].tolist() == ["merged"]
    assert found.rows["income_decile"].isna().all()
    # With the people the other way round 95.75, behind rank 4: the mean rank would say 4, too low.
    rows["population"] = 1_000.0
    rows.loc[rows["code"] == "E01000005", "population"] = 3_000.0
    assert ranked(["E01033900"], rows, CHANGES).rows["rank"].tolist() == [5]


@pytest.mark.parametrize("lost", ["score", "population"])
def test_a_merged_area_without_scores_or_people_has_no_data(lost: str) -> None:
    found = ranked(["E01000001", "E01033900"], published().assign(**{lost: np.nan}), CHANGES)
    assert found.rows["rank"].isna().tolist() == [False, True]
    assert found.rows["join"].tolist() == ["unchanged", "merged"]
    assert "1 have no rank" in found.caveats[-1]


def test_a_merged_area_is_not_ranked_in_a_part_of_the_list() -> None:
    found = ranked(["E01033900"], published().iloc[:10], CHANGES)
    assert found.rows["rank"].isna().all()


def test_an_irregular_area_has_no_data() -> None:
    found = ranked(["E01033950"], through=CHANGES)
    assert found.rows["rank"].isna().all()
    assert found.rows["join"].tolist() == ["irregular"]


def test_the_other_way_round_splits_merge_and_merges_split() -> None:
    held = table(Vintage.LSOA_2021)
    rows = published().replace({"code": {"E01000003": "E01033801", "E01000004": "E01033802"}})
    rows = rows.replace({"code": {"E01000005": "E01033900", "E01000002": "E01000098"}})
    codes = pd.Series(["E01000004", "E01000002", "E01000005"], dtype="str")
    index = CodedTable(rows, held, "index.csv")
    found = rank_neighbourhoods(codes, Vintage.LSOA_2011, Nation.ENGLAND, index, CHANGES)
    assert found.rows["join"].tolist() == ["merged", "split", "split"]
    assert found.rows["rank"].tolist() == [4, 5, 5]


def test_another_vintage_without_the_lookup_stops() -> None:
    with pytest.raises(
        CodesDoNotMatch, match=r"LSOA 2021 .* LSOA 2011 codes; .*exact-fit `lookup`"
    ):
        ranked(["E01000001"])


def test_a_lookup_between_other_vintages_stops() -> None:
    assert isinstance(CHANGES.declared, LookupTable)
    other = CHANGES.declared.model_copy(update={"from_vintage": Vintage.DATA_ZONE_2011})
    with pytest.raises(CodesDoNotMatch, match=r"leads from Data Zone 2011 to LSOA 2021; needed"):
        ranked(["E01000001"], through=CodedTable(CHANGES.rows, other, "lookup.csv"))


def test_a_code_that_no_table_has_stops_and_says_its_likely_vintage() -> None:
    with pytest.raises(CodesDoNotMatch, match=r"lookup.csv: none of the 1 .*‘E01000004’ are not"):
        ranked(["E01000004"], through=CHANGES)
    rows = published().assign(code=[f"E010001{n:02}" for n in range(AREAS)])
    index = CodedTable(rows, table(Vintage.LSOA_2021), "index.csv")
    codes = pd.Series(["E01000101", "E01000010"], dtype="str")
    with pytest.raises(
        CodesDoNotMatch,
        match=r"index.csv: 1 of the 2 .*‘E01000010’ are not.*look like LSOA 2011 codes.*LSOA 2021",
    ):
        rank_neighbourhoods(codes, Vintage.LSOA_2021, Nation.ENGLAND, index)


def test_a_parent_that_the_index_does_not_have_stops() -> None:
    rows = published().iloc[[0, 1]]
    with pytest.raises(
        CodesDoNotMatch, match=r"E01033801: the lookup says that it was ‘E01000004’"
    ):
        ranked(["E01033801"], rows, CHANGES)


def test_the_index_of_another_nation_is_not_taken() -> None:
    index = CodedTable(published(), table(), "index.csv")
    codes = pd.Series(["E01000001"], dtype="str")
    with pytest.raises(CodesDoNotMatch, match=r"is not the index of wales; .*cannot be compared"):
        rank_neighbourhoods(codes, Vintage.LSOA_2011, Nation.WALES, index)


# --- the index itself ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("rank", 0.0, r"index.csv: row 4: the rank is 0; it must be from 1 to 20"),
        ("rank", 21.0, r"row 4: the rank is 21"),
        ("rank", 2.5, r"row 4: the rank 2.5 is not whole"),
        ("rank", 5.0, r"the rank 5 is given to two areas; .*each once"),
        ("decile", 11.0, r"row 4: the decile is 11; it must be from 1 to 10"),
        ("decile", 1.5, r"row 4: the decile 1.5 is not whole"),
        ("income_rank", 30.0, r"row 4: the income rank is 30"),
    ],
)
def test_what_is_no_rank_or_decile_stops_with_its_row(
    column: str, value: float, words: str
) -> None:
    rows = published()
    rows.loc[4, column] = value
    with pytest.raises(TableBreaksItsContract, match=words):
        check_index(rows, table(), "index.csv")


def test_a_doubled_code_stops() -> None:
    rows = published()
    rows.loc[4, "code"] = "E01000001"
    with pytest.raises(CodesDoNotMatch, match=r"row 4: 1 codes stand there more than once"):
        check_index(rows, table(), "index.csv")


def test_ranks_that_run_the_other_way_stop() -> None:
    rows = published().drop(columns="decile").assign(decile=np.nan)
    rows["rank"] = rows["rank"].to_numpy()[::-1]
    with pytest.raises(TableBreaksItsContract, match=r"scores rise with ranks; rank 1 must be"):
        check_index(rows, table(), "index.csv")


def test_deciles_that_run_the_other_way_stop() -> None:
    rows = published()
    rows["decile"] = 11 - rows["decile"]
    with pytest.raises(TableBreaksItsContract, match=r"deciles are 5.0 away.*other way"):
        check_index(rows, table(), "index.csv")


def test_deciles_of_equal_people_are_kept_and_counted() -> None:
    rows = published()
    rows.loc[rows["rank"] == 3, "decile"] = 1.0
    checked, caveats = check_index(rows, table(), "index.csv")
    assert checked.loc[rows["rank"] == 3, "decile"].tolist() == [1]
    (caveat,) = caveats
    assert caveat.startswith("1 of 20 published deciles of Index 2019 differ from ten equal groups")


@pytest.mark.parametrize(
    ("areas", "rank", "decile"),
    [(890, 516, 6), (33_755, 29_199, 9), (6_976, 4_691, 7), (33_755, 3_375, 1), (33_755, 3_376, 2)],
)
def test_deciles_are_ten_equal_groups_by_rank(areas: int, rank: float, decile: int) -> None:
    rows = published(1).assign(rank=float(rank), decile=np.nan, score=np.nan, income_rank=np.nan)
    checked, caveats = check_index(rows, table(areas=areas), "index.csv")
    assert checked["decile"].tolist() == [decile]
    assert any("1 of its" in caveat for caveat in caveats)


# --- vintages ------------------------------------------------------------------------------------


def test_codes_of_a_later_vintage_are_known_by_their_number() -> None:
    assert is_of("W01001958", Vintage.LSOA_2011)
    assert not is_of("W01001959", Vintage.LSOA_2011)
    assert is_of("S01013481", Vintage.DATA_ZONE_2011)
    assert is_of("S01013482", Vintage.DATA_ZONE_2022)
    assert not is_of("S01013481", Vintage.DATA_ZONE_2022)
    assert is_of("95AA01S1", Vintage.SUPER_OUTPUT_AREA_2001)
    assert not is_of("E01000001\n", Vintage.LSOA_2021)


def test_codes_of_another_kind_stop_and_are_called_what_they_look_like() -> None:
    codes = pd.Series(["S01006506", "S01006507"], index=[2, 3], dtype="str")
    with pytest.raises(
        CodesDoNotMatch, match=r"index.csv: row 2: 2 of 2 .*they look like Data Zone 2011"
    ):
        must_be_of(codes, Vintage.LSOA_2021, "index.csv")
    assert likely(["E01", "x"]) == "no statistical codes known here"
