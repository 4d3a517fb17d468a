"""What an index of deprivation is made of: rank and decile in each of its domains.

Domains travel between vintages as the index does (`pipeline.deprivation`), but for merged areas:
these have no rank in a domain, as no score of it is read. Which domain measures access is declared
with the index, because to compare access with it is to compare one thing with itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.codes import CodedTable
from pipeline.config import DeprivationTable, State, Vintage
from pipeline.deprivation import joined, ranks_must_lie_between, tenths

PREFIX = "domain_"


def rank_domains(
    codes: pd.Series, vintage: Vintage, index: CodedTable, lookup: CodedTable | None = None
) -> pd.DataFrame:
    """Return rank and decile of each neighbourhood in each domain that the file holds.

    Parameters
    ----------
    codes
        The neighbourhoods' codes, each once.
    vintage
        Their vintage.
    index
        The index as published, with a column of ranks for each domain.
    lookup
        The exact-fit lookup; needed where the index is on another vintage.

    Returns
    -------
    pandas.DataFrame
        A table of `tables.DOMAINS`: a row for each neighbourhood and each domain declared; one
        that the file does not hold is `no_data`.

    Raises
    ------
    CodesDoNotMatch, TableBreaksItsContract
        As for `pipeline.deprivation.rank_neighbourhoods`.
    """
    table = index.declared
    assert isinstance(table, DeprivationTable)
    parts = [nothing()]
    for domain in table.domains:
        ranks = _ranks_of(index, domain.value)
        ranks_must_lie_between(ranks.dropna(), table.areas, index.where, f"{domain.value} rank")
        published = pd.DataFrame(
            {
                "code": index.rows["code"],
                "rank": np.ceil(ranks),
                "decile": tenths(ranks, table.areas),
                "income_decile": np.nan,
                "score": np.nan,
                "population": np.nan,
            }
        )
        found = joined(codes, vintage, published, table, lookup, index)
        parts.append(_rows(codes, domain.value, found, is_access=domain is table.access_domain))
    return pd.concat(parts, ignore_index=True)


def nothing() -> pd.DataFrame:
    """Return the table without rows: where there is no index, or none of its domains is declared.

    Returns
    -------
    pandas.DataFrame
        The columns of `tables.DOMAINS`.
    """
    kinds = {
        "neighbourhood_id": "str", "domain": "str", "rank": "Int64", "decile": "Int64",
        "is_access": "bool", "state": "str",
    }  # fmt: skip
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _ranks_of(index: CodedTable, domain: str) -> pd.Series:
    """Return the ranks of a domain; of one that the file does not hold, none."""
    missing = pd.Series(np.nan, index.rows.index)
    return pd.Series(index.rows.get(f"{PREFIX}{domain}", missing)).astype(float)


def _rows(codes: pd.Series, domain: str, found: pd.DataFrame, *, is_access: bool) -> pd.DataFrame:
    has_rank = found["rank"].notna().to_numpy()
    return pd.DataFrame(
        {
            "neighbourhood_id": codes.to_numpy(),
            "domain": domain,
            "rank": found["rank"].array,
            "decile": found["decile"].array,
            "is_access": is_access,
            "state": np.where(has_rank, State.OK.value, State.NO_DATA.value),
        }
    )
