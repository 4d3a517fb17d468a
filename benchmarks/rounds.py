"""Engines at work: a process each, taking turns on the same inputs.

Each process prepares its job and answers once, which also warms it up. Only engines whose
answers agree with ours are timed; then all run once, one after the other, and again, so that a
busy moment of the machine meets them all. Wall and processor time are those of the job alone;
peak memory is that of the whole process.
"""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import resource
import statistics
import sys
import time
import traceback
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.agreement import disagreement
from benchmarks.engines import OURS
from benchmarks.jobs import LeftOut, Setting

MB = 1_000_000
BYTES_PER_KIB = 1024
PATIENCE_S = 5.0


class EnginesDisagree(Exception):
    """An engine has answered something else than ours; no time is worth reporting."""


class EngineFailed(Exception):
    """An engine could not do what it was asked."""


@dataclass
class Timed:
    """What was measured of one engine at one task."""

    engine: str
    prepare_s: float
    share: float
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    peak_mb: float = 0.0

    @property
    def wall_s(self) -> float:
        """Median seconds for the whole task."""
        return statistics.median(self.walls) / self.share

    @property
    def cpu_s(self) -> float:
        """Median processor seconds for the whole task."""
        return statistics.median(self.cpus) / self.share


class _Worker:
    """One engine in a process of its own."""

    def __init__(self, engine: str, task: str, setting: Setting) -> None:
        self.answer_file = setting.folder / f"{engine}.npy"
        self.engine, self.task = engine, task
        spawning = multiprocessing.get_context("spawn")
        self.pipe, theirs = spawning.Pipe()
        self.process: BaseProcess = spawning.Process(
            target=_serve, args=(theirs, engine, task, setting, self.answer_file), daemon=True
        )
        self.process.start()
        theirs.close()
        self.timed = Timed(engine, *self._ask(None))

    def _ask(self, order: str | None) -> Any:  # noqa: ANN401
        if order is not None:
            self.pipe.send(order)
        try:
            kind, value = self.pipe.recv()
        except EOFError:
            kind, value = "error", "its process ended"
        if kind == "left out":
            raise LeftOut(value)
        if kind == "error":
            raise EngineFailed(f"{self.task}: {self.engine} failed. {value}")
        return value

    def run(self) -> None:
        wall, cpu = self._ask("run")
        self.timed.walls.append(wall)
        self.timed.cpus.append(cpu)

    def finish(self) -> Timed:
        self.timed.peak_mb = self._ask("finish")
        self.process.join()
        return self.timed

    def stop(self) -> None:
        # Nobody to talk to: it ends by itself, and only if it does not is it made to.
        self.pipe.close()
        self.process.join(PATIENCE_S)
        self.process.kill()
        self.process.join()


def measure(
    task: str, engines: list[str], setting: Setting, rounds: int, patience_s: float
) -> list[Timed]:
    """Measure engines at one task, ours first.

    Parameters
    ----------
    task
        What to do.
    engines
        Which engines, ours among them.
    setting
        Where the inputs are.
    rounds
        How often each runs.
    patience_s
        An engine that has run for longer than this altogether is not run again.

    Returns
    -------
    list of Timed
        In the order of the engines, without those that cannot be asked this.

    Raises
    ------
    EnginesDisagree
        If an answer is not ours.
    EngineFailed
        If an engine stops with an error.
    """
    workers: list[_Worker] = []
    try:
        for engine in engines:
            try:
                workers.append(_Worker(engine, task, setting))
            except LeftOut as error:
                print(f"{task}: {engine} is left out: {error}.", file=sys.stderr)
                continue
            _must_agree(workers[0], workers[-1])
        for turn in range(rounds):
            for worker in workers:
                if turn == 0 or sum(worker.timed.walls) < patience_s:
                    worker.run()
        return [worker.finish() for worker in workers]
    finally:
        for worker in workers:
            worker.stop()


def _must_agree(ours: _Worker, other: _Worker) -> None:
    if other.engine == OURS:
        return
    answers = (np.load(worker.answer_file, mmap_mode="r") for worker in (ours, other))
    told = disagreement(ours.task, other.engine, *answers)
    if told is not None:
        raise EnginesDisagree(f"{told} Nothing is reported.")


# --- in the other process ------------------------------------------------------------------------


def _serve(pipe: Connection, engine: str, task: str, setting: Setting, answer: Path) -> None:
    """Prepare, answer, and then run whenever asked."""
    # Some peers print, and not all of them from Python.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    logging.disable(logging.INFO)
    try:
        make = importlib.import_module(f"benchmarks.engines.{engine}").TASKS[task]
        began = time.perf_counter()
        job = make(setting)
        prepared = time.perf_counter() - began
        np.save(answer, job.answer(job.run()))
        pipe.send(("ready", (prepared, job.share)))
        while pipe.recv() == "run":
            wall, cpu = time.perf_counter(), time.process_time()
            job.run()
            pipe.send(("ran", (time.perf_counter() - wall, time.process_time() - cpu)))
        pipe.send(("peak", peak_mb()))
    except EOFError:
        return
    except LeftOut as error:
        pipe.send(("left out", str(error)))
    except Exception:  # noqa: BLE001 (whatever it is, the reader is told)
        pipe.send(("error", traceback.format_exc()))


def peak_mb() -> float:
    """Return the largest memory that this process has held, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # Of this program alone; what getrusage says includes the program that started it.
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * BYTES_PER_KIB / MB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MB if sys.platform == "darwin" else peak * BYTES_PER_KIB / MB
