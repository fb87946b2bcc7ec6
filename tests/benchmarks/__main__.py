"""How long minimig takes, and what it must reach: `python -m tests.benchmarks [ROW...]`, from the checkout's folder.

    python -m tests.benchmarks --without-peers --scale 0.02      # a minute: does everything run?
    python -m tests.benchmarks looking making --rounds 3         # these rows, at full size
    python -m tests.benchmarks --package ../other                # another copy of minimig, for before and after

The peers need the extra `bench`; PostgreSQL and MariaDB their --postgresql and --mariadb.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from .large_table import large_table
from .measuring import CommandError, exponent, middle, ratio, take_turns
from .rows import (
    Growth,
    Row,
    Rows,
    applying,
    cold,
    comparing,
    growing,
    looking,
    making,
    offline,
    rest,
    start,
)
from .tenant_rows import tenants
from .workbench import REPOSITORY, Workbench

KINDS: dict[str, Callable[[Workbench], Rows]] = {
    function.__name__: function
    for function in (start, rest, cold, looking, applying, offline, making, comparing, large_table, tenants, growing)
}
UNITS = {"cpu": "s", "wall": "s wall", "mib": "MiB"}


def main() -> int:
    """Measure, and print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("rows", nargs="*", metavar="ROW", help=f"kinds of rows: {', '.join(KINDS)}; all when left out")
    words.add_argument("--only", default="", help="of those only rows whose work has this in it")
    words.add_argument("--rounds", type=int, default=5, help="how often each case is run, after a first run")
    words.add_argument("--scale", type=float, default=1.0, help="by what all sizes are multiplied")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--without-peers", action="store_true", help="minimig alone")
    words.add_argument("--package", type=Path, default=REPOSITORY, help="the folder that holds minimig")
    words.add_argument("--folder", type=Path, help="keep projects here, for the next run")
    words.add_argument("--postgresql", default="", metavar="URL", help="a server, as postgresql://user@host:port")
    words.add_argument("--mariadb", default="", metavar="URL", help="a server, as mariadb://user@host:port")
    chosen = words.parse_args()
    unknown = [name for name in chosen.rows if name not in KINDS]
    if unknown:
        words.error(f"there are no rows {', '.join(unknown)}; there are {', '.join(KINDS)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = (chosen.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        package, peers = chosen.package.absolute(), not chosen.without_peers
        bench = Workbench(folder, chosen.seed, chosen.scale, peers, package, chosen.postgresql, chosen.mariadb)
        try:
            return _measure(bench, [KINDS[name] for name in chosen.rows or KINDS], chosen.only, chosen.rounds)
        finally:
            bench.close()


def _measure(bench: Workbench, kinds: list[Callable[[Workbench], Rows]], only: str, rounds: int) -> int:
    """Print one line for each goal as it is known; 1 when something failed."""
    failed = 0
    print(
        "| work | size | minimig: cpu s, wall s, MiB | against | its | goal | reached |\n|---|--:|--:|---|--:|--:|--:|"
    )
    for row in (row for kind in kinds for row in kind(bench) if only in row.work):
        print(row.work, file=sys.stderr, flush=True)
        try:
            print("\n".join(_grown(row, rounds) if isinstance(row, Growth) else _compared(row, rounds)), flush=True)
        except CommandError as error:
            print(error, file=sys.stderr)
            print(f"| {row.work} | | failed | | | | |", flush=True)
            failed = 1
    return failed


def _compared(row: Row, rounds: int) -> list[str]:
    runs = take_turns(row.cases, rounds)
    own = runs[row.cases[0].who]
    figures = f"{middle(own, 'cpu'):.2f}, {middle(own, 'wall'):.2f}, {middle(own, 'mib'):.0f}"
    lines = []
    for goal in row.goals:
        if goal.against and goal.against not in runs:
            continue
        its = f"{middle(runs[goal.against], goal.of):.2f} {UNITS[goal.of]}" if goal.against else ""
        reached = ratio(own, runs[goal.against], goal.of) if goal.against else middle(own, goal.of)
        sign = "" if reached <= goal.most else " **missed**"
        unit = "" if goal.against else f" {UNITS[goal.of]}"
        lines.append(
            f"| {row.work} | {row.size} | {figures} | {goal.against or '-'} | {its} "
            f"| {goal.most:g}{unit} | {reached:.3g}{unit}{sign} |"
        )
    others = [who for who in runs if who not in {row.cases[0].who, *(goal.against for goal in row.goals)}]
    for who in others:
        its, reached = f"{middle(runs[who], 'cpu'):.2f} s", ratio(own, runs[who], "cpu")
        lines.append(f"| {row.work} | {row.size} | {figures} | {who} | {its} | - | {reached:.3g} |")
    return lines or [f"| {row.work} | {row.size} | {figures} | - | | | |"]


def _grown(row: Growth, rounds: int) -> list[str]:
    runs = take_turns(row.cases, rounds)
    costs = [middle(runs[case.who], "cpu") for case in row.cases]
    found = exponent(row.sizes, costs)
    figures = ", ".join(f"{cost:.2f}" for cost in costs)
    sign = "" if found <= row.most else " **missed**"
    return [
        f"| {row.work} | {', '.join(map(str, row.sizes))} | {figures} | exponent | | {row.most:g} | {found:.2f}{sign} |"
    ]


if __name__ == "__main__":
    sys.exit(main())
