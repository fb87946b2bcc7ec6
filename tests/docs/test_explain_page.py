"""The page about explaining shows what the commands say."""

from __future__ import annotations

from pathlib import Path

from support.lessons import Typed, base_project, carried_out
from support.projects import REPOSITORY

PAGE = (REPOSITORY / "docs" / "howto" / "explain.md").read_text(encoding="utf-8")


def parts(shown: str) -> list[str]:
    """What stands between lines that say `...`."""
    return [part for part in shown.split("...\n") if part]


def test_the_examples_read_as_shown(tmp_path: Path) -> None:
    """Each command is run in the project that the page describes; where it says `...`, lines are left out."""
    typed = [step for step in carried_out(PAGE, base_project(tmp_path)) if isinstance(step, Typed)]
    assert len(typed) == 3
    for step in typed:
        place = 0
        for part in parts(step.shown):
            found = step.result.text.find(part, place)
            assert found >= 0, f"{step.line}:\n{part}\n--- is not in\n{step.result.text}"
            place = found + len(part)
