"""The README shows what really happens: its commands are typed in order, and its output is compared with theirs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SLUG = re.search(r"`(slug: Mapped.*?)`", README)[1]


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def minimig(folder: Path, words: list[str]) -> str:
    """What `minimig` prints in that folder, without a terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "MINIMIG_"))}
    return subprocess.run(
        [sys.executable, "-m", "minimig", *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    ).stdout


def without_times(text: str) -> str:
    """The text with every duration set to zero."""
    return re.sub(r"\d+\.\d\ds", "0.00s", text)


@pytest.mark.slow
def test_the_first_five_minutes_are_true(tmp_path: Path) -> None:
    """Each command prints what the README says it prints, and writes the file that the README shows."""
    models, written = tmp_path / "blog" / "models.py", blocks("python")[1]
    models.parent.mkdir()
    models.write_text(blocks("python")[0].partition("\n")[2], encoding="utf-8")
    sessions = [block for block in blocks("console") if block.startswith("$ minimig")]
    assert len(sessions) == 2
    for session in sessions:
        said = ""
        for command in re.findall(r"^\$ minimig (.*)$", session, re.MULTILINE):
            said += f"$ minimig {command}\n{minimig(tmp_path, shlex.split(command))}"
        assert without_times(said) == without_times(session)
        with models.open("a", encoding="utf-8") as file:
            file.write(f"    {SLUG}\n")
    assert (tmp_path / "migrations" / "0002_add_slug_to_posts.py").read_text(encoding="utf-8") == written


def test_the_two_commands_stand_at_the_top() -> None:
    """The first two blocks install and run the demo, and install and run the tests: each all by itself."""
    install = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && "
    assert blocks("console")[:2] == [f"{install}.venv/bin/minimig demo\n", f"{install}.venv/bin/pytest -q\n"]


def test_links_lead_somewhere() -> None:
    """Every relative link names a file or folder of this repository."""
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []
