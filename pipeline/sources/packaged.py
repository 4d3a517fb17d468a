"""Files inside installed Python packages, found without running any of their code."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path, PurePosixPath

from pipeline.errors import FileIsMissing, FileIsNotAllowed, PackageIsMissing, listed, quoted


def packaged_file(package: str, member: str) -> Path:
    """Return where a file of an installed package lies; the package is not imported.

    Parameters
    ----------
    package
        Name of the distribution.
    member
        The file inside it, with `/`, as the distribution's own list of files has it.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    PackageIsMissing
        If the package is not installed.
    FileIsNotAllowed, FileIsMissing
        If the member leads out of the package, or is not in its list of files.
    """
    parts = PurePosixPath(member).parts
    if "\\" in member or member.startswith("/") or ".." in parts:
        raise FileIsNotAllowed(
            f"{package}: the member {quoted(member)} leads out of the package; give a path inside "
            "it, such as data/file.osm.pbf."
        )
    try:
        installed = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise PackageIsMissing(
            f"{package}: this package is not installed; `make demo` installs what the "
            "demonstration needs."
        ) from None
    files = installed.files or []
    for file in files:
        if file.as_posix() == PurePosixPath(member).as_posix():
            return Path(str(installed.locate_file(file)))
    ending = PurePosixPath(member).suffix
    alike = [file.as_posix() for file in files if file.suffix == ending]
    raise FileIsMissing(
        f"{package}: version {installed.version} has no file {quoted(member)}; files with that "
        f"ending are {listed(alike) or 'none'}."
    )
