"""Write the raw files of Sampleton: ``python -m demo --out DIR``."""

import argparse
from pathlib import Path

from demo.write import write_all


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for the raw files of the synthetic district",
    )
    write_all(parser.parse_args().out)


if __name__ == "__main__":
    main()
