"""Bars for long work: how much is done, how fast, how long the rest takes; only where a line can be written over."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Timer

import click
import pytest

from minimig.cli import progress
from minimig.cli.bar import Progress, bar_text
from minimig.cli.open_line import OpenLine
from minimig.cli.working import WorkBar
from minimig.commands.project import Project
from minimig.commands.watching import READING
from minimig.config import load_settings
from minimig.environment import load_environment
from support.projects import ProjectFolder
from support.screens import ERASE, Screen, look
from support.terminal import on_terminal

CONFIG = 'url = "sqlite:///project.db"\nmetadata = "models:metadata"\nmigrations = "steps"\n'
MODELS = (
    "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\nsa.Table('words', metadata, sa.Column('id', sa.Integer))\n"
)
STEPS = 30
SLEEP = """
import time

from minimig import ops


def sleep(conn, tables):
    time.sleep({seconds})


dependencies = {dependencies}

up = [ops.RunPython(sleep, reverse=ops.NOOP)]
"""


WORDS = """
import sqlalchemy as sa

from minimig import ops

dependencies = ["0030_step"]

up = [
    ops.CreateTable("words", sa.Column("id", sa.Integer, primary_key=True), sa.Column("word", sa.Text)),
    ops.BulkInsert("words", [{"id": number} for number in range(40)]),
]
"""
FILL = """
import sqlalchemy as sa

from minimig import ops

dependencies = ["0031_words"]

up = [
    ops.Backfill("words", {"word": sa.literal("x")}, batch=10),
]
"""


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """Thirty revisions that do nothing, of which the fifth takes a moment."""
    folder = ProjectFolder(tmp_path)
    folder.write("minimig.toml", CONFIG)
    folder.write("models.py", MODELS)
    for number in range(1, STEPS + 1):
        before = [f"{number - 1:04}_step"] if number > 1 else []
        step(folder, number, before, 0.3 if number == 5 else 0)
    return folder


def step(folder: ProjectFolder, number: int, before: list[str], seconds: float) -> None:
    """A revision that only takes its time."""
    folder.write(f"steps/{number:04}_step.py", SLEEP.format(seconds=seconds, dependencies=before))


class Clock:
    """A clock that goes on by as much as it is told, and timers that ring when they are told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Later] = []

    def __call__(self) -> float:
        return self.now

    def timer(self, rest: float, function: Callable[[], None]) -> Later:
        self.timers.append(Later(rest, function))
        return self.timers[-1]


class Later(Timer):
    """A timer that only its test sets off."""

    def start(self) -> None:
        """Begin nothing."""


# --- the bar ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "line"),
    [
        (99, "━━━━━───────────────  3,000 of 12,000 rows, 1,500/s, 6 s left  blog.0002_fill"),
        (70, "━━━━━───────────────  3,000 of 12,000 rows, 1,500/s, 6 s left"),
        (55, "━━────────  3,000 of 12,000 rows, 1,500/s, 6 s left"),
        (48, "━━────────  3,000 of 12,000 rows, 6 s left"),
        (39, "━━────────  3,000 of 12,000, 6 s left"),
        (34, "━─────  3,000 of 12,000, 6 s left"),
        (30, "3,000 of 12,000, 6 s left"),
        (20, "3,000 of 12,000"),
        (10, "25%"),
    ],
)
def test_a_bar_takes_the_room_there_is(room: int, line: str) -> None:
    """What matters least goes first: what it is about, the speed, the bar; nothing is broken off."""
    done = Progress.since(3000, 12000, "rows", 2.0)
    text = click.unstyle(bar_text(done, room, Screen(), "blog.0002_fill"))
    assert text == line
    assert len(text) <= room


