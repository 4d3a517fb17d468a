"""Which published standards a district is held against."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.config import (
    CategoryRules,
    District,
    Method,
    Quantity,
    Standard,
    Together,
    Within,
)
from pipeline.errors import ChoiceIsNotAllowed, quoted


def standards_for(district: District, declared: Mapping[str, Standard]) -> dict[str, Standard]:
    """Return the standards that a district is held against.

    Parameters
    ----------
    district
        Its nation decides, and what it adds or leaves out.
    declared
        All standards, by name.

    Returns
    -------
    dict
        Name → standard, in the order of names.

    Raises
    ------
    ChoiceIsNotAllowed
        If the district names a standard that is not there.
    """
    chosen = district.standards
    for name in (*chosen.also, *chosen.without):
        if name not in declared:
            raise ChoiceIsNotAllowed(
                f"The district {quoted(district.name)} names the standard {quoted(name)}, and "
                f"there is none; allowed are {', '.join(sorted(declared))}. Mend its `standards`, "
                f"or add config/standards/{name}.yaml."
            )

    def applies(name: str) -> bool:
        where = declared[name].applies
        is_here = where == "everywhere" or (not isinstance(where, str) and district.nation in where)
        return name not in chosen.without and (is_here or name in chosen.also)

    return {name: declared[name] for name in sorted(declared) if applies(name)}


def official_method(standard: Standard, criterion: Within | Together | Quantity) -> Method:
    """Return how the body itself evaluates a criterion.

    Parameters
    ----------
    standard
        The standard.
    criterion
        One of its criteria.

    Returns
    -------
    Method
        Of criteria that are joined, the method of the first.
    """
    if isinstance(criterion, Quantity):
        return Method.QUANTITY
    if isinstance(criterion, Within):
        return Method(criterion.official_method)
    first = next(each for each in standard.criteria if each.id == criterion.of[0])
    return official_method(standard, first)


def categories_must_be_known(
    declared: Mapping[str, Standard], known: Mapping[str, CategoryRules]
) -> None:
    """Hold the categories that standards speak of against those there are.

    Parameters
    ----------
    declared
        All standards, by name.
    known
        The categories.

    Raises
    ------
    ChoiceIsNotAllowed
        If a criterion names one that is not there.
    """
    for name, standard in declared.items():
        for criterion in standard.criteria:
            named = () if isinstance(criterion, Together) else criterion.categories
            unknown = [category for category in named if category not in known]
            if unknown:
                raise ChoiceIsNotAllowed(
                    f"config/standards/{name}.yaml: {criterion.id}: there is no category "
                    f"{quoted(unknown[0])}; allowed are {', '.join(sorted(known))}."
                )
