"""Throw away what numba keeps beside the code, where it would be taken for what the code says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def forget_outdated(modules: Sequence[Path]) -> bool:
    """Remove the compiled kernels of some modules if one of the modules is newer than one of them.

    numba compiles a kernel anew where its own module has changed, but not where a kernel of
    another module has that it calls: it would go on to give the old answers.

    Parameters
    ----------
    modules
        Every module with kernels.

    Returns
    -------
    bool
        Whether anything was removed.
    """
    newest = max(module.stat().st_mtime_ns for module in modules)
    folders = {module.parent / "__pycache__" for module in modules}
    kept = [path for folder in sorted(folders) for path in folder.glob("*.nb[ic]")]
    is_outdated = any(path.stat().st_mtime_ns < newest for path in kept)
    for path in kept if is_outdated else ():
        path.unlink(missing_ok=True)
    return is_outdated
