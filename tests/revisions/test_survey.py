"""What can be read of a broken history is read, and each thing that is wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from minimig.revisions.survey import Survey, survey

FILE = "dependencies = {}\nlabels = {}\nup = []\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good revisions of an app."""
    write(tmp_path, "0001_one")
    write(tmp_path, "0002_two", "0001_one")
    return tmp_path


def write(folder: Path, name: str, *dependencies: str, labels: tuple[str, ...] = ()) -> None:
    """A revision file without operations."""
    (folder / f"{name}.py").write_text(FILE.format(list(dependencies), list(labels)), encoding="utf-8")


def look(folder: Path) -> Survey:
    """The survey of the folder as app `blog`."""
    return survey({"blog": folder})


def test_a_good_history_has_no_problems(folder: Path) -> None:
    """Nothing is left out of what fits together."""
    found = look(folder)
    assert found.problems == ()
    assert found.graph.order() == ("blog.0001_one", "blog.0002_two")


def test_a_broken_file_is_left_out(folder: Path) -> None:
    """A file that is no Python is told, and what depends on it is told and shown without it."""
    (folder / "0002_two.py").write_text("up = [", encoding="utf-8")
    write(folder, "0003_three", "0002_two")
    found = look(folder)
    assert found.graph.order() == ("blog.0001_one", "blog.0003_three")
    assert [problem.where for problem in found.problems] == [
        f"{folder / '0002_two.py'}:1",
        str(folder / "0003_three.py"),
    ]


def test_a_missing_parent_is_dropped(folder: Path) -> None:
    """The child stands alone then, and the error names both."""
    write(folder, "0003_three", "0009_gone")
    found = look(folder)
    assert found.graph.parents("blog.0003_three") == ()
    (problem,) = found.problems
    assert "blog.0009_gone" in problem.message


@pytest.mark.parametrize("parents", [("0003_three",), ("0002_two", "0004_four")])
def test_a_circle_is_opened(folder: Path, parents: tuple[str, ...]) -> None:
    """A revision that waits for itself, or for one that waits for it, is shown all the same."""
    write(folder, "0003_three", *parents)
    write(folder, "0004_four", "0003_three")
    found = look(folder)
    assert set(found.graph.order()) == {f"blog.{name}" for name in ("0001_one", "0002_two", "0003_three", "0004_four")}
    (problem,) = found.problems
    assert "in a circle" in problem.message


def test_a_label_used_twice_stays_with_the_first(folder: Path) -> None:
    """The second use is told and dropped."""
    write(folder, "0002_two", "0001_one", labels=("red",))
    write(folder, "0003_three", "0001_one", labels=("red", "blue"))
    found = look(folder)
    assert found.graph.labels == {"red": "blog.0002_two", "blue": "blog.0003_three"}
    assert len(found.problems) == 1


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    """Other apps are read when the folder of one cannot be."""
    (tmp_path / "a").write_text("", encoding="utf-8")
    (tmp_path / "b").mkdir()
    write(tmp_path / "b", "0001_one")
    found = survey({"a": tmp_path / "a", "b": tmp_path / "b"})
    assert found.graph.order() == ("b.0001_one",)
    assert len(found.problems) == 1