def test_a_bar_of_plain_characters() -> None:
    """Where the terminal has no lines to draw with."""
    text = click.unstyle(bar_text(Progress.since(3000, 12000, "rows", 2.0), 70, Screen("ascii")))
    assert text == "#####...............  3,000 of 12,000 rows, 1,500/s, 6 s left"


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress.since(0, 10, "rows", 5.0), "0 of 10 rows"),
        (Progress.since(1, 10, "rows", 120.0), "1 of 10 rows, 0/min, 18 min 0 s left"),
        (Progress.since(5, 10, "rows", 10.0), "5 of 10 rows, 30/min, 10 s left"),
        (Progress.since(12, 10, "rows", 1.0), "12 of 10 rows, 12/s, 0 s left"),
        (Progress(0, 0, "rows"), "0 of 0 rows"),
    ],
)
def test_numbers_that_are_no_use_are_left_out(progress: Progress, words: str) -> None:
    """No time is told before anything is done; more than was expected, or nothing to do, is no error."""
    assert bar_text(progress, 90, Screen()).endswith(f"  {words}")


# --- the line ---------------------------------------------------------------------------------------------------------


def test_a_line_is_written_over_five_times_a_second() -> None:
    """However often there is something new; the end is shown at once, and nothing is left of it after."""
    screen, clock = Screen(), Clock()
    line = OpenLine(screen, clock, clock.timer)
    for number in range(100):
        clock.now = number / 100
        line.show(partial(_number, number))
    assert screen.written.count("\r") == 5
    line.show(partial(_number, 100), at_once=True)
    assert screen.lines == ["100"]
    assert line.clear()
    assert not line.clear()
    assert screen.lines == [""]


def test_what_came_too_soon_is_shown_a_moment_later() -> None:
    """The newest of it, once; the line must not stay behind for as long as nothing else happens. Not after the end."""
    screen, clock = Screen(), Clock()
    line = OpenLine(screen, clock, clock.timer)
    for number in range(4):
        line.show(partial(_number, number))
    (later,) = clock.timers
    assert (screen.lines, later.interval) == (["0"], line.REST)
    later.function()
    assert screen.lines == ["3"]
    line.show(partial(_number, 4))
    line.clear()
    clock.timers[-1].function()
    assert screen.lines == [""]


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_dumb_terminal_has_no_such_line(monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    """It could not go back to the beginning of it."""
    monkeypatch.setenv("TERM", term)
    screen = Screen()
    OpenLine(screen).show(partial(_number, 1))
    assert screen.written == ""


def test_quick_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar for reading files appears after half a second, goes with the last one, and is told in one word at 40."""
    monkeypatch.setenv("COLUMNS", "40")
    screen, clock = Screen(), Clock()
    bar = WorkBar(screen, clock=clock)
    for done in range(5):
        clock.now = done / 10
        bar.listen("Reading revision files", done, 1000)
    assert screen.written == ""
    clock.now = 1.0
    bar.listen("Reading revision files", 100, 1000)
    assert screen.lines == ["Reading  ──────  100 of 1,000, 9 s left"]
    monkeypatch.setenv("COLUMNS", "80")
    clock.now = 2.0
    bar.listen("Reading revision files", 500, 1000)
    assert screen.lines == ["Reading revision files  ━━━━━━━━━━──────────  500 of 1,000, 250/s, 2 s left"]
    bar.listen("Reading revision files", 1000, 1000)
    assert screen.lines == [""]


def test_quiet_shows_no_bar() -> None:
    """-q says what was asked for, and that is no progress."""
    screen, clock = Screen(), Clock()
    bar = WorkBar(screen, quiet=True, clock=clock)
    bar.listen("Reading revision files", 1, 10)
    clock.now = 9.0
    bar.listen("Reading revision files", 2, 10)
    assert screen.written == ""


# --- runs -------------------------------------------------------------------------------------------------------------


def test_a_long_run_is_one_bar_and_one_line(project: ProjectFolder) -> None:
    """On a terminal, with an end in sight; afterwards the heading and the sum are all that is left."""
    looked = look(project, "migrate")
    assert looked.code == 0
    assert "of 30 migrations" in looked.screen.written
    assert " left" in looked.screen.written
    assert looked.lines[0].startswith("Running 30 migrations on")
    assert _digits(looked.lines[-1]) == "30 migrations in N.NNs."
    assert not [line for line in looked.lines if "step" in line]


def test_what_takes_long_gets_its_line(project: ProjectFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step above the limit is told as in a short run, and so is the step that fails."""
    monkeypatch.setattr(progress, "SLOW", 0.25)
    project.write("steps/0029_step.py", project.read("steps/0029_step.py").replace("time.sleep(0)", "1 / 0"))
    looked = look(project, "migrate", columns=100)
    assert looked.code == 1
    slow, failed = (line for line in looked.lines if "Applying" in line)
    assert slow.startswith("  Applying models.0005_step ... ok ")
    assert failed.endswith("0029_step ... FAILED")
    assert looked.lines[looked.lines.index(failed) + 1].startswith("error MM")


def test_what_a_data_step_prints_begins_at_the_left(project: ProjectFolder) -> None:
    """The bar makes room for it, and goes on below."""
    source = project.read("steps/0007_step.py").replace("time.sleep(0)", "print('seven rows were odd')")
    project.write("steps/0007_step.py", source)
    assert "seven rows were odd" in look(project, "migrate").lines


def test_more_words_bring_the_lines_back(project: ProjectFolder) -> None:
    """With -v each migration has its line, as in a short run and in a pipe."""
    looked = look(project, "-v", "migrate")
    assert sum(" ... ok " in line for line in looked.lines) == STEPS
    assert "of 30 migrations" not in looked.screen.written


def test_a_pipe_and_a_dumb_terminal_get_plain_lines(project: ProjectFolder) -> None:
    """One for each migration, and nothing is ever written over."""
    dumb = look(project, "migrate", env={"TERM": "dumb"})
    project.ok("migrate", "zero")
    piped = project.ok("migrate")
    for lines in (dumb.lines, piped.out.splitlines()):
        assert sum(" ... ok " in line for line in lines) == STEPS
    for text in (dumb.screen.written, piped.text):
        assert "\r" not in text
        assert "\x1b" not in text


def test_a_bar_without_room_stands_below(project: ProjectFolder) -> None:
    """The rows of a walk, where the name takes most of 40 columns: on a line of their own, which the end replaces."""
    project.write("steps/0031_words.py", WORDS)
    project.write("steps/0032_fill_a_column_with_a_name.py", FILL)
    project.ok("migrate", "0031")
    looked = look(project, "migrate", columns=40)
    assert looked.code == 0, looked.lines
    assert "of 40" in looked.screen.written
    at = next(number for number, line in enumerate(looked.lines) if "0032_fill" in line)
    assert looked.lines[at].endswith("_name ...")
    assert _digits(looked.lines[at + 1]) == "      ok    N.NNs"


def test_an_interrupted_bar_leaves_a_clean_line(project: ProjectFolder) -> None:
    """Ctrl-C in the middle of a long run: the bar goes, the step at work stays to be seen, and the code is 130."""
    step(project, 20, ["0019_step"], 30)
    shown = on_terminal(project, ["migrate"], ("19 of 30", "\x03"))
    assert shown.code == 130
    lines = shown.text.rsplit(ERASE, 1)[-1].splitlines()
    assert lines[0] == "  Applying models.0020_step ... interrupted"
    assert lines[1].startswith("error MM")


def test_files_that_are_read_are_told_to_who_watches(project: ProjectFolder) -> None:
    """Each file once and in the end that all are read, however often they are asked for."""
    told: list[tuple[str, int, int]] = []
    files = Project(
        load_environment(load_settings(project.path, environ={}, overrides={})),
        on_work=lambda *words: told.append(words),
    )
    assert len(files.migrations) == STEPS
    assert told == [*((READING, number, STEPS) for number in range(STEPS)), (READING, STEPS, STEPS)]


def _number(number: int, _: int) -> str:
    return str(number)


def _digits(line: str) -> str:
    return re.sub(r"\d\.", "N.", re.sub(r"(?<=\.)\d\d", "NN", line))
