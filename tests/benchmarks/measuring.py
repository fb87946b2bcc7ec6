"""Whole processes, measured: processor and wall seconds and peak memory, in rounds that take turns.

In go `Case`s, which are command lines with a folder and variables; out comes a `Taken` for each run. A machine that
others use as well adds time to whoever runs at the moment, so cases take turns (A B C, A B C) and are compared round by
round.
This process stays small on purpose: on Linux the peak memory of a child is never told below that of its parent.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

SLOW = 20.0
"""A case that takes longer is run twice at most; one that takes three times as long, once."""


@dataclass(frozen=True)
class Case:
    """One command to measure. `before` is done ahead of each run, and its time does not count."""

    who: str
    command: tuple[str, ...]
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class Taken:
    """What one run took."""

    cpu: float
    wall: float
    mib: float


class CommandError(Exception):
    """A command that is measured ended with an error: what it said."""


def surroundings() -> dict[str, str]:
    """Our own variables, without those that would keep a command from leaving bytecode for the next."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONHASHSEED": "0"}


def run(case: Case) -> Taken:
    """Run a case once. Raises CommandError."""
    case.before()
    variables = {**surroundings(), **case.variables}
    started = time.perf_counter()
    process = subprocess.Popen(
        case.command,
        cwd=case.folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=(output := (case.folder / "output.txt").open("wb+")),
        stderr=subprocess.STDOUT,
    )
    with output:
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            said = output.read()[-3000:].decode(errors="replace")
            raise CommandError(f"{case.who}: {' '.join(case.command)} in {case.folder}\n{said}")
    return Taken(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def take_turns(cases: Sequence[Case], rounds: int) -> dict[str, list[Taken]]:
    """The runs of each case, the first round left out: it fills caches."""
    found: dict[str, list[Taken]] = {case.who: [] for case in cases}
    for number in range(rounds + 1):
        for case in cases:
            had = found[case.who]
            if had and had[0].wall > SLOW and len(had) >= (1 if had[0].wall > 3 * SLOW else 2):
                continue
            taken = run(case)
            print(f"  {case.who:28} {taken.cpu:8.2f} s cpu {taken.wall:8.2f} s {taken.mib:6.0f} MiB", file=sys.stderr)
            if number or taken.wall > SLOW or not rounds:
                had.append(taken)
    return found


def middle(runs: Sequence[Taken], of: str) -> float:
    """The median of one figure."""
    return median(getattr(taken, of) for taken in runs)


def ratio(runs: Sequence[Taken], others: Sequence[Taken], of: str) -> float:
    """The median of the ratios, round by round; of the medians where one of them was run less often."""
    if len(runs) != len(others):
        return middle(runs, of) / middle(others, of)
    return median(getattr(one, of) / getattr(other, of) for one, other in zip(runs, others, strict=True))


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """The k of `a + b * size**k` that fits best, of those between 0 and 3; `a`, what a start costs, is not negative."""
    return min((_misfit(step / 100, sizes, costs), step / 100) for step in range(5, 301))[1]


def _misfit(power: float, sizes: Sequence[int], costs: Sequence[float]) -> float:
    """The sum of squared relative errors of the best a and b for this power."""
    grown = [size**power for size in sizes]
    weights = [1 / cost**2 for cost in costs]  # relative: else the largest size alone decides
    total = sum(weights)
    mean_x = sum(w * x for w, x in zip(weights, grown, strict=True)) / total
    mean_y = sum(w * y for w, y in zip(weights, costs, strict=True)) / total
    spread = sum(w * (x - mean_x) ** 2 for w, x in zip(weights, grown, strict=True))
    if math.isclose(spread, 0):
        return math.inf
    moves = (w * (x - mean_x) * (y - mean_y) for w, x, y in zip(weights, grown, costs, strict=True))
    slope = sum(moves) / spread
    base = mean_y - slope * mean_x
    if base < 0:
        fits = sum(w * x * y for w, x, y in zip(weights, grown, costs, strict=True))
        base, slope = 0.0, fits / sum(w * x * x for w, x in zip(weights, grown, strict=True))
    return sum(w * (y - base - slope * x) ** 2 for w, x, y in zip(weights, grown, costs, strict=True))
