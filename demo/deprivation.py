"""Write the English Indices of Deprivation 2025, File 7, for neighbourhoods that do not exist."""

import csv
import math
from io import StringIO

from demo.plan.neighbourhoods import DISTRICT_CODE, DISTRICT_NAME, NEIGHBOURHOODS, RANKS_IN_ENGLAND

FILE_NAME = "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv"
IDENTIFIERS = (
    "LSOA code (2021)",
    "LSOA name (2021)",
    "Local Authority District code (2024)",
    "Local Authority District name (2024)",
)
RANK = " Rank (where 1 is most deprived)"
DECILE = " Decile (where 1 is most deprived 10% of LSOAs)"
DOMAINS: tuple[tuple[str, str], ...] = (
    ("Index of Multiple Deprivation (IMD)", " Score"),
    ("Income", " Score (rate)"),
    ("Employment", " Score (rate)"),
    ("Education, Skills and Training", " Score"),
    ("Health Deprivation and Disability", " Score"),
    ("Crime", " Score"),
    ("Barriers to Housing and Services", " Score"),
    ("Living Environment", " Score"),
    ("Income Deprivation Affecting Children Index (IDACI)", " Score (rate)"),
    ("Income Deprivation Affecting Older People (IDAOPI)", " Score (rate)"),
    ("Children and Young People Sub-domain", " Score"),
    ("Adult Skills Sub-domain", " Score"),
    ("Geographical Barriers Sub-domain", " Score"),
    ("Wider Barriers Sub-domain", " Score"),
    ("Indoors Sub-domain", " Score"),
    ("Outdoors Sub-domain", " Score"),
)
LONGEST_HEADER = 80
"""The published file cuts one header off at this many characters."""

DENOMINATORS: tuple[tuple[str, float], ...] = (
    ("Total population: mid 2022", 1.0),
    ("Dependent Children aged 0-15: mid 2022", 0.19),
    ("Older population aged 60 and over: mid 2022", 0.24),
    ("Working age population 18-66 (for use with Employment Deprivation Domain): mid 2022", 0.62),
)
DOMAIN_SHIFT = 1_900
"""How far one domain's rank lies from the next one's, so that the domains differ."""


def decile(rank: int) -> int:
    """Return the tenth a rank belongs to: 1 holds the most deprived 10 % of areas."""
    return -(-10 * rank // RANKS_IN_ENGLAND)


def table(residents: tuple[int, ...]) -> str:
    """Return the whole file as text, without its byte order mark."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header())
    for area, people in zip(NEIGHBOURHOODS, residents, strict=True):
        row: list[str | int | float] = [
            area.code,
            area.name,
            DISTRICT_CODE,
            f"{DISTRICT_NAME} (synthetic)",
        ]
        for number, (_, suffix) in enumerate(DOMAINS):
            rank = _domain_rank(area.rank, number)
            row += [_score(rank, suffix), rank, decile(rank)]
        row += [round(people * share) for _, share in DENOMINATORS]
        writer.writerow(row)
    return buffer.getvalue()


def header() -> list[str]:
    """Return the column names, one of them cut short as in the published file."""
    measures = [name + part for name, score in DOMAINS for part in (score, RANK, DECILE)]
    cut = [
        name[:LONGEST_HEADER] if name.startswith("Children and Young") else name
        for name in measures
    ]
    return [*IDENTIFIERS, *cut, *(name for name, _ in DENOMINATORS)]


def _domain_rank(rank: int, number: int) -> int:
    """Ranks of the domains scatter round the overall rank, reflected at both ends."""
    if number == 0:
        return rank
    side = 1 if number % 2 == 0 else -1
    shifted = rank + side * DOMAIN_SHIFT * (1 + number % 4) + 37 * number
    reflected = abs(shifted - 1) + 1
    return min(reflected, 2 * RANKS_IN_ENGLAND - reflected)


def _score(rank: int, suffix: str) -> float:
    """Return a score that falls with the rank, as a rate where the published one is a rate."""
    share = (RANKS_IN_ENGLAND - rank) / RANKS_IN_ENGLAND
    rate, points = 0.55 * math.pow(share, 1.6) + 0.01, 80 * math.pow(share, 1.7) + 1
    return round(rate if "rate" in suffix else points, 3)
