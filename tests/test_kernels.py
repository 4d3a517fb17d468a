"""Every kernel is compiled before it is needed, and none is kept that the code no longer says."""

import importlib
import os
import re
from pathlib import Path

from numba.core.registry import CPUDispatcher

from pipeline.files.compiled import forget_outdated
from pipeline.kernels import compile_kernels

ROOT = Path(__file__).parent.parent
MODULES = [
    path for path in (ROOT / "pipeline").rglob("*.py") if "numba.njit" in path.read_text("utf-8")
]


def test_every_kernel_is_compiled_and_kept() -> None:
    compile_kernels()
    for path in MODULES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        kernels = [k for k in vars(importlib.import_module(name)).values() if is_kernel(k)]
        own = [kernel for kernel in kernels if kernel.py_func.__module__ == name]
        assert own
        for kernel in own:
            line = kernel.py_func.__code__.co_firstlineno
            kept = (path.parent / "__pycache__").glob(f"*.{kernel.__name__}-{line}.*.nbc")
            assert list(kept), f"{name}.{kernel.__name__}"


def is_kernel(thing: object) -> bool:
    return isinstance(thing, CPUDispatcher)


def test_make_knows_every_module_with_kernels() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (named,) = re.findall(r"^KERNELS := (.*)", makefile, re.MULTILINE)
    known = {file for pattern in re.findall(r"[\w/*.]+[.]py", named) for file in ROOT.glob(pattern)}
    assert set(MODULES) <= known


def test_kernels_older_than_a_module_are_forgotten_all_together(tmp_path: Path) -> None:
    first, second = tmp_path / "first.py", tmp_path / "inner" / "second.py"
    for module in (first, second):
        (module.parent / "__pycache__").mkdir(parents=True)
        module.touch()
        os.utime(module, (1e9, 1e9))
        for ending in ("nbi", "1.nbc", "pyc"):
            (module.parent / "__pycache__" / f"{module.stem}.kernel-1.{ending}").touch()
    assert not forget_outdated([first, second])
    os.utime(first, (2e9, 2e9))
    assert forget_outdated([first, second])
    assert sorted(path.name for path in tmp_path.rglob("*.*") if path.is_file()) == [
        "first.kernel-1.pyc", "first.py", "second.kernel-1.pyc", "second.py",
    ]  # fmt: skip
