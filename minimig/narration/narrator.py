"""The narrator: takes what the stages tell, and hands on lines.

One value for one command. It remembers under which heading it stands and which ideas it has told already, and nothing
of what the stages did: whoever drops an event loses its words and no more.
"""

from __future__ import annotations

from collections.abc import Callable

from minimig.dialects.stages import StatementSent
from minimig.narration.comparing import COMPARING
from minimig.narration.lesson import EVERYTHING, VALUES, Lesson, Said
from minimig.narration.plain import json_line
from minimig.narration.planning import PLANNING
from minimig.narration.reading import READING
from minimig.narration.running import RUNNING, is_only_looking
from minimig.runtime.events import StepStarted
from minimig.stages import Stage

LESSONS: dict[type[Stage], Lesson] = {**READING, **COMPARING, **PLANNING, **RUNNING}

Write = Callable[[str, str], None]
"""Takes a line, and how it is to look: `title`, `headline`, `value`, `idea`."""


class Narrator:
    """Tells of each stage as it happens.

    With `numbered` the stages have headings of their own; else each line names its stage.
    """

    def __init__(self, write: Write, *, depth: int = VALUES, numbered: bool = True, as_json: bool = False) -> None:
        self._write = write
        self._depth = depth
        self._numbered = numbered
        self._as_json = as_json
        self._title = ""
        self._number = 0
        self._taught: set[type[Stage]] = set()

    def __call__(self, stage: Stage) -> None:
        lesson = LESSONS.get(type(stage))
        if lesson is None:  # one of a package that adds stages of its own
            return
        depth = EVERYTHING if isinstance(stage, StatementSent) and is_only_looking(stage) else lesson.depth
        if depth > self._depth:
            return
        said = _said(lesson, stage)
        if self._as_json:
            self._write(json_line(stage, {"stage": lesson.title, "said": said.headline, "source": lesson.module}), "")
            return
        if lesson.title is not None and (lesson.title != self._title or isinstance(stage, StepStarted)):
            self._begin(lesson.title)
        self._tell(type(stage), lesson, said)

    def _begin(self, title: str) -> None:
        self._title = title
        if self._numbered:
            self._number += 1
            self._write("", "title")
            self._write(f"{self._number:2}  {title}", "title")

    def _tell(self, kind: type[Stage], lesson: Lesson, said: Said) -> None:
        indent = "    " if self._numbered else ""
        name = "" if self._numbered else f"{self._title.lower()}: "
        self._write(f"{indent}{name}{said.headline}", "headline")
        if self._depth >= VALUES:
            self._lines(said.values, indent)
        if self._depth >= EVERYTHING:
            self._lines(said.everything, indent)
        if self._depth >= VALUES and kind not in self._taught:
            self._taught.add(kind)
            self._write(f"{indent}  ({lesson.idea}: {lesson.module})", "idea")

    def _lines(self, lines: tuple[str, ...], indent: str) -> None:
        for line in lines:
            self._write(f"{indent}  {line}", "value")


def _said(lesson: Lesson, stage: Stage) -> Said:
    """The words for a stage. A run must not stop because of a mistake in its story."""
    try:
        return lesson.say(stage)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return Said(f"{type(stage).__name__} cannot be told: {type(error).__name__}: {error}")
