"""Several files on disk at once: written, replaced and removed, all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from minimig.errors import FileError
from minimig.files import write_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three files."""
    for name in "abc":
        (tmp_path / name).write_text(name)
    return tmp_path


def content(folder: Path) -> dict[str, str]:
    """All files, hidden ones included."""
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_replace_add_and_remove(folder: Path) -> None:
    """One call does all three and leaves nothing else behind; the mode of a replaced file stays."""
    (folder / "a").chmod(0o640)
    a, b, d = folder / "a", folder / "b", folder / "d"
    write_files({a: b"A", d: b"D"}, replacing=[a], removing=[b], seen={a: b"a", b: b"b"})
    assert content(folder) == {"a": "A", "c": "c", "d": "D"}
    assert a.stat().st_mode & 0o777 == 0o640


def test_a_chain_of_names(folder: Path) -> None:
    """Each file takes the place of the next, the first name goes."""
    a, b, c, d = (folder / name for name in "abcd")
    write_files({b: b"a", c: b"b", d: b"c"}, replacing=[b, c], removing=[a])
    assert content(folder) == {"b": "a", "c": "b", "d": "c"}


def test_a_file_that_changed_meanwhile(folder: Path) -> None:
    """What somebody saved after it was read is not overwritten, and nothing else is written."""
    a, b = folder / "a", folder / "b"
    with pytest.raises(FileError, match="has changed") as caught:
        write_files({a: b"A", b: b"B"}, replacing=[a, b], seen={a: b"a", b: b"older"})
    assert caught.value.where == str(b)
    assert content(folder) == {"a": "a", "b": "b", "c": "c"}


def test_all_comes_back_when_the_last_step_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaced and removed files have their old content again after the removal of another one failed."""
    a, b, c, d = (folder / name for name in "abcd")
    rename = Path.rename

    def fails(self: Path, target: Path) -> Path:
        if self == c:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(FileError, match="Permission denied"):
        write_files({a: b"A", d: b"D"}, replacing=[a], removing=[b, c])
    assert content(folder) == {"a": "a", "b": "b", "c": "c"}


def test_a_link_stays_a_link(folder: Path) -> None:
    """Replacing goes through a symbolic link to the file that it names."""
    link = folder / "link"
    link.symlink_to(folder / "a")
    write_files({link: b"A"}, replacing=[link])
    assert link.is_symlink()
    assert (folder / "a").read_text() == "A"
