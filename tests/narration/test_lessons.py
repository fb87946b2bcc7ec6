"""What can be told at all: each stage of the code has its words, and each place to read on is there."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

import minimig
from minimig.autogenerate.stages import Optimized
from minimig.narration.lesson import Lesson, Said
from minimig.narration.narrator import LESSONS, Narrator
from minimig.stages import Stage


def stages(base: type[Stage] = Stage) -> Iterator[type[Stage]]:
    """Every kind of stage that minimig's own modules tell of."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("minimig."):
            yield kind
        yield from stages(kind)


def test_every_stage_has_a_lesson_and_no_lesson_is_about_nothing() -> None:
    """A stage that the code tells is narrated; one that nobody tells any more has no words left behind."""
    for module in pkgutil.walk_packages(minimig.__path__, "minimig."):
        if module.name.endswith((".stages", ".events", ".scanning", ".replay", ".worded", ".prechecks")):
            importlib.import_module(module.name)
    assert set(stages()) == LESSONS.keys()


def test_every_stage_is_a_stage_that_the_modules_of_the_last_test_define() -> None:
    """No module that was left out there defines one: the base is imported only where stages are, or are told."""
    for module in pkgutil.walk_packages(minimig.__path__, "minimig."):
        spec = importlib.util.find_spec(module.name)
        assert spec is not None
        assert spec.origin is not None
        with open(spec.origin, encoding="utf-8") as file:  # noqa: PTH123 - the finder gives a name
            text = file.read()
        if "(Stage):" in text:
            assert module.name.endswith((".stages", ".events", ".scanning", ".replay", ".worded", ".prechecks"))


def test_every_place_to_read_on_exists() -> None:
    """The module that a lesson names can be imported, and opens with a docstring worth reading."""
    for lesson in LESSONS.values():
        assert importlib.import_module(lesson.module).__doc__, lesson.module


def test_ideas_are_sentences_of_one_line() -> None:
    """Short enough to be read while a run goes by."""
    ideas = [lesson.idea for lesson in LESSONS.values()]
    assert all(idea and "\n" not in idea and len(idea) <= 130 and not idea.endswith(".") for idea in ideas)


def test_a_mistake_in_a_story_does_not_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A narrator that fails says so, in the place of what it would have said."""

    def wrong(stage: Stage) -> Said:
        raise KeyError("owner")

    lesson = replace(LESSONS[Optimized], say=wrong)
    monkeypatch.setitem(LESSONS, Optimized, lesson)
    lines: list[str] = []
    Narrator(lambda line, _: lines.append(line), depth=1)(Optimized((), 0))
    assert lines[-1] == "    Optimized cannot be told: KeyError: 'owner'"


def test_a_stage_of_another_package_is_passed_over() -> None:
    """Whoever adds stages of its own breaks no narration."""

    class Theirs(Stage):
        pass

    lines: list[str] = []
    Narrator(lambda line, _: lines.append(line))(Theirs())
    assert (lines, isinstance(next(iter(LESSONS.values())), Lesson)) == ([], True)
