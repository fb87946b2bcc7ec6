"""Several revision files rewritten at once: what names them follows, and nothing is written that is not as meant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.errors import FileError, GraphError, RevisionFileError, WriterError
from minimig.revisions.header import Header
from minimig.revisions.loader import load_migration
from minimig.revisions.rewriting import (
    Rewrite,
    check_graph,
    check_operations,
    moved,
    renamed,
    rewrite_header,
    write_rewrites,
)
from minimig.revisions.scanning import scan

FILES = {
    "a/0001_x": "dependencies = []\nup = []\n",
    "a/0002_y": 'dependencies = ["0001_x"]  # x\nup = []\n',
    "a/0003_z": 'dependencies = ["a.0002_y"]\nup = []\n',
    "b/0001_b": 'dependencies = ["a.0003_z"]\nrun_before = ["a.0004_w"]\nup = []\n',
    "a/0004_w": 'dependencies = ["0003_z"]\nreplaces = ["a.0009_old", "a.0008_older"]\nup = []\n',
}
OWN = """
import dataclasses
from minimig import ops

dependencies = []

@dataclasses.dataclass(frozen=True)
class Mine(ops.Operation):
    number: int
    def reverse(self, before):
        return self
    def database_forwards(self, editor, before, after):
        pass

up = [Mine(1)]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two apps whose files name each other."""
    for name, text in FILES.items():
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def headers(folder: Path) -> tuple[Header, ...]:
    """All headers, by name."""
    return scan({"a": folder / "a", "b": folder / "b"})


def rewrites(folder: Path, names: dict[str, str]) -> list[Rewrite]:
    """The rewrites that give revisions other names."""
    return [rewrite_header(old, new) for old, new in renamed(headers(folder), names)]


def test_everything_that_names_a_revision_follows(folder: Path) -> None:
    """A chain of names moves on by one; dependencies, run_before and replaces follow, in the way they were spelled."""
    names = {"a.0002_y": "a.0003_z", "a.0003_z": "a.0004_w", "a.0004_w": "a.0005_w", "a.0009_old": "a.0010_old"}
    made = rewrites(folder, names)
    check_graph(headers(folder), made)
    write_rewrites(made)
    found = {path.relative_to(folder).with_suffix("").as_posix(): path.read_text() for path in folder.rglob("*.py")}
    assert found == {
        "a/0001_x": FILES["a/0001_x"],
        "a/0003_z": FILES["a/0002_y"],
        "a/0004_w": 'dependencies = ["a.0003_z"]\nup = []\n',
        "b/0001_b": 'dependencies = ["a.0004_w"]\nrun_before = ["a.0005_w"]\nup = []\n',
        "a/0005_w": 'dependencies = ["0004_w"]\nreplaces = ["a.0010_old", "a.0008_older"]\nup = []\n',
    }


def test_a_circle_is_found_before_anything_is_written(folder: Path) -> None:
    """The graph is checked with the headers as they would be."""
    [first, *_] = headers(folder)
    made = [rewrite_header(first, replace(first, dependencies=("a.0003_z",)))]
    with pytest.raises(GraphError, match="circle"):
        check_graph(headers(folder), made)


def test_a_name_that_is_taken_or_none(folder: Path) -> None:
    """Another file is not overwritten, and a name has to be one."""
    made = rewrites(folder, {"a.0001_x": "a.0001_new"})
    (folder / "a/0001_new.py").write_text("not ours")
    with pytest.raises(FileError, match="not overwritten"):
        write_rewrites(made)
    assert (folder / "a/0001_x.py").read_text() == FILES["a/0001_x"]
    assert (folder / "a/0002_y.py").read_text() == FILES["a/0002_y"]
    with pytest.raises(RevisionFileError):
        moved(headers(folder)[0], "head")


def test_a_file_that_changed_meanwhile(folder: Path) -> None:
    """What an editor saved in between is kept, and no other file is written either."""
    made = rewrites(folder, {"a.0003_z": "a.0003_other"})
    (folder / "b/0001_b.py").write_text("saved just now")
    with pytest.raises(FileError, match="has changed"):
        write_rewrites(made)
    assert sorted(path.stem for path in (folder / "a").iterdir()) == ["0001_x", "0002_y", "0003_z", "0004_w"]


def test_what_reads_back_differently_is_refused(folder: Path) -> None:
    """Other operations, another number of them, another header, a `down` that is not meant: each is a WriterError."""
    header = headers(folder)[0]
    before = header.path.read_bytes()
    source = b"from minimig import ops\nimport sqlalchemy as sa\ndependencies = []\n"
    good = Rewrite(header, header, before, source + b"up = [ops.AddColumn('t', sa.Column('c', sa.Integer))]\n")
    add = ops.AddColumn("t", sa.Column("c", sa.Integer))
    check_operations(good, [add], None)
    for up, down in (([], None), ([ops.AddColumn("t", sa.Column("c", sa.Text))], None), ([add], [])):
        with pytest.raises(WriterError, match="nothing was changed"):
            check_operations(good, up, down)
    with pytest.raises(WriterError):
        check_operations(replace(good, new=replace(header, labels=("x",))), [add], None)


def test_operations_of_the_file_itself(folder: Path) -> None:
    """A class that the file defines is another one each time the file is run, and still the same operation."""
    path = folder / "a/0001_x.py"
    path.write_text(OWN)
    header = headers(folder)[0]
    migration = load_migration(header)
    rewrite = Rewrite(header, header, path.read_bytes(), path.read_bytes())
    check_operations(rewrite, migration.up, None)
    with pytest.raises(WriterError):
        check_operations(replace(rewrite, after=OWN.replace("Mine(1)", "Mine(2)").encode()), migration.up, None)
