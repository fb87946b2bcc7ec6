"""Headers that are kept between runs: used when nothing changed, and never when anything did."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minimig.errors import RevisionFileError
from minimig.revisions import kept, kept_headers, scanning
from minimig.revisions.header import Header, read_header
from minimig.revisions.scanning import scan

MANY = kept.MANY + 6
OLD = time.time_ns() - 3600 * 10**9

Read = list[str]


def text(number: int, word: str = "step") -> str:
    """A revision file; `word` changes its header and not its length."""
    before = [f"blog.{number - 1:04}_step"] if number > 1 else []
    return f'"""The {word} {number}."""\n\ndependencies = {before!r}\nlabels = []\nup = []\n'


def write(folder: Path, number: int, word: str = "step") -> Path:
    """Write a revision file that is an hour old."""
    path = folder / f"{number:04}_step.py"
    path.write_text(text(number, word), encoding="utf-8")
    os.utime(path, ns=(OLD, OLD))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with many revisions, in a Python that writes beside its files what it keeps."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(kept, "SETTLED", -60 * 10**9)  # the time of entry of a file cannot be set back
    for number in range(1, MANY + 1):
        write(tmp_path, number)
    return tmp_path


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The names of the files that were opened and parsed."""
    names: Read = []

    def reading(path: Path, app: str, **more: Any) -> Header:
        names.append(path.name)
        return read_header(path, app, **more)

    monkeypatch.setattr(scanning, "read_header", reading)
    return names


def kept_file(folder: Path) -> Path:
    """Where the headers are kept."""
    (found,) = folder.joinpath("__pycache__").iterdir()
    return found


def fresh(folder: Path, app: str = "blog") -> tuple[Header, ...]:
    """The headers as the files have them."""
    return tuple(read_header(path, app) for path in sorted(folder.glob("*.py")))


def test_files_that_did_not_change_are_not_opened_again(folder: Path, parsed: Read) -> None:
    """The second time no file is parsed, and each header is what the file says, its docstring included."""
    first = scan({"blog": folder})
    assert len(parsed) == MANY
    parsed.clear()
    assert scan({"blog": folder}) == first == fresh(folder)
    assert parsed == []


def _edited(folder: Path) -> None:
    path = write(folder, 7, "edit")
    assert path.stat().st_size == len(text(7))


def _edited_and_time_put_back(folder: Path) -> None:
    path = folder / "0007_step.py"
    before = path.stat()
    time.sleep(0.02)
    path.write_text(text(7, "edit"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def _swapped(folder: Path) -> None:
    one, two, aside = folder / "0007_step.py", folder / "0008_step.py", folder / "_aside"
    one.rename(aside)
    two.rename(one)
    aside.rename(two)


@pytest.mark.parametrize(
    ("change", "opened"),
    [
        (lambda folder: write(folder, MANY + 1), {f"{MANY + 1:04}_step.py"}),
        (lambda folder: (folder / "0007_step.py").unlink(), set()),
        (lambda folder: (folder / "0007_step.py").rename(folder / "0007_other.py"), {"0007_other.py"}),
        (_edited, {"0007_step.py"}),
        (_edited_and_time_put_back, {"0007_step.py"}),
        (_swapped, {"0007_step.py", "0008_step.py"}),
    ],
    ids=["added", "removed", "renamed", "edited", "edited, time put back", "swapped"],
)
def test_what_changed_is_read_anew(
    folder: Path, parsed: Read, change: Callable[[Path], object], opened: set[str]
) -> None:
    """Whatever happens to a file, its header is the one that it has now, and no other file is opened."""
    scan({"blog": folder})
    parsed.clear()
    change(folder)
    assert scan({"blog": folder}) == fresh(folder)
    assert opened <= set(parsed)
    assert len(parsed) <= len(opened)


def test_a_file_that_breaks_is_told_of_every_time(folder: Path) -> None:
    """A broken file is an error in the first run and in the second, and so is one that broke later."""
    scan({"blog": folder})
    broken = folder / "0007_step.py"
    broken.write_text("up = [", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(RevisionFileError, match="not valid Python"):
            scan({"blog": folder})


def test_a_young_file_is_not_kept(folder: Path, parsed: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changed a moment ago may change again within one tick of the clock of its disk."""
    monkeypatch.setattr(kept, "SETTLED", 2 * 10**9)
    scan({"blog": folder})
    parsed.clear()
    scan({"blog": folder})
    assert len(parsed) == MANY


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flip(data: bytes) -> bytes:
    return data.replace(b"The step 9.", b"The stop 9.")


def _of(place: int, value: object) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        head, _, body = data.partition(b"\n")
        words = json.loads(head)
        words[place] = value
        return json.dumps(words).encode() + b"\n" + body

    return change


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        _flip,
        lambda _: b"",
        lambda _: b"\x00\xff" * 99,
        _of(1, "0.0.1"),
        _of(2, 0),
        _of(3, "shop"),
        _of(4, ["doc"]),
    ],
    ids=["cut", "one byte", "empty", "no text", "other minimig", "other format", "other app", "other fields"],
)
def test_what_is_odd_is_worth_nothing(folder: Path, parsed: Read, damage: Callable[[bytes], bytes]) -> None:
    """Damaged, or of another minimig: all files are read, and kept again."""
    scan({"blog": folder})
    place = kept_file(folder)
    good = place.read_bytes()
    place.write_bytes(damage(good))
    assert place.read_bytes() != good
    parsed.clear()
    assert scan({"blog": folder}) == fresh(folder)
    assert len(parsed) == MANY
    assert place.read_bytes() == good


def test_another_label_has_other_headers(folder: Path) -> None:
    """Dependencies are spelled with the app, so what was kept for one label serves no other."""
    folder.joinpath("0002_step.py").write_text('dependencies = ["0001_step"]\nup = []\n', encoding="utf-8")
    assert scan({"blog": folder})[1].dependencies == ("blog.0001_step",)
    assert scan({"shop": folder})[1].dependencies == ("shop.0001_step",)


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(folder: Path, parsed: Read) -> None:
    """Where `__pycache__` cannot be made, here because a file has its name, the headers are read each time."""
    folder.joinpath("__pycache__").write_text("", encoding="utf-8")
    assert scan({"blog": folder}) == fresh(folder)
    assert scan({"blog": folder}) == fresh(folder)
    assert len(parsed) == 2 * MANY


def test_python_says_whether_and_where(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTHONDONTWRITEBYTECODE keeps anything from being written, PYTHONPYCACHEPREFIX moves it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    scan({"blog": folder})
    assert not folder.joinpath("__pycache__").exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    scan({"blog": folder})
    assert not folder.joinpath("__pycache__").exists()
    assert [path.name for path in tmp_path.glob("elsewhere/**/minimig-headers.*")] != []


def test_a_small_history_leaves_nothing_behind(folder: Path) -> None:
    """Parsing a few files takes less than keeping them, so a small project never sees the file."""
    for path in sorted(folder.glob("*.py"))[kept.MANY - 1 :]:
        path.unlink()
    scan({"blog": folder})
    assert not folder.joinpath("__pycache__").exists()


def test_a_file_that_was_young_when_it_was_read_is_not_kept(
    folder: Path, parsed: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading thousands takes a while, in which one may be written again in the moment of its signature."""
    monkeypatch.setattr(kept, "SETTLED", 60 * 10**9)
    reading = scanning.read_header

    def slowly(path: Path, app: str, **more: Any) -> Header:
        monkeypatch.setattr(kept, "SETTLED", -60 * 10**9)  # as if minutes had gone by
        return reading(path, app, **more)

    monkeypatch.setattr(scanning, "read_header", slowly)
    scan({"blog": folder})
    parsed.clear()
    scan({"blog": folder})
    assert len(parsed) == MANY


def test_many_at_once_all_read_the_truth(folder: Path) -> None:
    """Readers and writers at the same time see whole files, and leave one behind."""
    expected = fresh(folder)
    found: list[tuple[Header, ...]] = []

    def work() -> None:
        for _ in range(5):
            found.append(scan({"blog": folder}))
            kept_headers.keep_headers(folder, "blog", [], 0)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 30
    assert len(list(folder.joinpath("__pycache__").iterdir())) == 1
