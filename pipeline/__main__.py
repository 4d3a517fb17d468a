"""`python -m pipeline STEP FILE… --out FILE…`: one step, from files to files.

The Makefile is the only one that calls this in earnest; it knows every path. What goes wrong is
one sentence and exit code 1.
"""

from __future__ import annotations

import argparse
import atexit
import fcntl
import gc
import inspect
import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from pipeline import steps
from pipeline.errors import ChoiceIsNotAllowed, FileCannotBeWritten, PipelineError, quoted
from pipeline.files import write_json

BYTES_PER_KIB = 1024
MB = 1_000_000
# A step makes millions of objects that stay until it ends: looking for rubbish among them every
# 700, as Python does, takes a fifteenth of its time and finds next to none.
OBJECTS_BETWEEN_SEARCHES = 100_000
ENDED = 128 + signal.SIGTERM


def main(arguments: list[str] | None = None) -> int:
    """Run one step.

    Parameters
    ----------
    arguments
        Command line without the program; that of the process by default.

    Returns
    -------
    int
        Exit code: 0, 1 after a fault that is said in a sentence, or 130 after Ctrl-C.
    """
    choices = _parser().parse_args(arguments)
    # Let what is half done be taken away on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED))
    console = Console(stderr=True, highlight=False)
    try:
        _run(choices, console)
    except PipelineError as error:
        return _stopped(console, str(error))
    except KeyboardInterrupt:
        return 130
    except MemoryError:
        return _stopped(console, f"{choices.step}: this machine has too little memory for it.")
    except Exception as error:
        if os.environ.get("HALF_FULL_TRACEBACK"):
            raise
        words = quoted(" ".join(str(error).split()))
        fault = f"{type(error).__name__}: {words}"
        return _stopped(
            console,
            f"{choices.step}: a fault of this program, not of your files ({fault}). Set "
            "HALF_FULL_TRACEBACK=1 and run it again to see where; please report it.",
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument("step", choices=sorted(steps.STEPS), help="what to do")
    parser.add_argument("inputs", nargs="*", type=Path, help="its arguments, in order")
    parser.add_argument("--out", nargs="+", type=Path, required=True, help="files to write")
    parser.add_argument("--note", type=Path, help="where to note seconds and memory")
    return parser


def _run(choices: argparse.Namespace, console: Console) -> None:
    """Run the step under its lock, and note what it took."""
    step = steps.STEPS[choices.step]
    _must_fit(choices.step, step, len(choices.inputs), len(choices.out))
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    # Libraries warn developers; users are told in sentences, or not at all.
    warnings.simplefilter("ignore")
    with _locked(choices, console):
        began = time.perf_counter()
        with _progress(console, _title(choices), has_bars=choices.step in steps.WITH_BARS):
            line = step(*choices.inputs, out=tuple(choices.out), note=choices.note)
        seconds = time.perf_counter() - began
    if choices.note is not None and choices.step != "publish":
        write_json({"seconds": round(seconds, 3), "peak_mb": round(_peak_mb())}, choices.note)
    took = (f"{seconds:6.1f} s  ", "cyan")
    console.print(Text.assemble((f"{_title(choices):<32} ", "bold"), took, line), soft_wrap=True)


def _must_fit(name: str, step: Callable[..., str], n_inputs: int, n_outputs: int) -> None:
    parameters = list(inspect.signature(step).parameters.values())
    wanted = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    if n_inputs < len(wanted) or (n_inputs > len(wanted) and not takes_any):
        raise ChoiceIsNotAllowed(
            f"{name}: was given {n_inputs} files and takes {len(wanted)}: "
            f"{', '.join(p.name for p in wanted)}."
        )
    if n_outputs != steps.outputs_of(name):
        raise ChoiceIsNotAllowed(
            f"{name}: was given {n_outputs} files to write and writes {steps.outputs_of(name)}."
        )


def _title(choices: argparse.Namespace) -> str:
    """Name the district, where the step has one, and the step."""
    if choices.step in steps.OF_NO_DISTRICT:
        return str(choices.step)
    return f"{choices.out[0].parent.name} · {choices.step}"


@contextmanager
def _progress(console: Console, title: str, *, has_bars: bool) -> Iterator[None]:
    """Turn a wheel on a terminal; say what begins elsewhere, or where several run at once."""
    if not has_bars and console.is_terminal and "jobserver" not in os.environ.get("MAKEFLAGS", ""):
        with console.status(title):
            yield
    else:
        console.print(f"{title} …", markup=False, soft_wrap=True, style="dim")
        yield


@contextmanager
def _locked(choices: argparse.Namespace, console: Console) -> Iterator[None]:
    """Let one process at a time make a target; a second one waits and says for what."""
    folder = (choices.note or choices.out[0]).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f".{choices.step}.lock").open("a+")
    except OSError as error:
        raise FileCannotBeWritten(
            f"{folder}: cannot be written to ({error.strerror}); nothing was changed."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting = f"{choices.out[0]}: another run is making it; waiting."
            console.print(waiting, markup=False, soft_wrap=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _peak_mb() -> float:
    """Return the largest memory of this process; macOS counts bytes, Linux kibibytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MB if sys.platform == "darwin" else peak * BYTES_PER_KIB / MB


def _stopped(console: Console, sentence: str) -> int:
    console.print(f"✗ {sentence}", markup=False, soft_wrap=True, style="bold red")
    return 1


def _leave(code: int) -> NoReturn:
    """End the process at once; taking a step's millions of objects apart takes a third of a second.

    All files are closed by now. What libraries asked for at the end is still done.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 (the only name it has)
    with suppress(OSError):  # nobody may be reading any more
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _leave(main())
