"""The models of a project are found by reading its sources, whatever its layout, without importing anything."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from minimig.commands.discovery import Candidate, discover
from minimig.config import AppSettings
from minimig.environment import load_metadata

BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\n"
COLUMN = "from sqlalchemy.orm import Mapped, mapped_column\n"


def model(name: str, base: str = "Base") -> str:
    """A declarative class with a table."""
    return (
        f"{COLUMN}class {name}({base}):\n"
        f"    __tablename__ = '{name.lower()}'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    )


def scan(folder: Path, files: dict[str, str]) -> tuple[Candidate, ...]:
    """The candidates in a project that has these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return discover(folder).candidates


def summary(candidates: tuple[Candidate, ...]) -> list[tuple[str, int]]:
    """Target and number of tables of each candidate."""
    return [(candidate.target, candidate.tables) for candidate in candidates]


@pytest.mark.parametrize(
    ("code", "target", "kind"),
    [
        (BASE + model("Post"), "models:Base", "declarative base"),
        (
            "import sqlalchemy.orm as orm\n"
            "class Base(orm.MappedAsDataclass, orm.DeclarativeBaseNoMeta): pass\n" + model("Post"),
            "models:Base",
            "declarative base",
        ),
        (
            "from sqlalchemy.orm import declarative_base as make\nBase = make()\n" + model("Post"),
            "models:Base",
            "declarative base",
        ),
        (
            "from sqlalchemy import *\nmetadata: MetaData = MetaData()\nposts = Table('posts', metadata)\n",
            "models:metadata",
            "MetaData",
        ),
        (
            "import sqlalchemy as sa\nmetadata = sa.MetaData()\nsa.Table('posts', metadata=metadata)\n",
            "models:metadata",
            "MetaData",
        ),
        (
            "import sqlalchemy as sa\nreg = sa.orm.registry()\nposts = sa.Table('posts', reg.metadata)\n",
            "models:reg",
            "registry",
        ),
        (
            "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nModel = db.Model\nclass Post(Model): pass\n",
            "models:db",
            "Flask-SQLAlchemy",
        ),
        (
            "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nlinks = db.Table('links')\n",
            "models:db",
            "Flask-SQLAlchemy",
        ),
        (
            "from sqlmodel import SQLModel\nclass Base(SQLModel): pass\nclass Post(Base, table=True): pass\n",
            "sqlmodel:SQLModel",
            "SQLModel",
        ),
    ],
)
def test_finds_each_way_to_declare_models(tmp_path: Path, code: str, target: str, kind: str) -> None:
    """Every way of SQLAlchemy, Flask-SQLAlchemy and SQLModel, under any alias, with its one table."""
    (candidate,) = scan(tmp_path, {"models.py": code})
    assert (candidate.target, candidate.kind, candidate.tables) == (target, kind, 1)
    assert candidate.path == tmp_path / "models.py"
    assert candidate.line == next(
        number
        for number, line in enumerate(code.splitlines(), 1)
        if line.startswith((target.partition(":")[2], "class Base(D", "class Base(orm", "class Post(Base, table"))
    )


def test_the_candidate_with_most_tables_comes_first(tmp_path: Path) -> None:
    """Ranking is by tables, then by name; an unused MetaData is listed last."""
    candidates = scan(
        tmp_path,
        {
            "a.py": "from sqlalchemy import MetaData\nunused = MetaData()\n",
            "b.py": BASE + model("B1"),
            "c.py": BASE + model("C1") + model("C2"),
        },
    )
    assert summary(candidates) == [("c:Base", 2), ("b:Base", 1), ("a:unused", 0)]


def test_follows_imports_inheritance_and_reexports(tmp_path: Path) -> None:
    """A model belongs to the Base it reaches through other modules, relative imports, mixins and abstract classes."""
    candidates = scan(
        tmp_path,
        {
            "blog/__init__.py": "from .db import Base as Root\n",
            "blog/db.py": BASE,
            "blog/mixins.py": "from blog import Root\nclass Stamped(Root):\n    __abstract__ = True\n",
            "blog/models.py": "from . import mixins as m\nclass Mixin: pass\n" + model("Post", "Mixin, m.Stamped"),
            "blog/more.py": "from .mixins import *\n" + model("Tag", "Stamped"),
        },
    )
    assert summary(candidates) == [("blog.db:Base", 2)]
    assert candidates[0].targets == ("blog.models:m.Stamped", "blog.more:Stamped")


def test_a_metadata_inside_a_base_is_not_offered_twice(tmp_path: Path) -> None:
    """The MetaData that a Base or a Flask extension is built on counts as part of it, its own tables included."""
    start = "import sqlalchemy as sa\nmetadata = sa.MetaData()\nlinks = sa.Table('links', metadata)\n"
    body = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase):\n    metadata = metadata\n"
    candidates = scan(tmp_path, {"a.py": start + body + model("Post")})
    assert summary(candidates) == [("a:Base", 2)]
    flask = "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy(model_class=Base)\nclass Tag(db.Model): pass\n"
    candidates = scan(tmp_path, {"a.py": start + body + flask})
    assert summary(candidates) == [("a:db", 2)]


def test_names_the_modules_that_define_the_tables(tmp_path: Path) -> None:
    """Modules that nothing imports are listed, so that the configuration works as written; loading it proves it."""
    (candidate,) = scan(
        tmp_path,
        {
            "found_apart/__init__.py": "",
            "found_apart/db.py": BASE,
            "found_apart/posts.py": "from typing import TYPE_CHECKING\nfrom .db import Base\n"
            "if TYPE_CHECKING:\n    from .tags import Tag\n" + model("Post"),
            "found_apart/tags.py": "from found_apart import db\n" + model("Tag", "db.Base"),
        },
    )
    assert candidate.targets == ("found_apart.posts:Base", "found_apart.tags:db.Base")
    (metadata,) = load_metadata(AppSettings("found_apart", candidate.targets, tmp_path), tmp_path)
    assert set(metadata.tables) == {"post", "tag"}


def test_one_target_is_enough_when_the_package_imports_the_rest(tmp_path: Path) -> None:
    """An __init__ that imports its modules makes the Base alone lead to all tables."""
    (candidate,) = scan(
        tmp_path,
        {
            "found_whole/__init__.py": "",
            "found_whole/models/__init__.py": "from .base import Base\nfrom . import post\nfrom .tag import Tag\n",
            "found_whole/models/base.py": BASE,
            "found_whole/models/post.py": "from .base import Base\n" + model("Post"),
            "found_whole/models/tag.py": "from .base import Base\n" + model("Tag"),
        },
    )
    assert candidate.targets == ("found_whole.models.base:Base",)
    (metadata,) = load_metadata(AppSettings("found_whole", candidate.targets, tmp_path), tmp_path)
    assert set(metadata.tables) == {"post", "tag"}


def test_sqlmodel_is_named_through_the_modules_that_use_it(tmp_path: Path) -> None:
    """The library itself knows no table; the modules with the table classes have to be imported."""
    (candidate,) = scan(
        tmp_path,
        {
            "app/heroes.py": "from sqlmodel import Field, SQLModel\nclass Hero(SQLModel, table=True): pass\n"
            "class HeroRead(SQLModel): pass\n",
            "app/teams.py": "import sqlmodel\nclass Team(sqlmodel.SQLModel, table=True): pass\n",
        },
    )
    assert (candidate.target, candidate.tables) == ("sqlmodel:SQLModel", 2)
    assert candidate.targets == ("app.heroes:SQLModel", "app.teams:sqlmodel.SQLModel")


def test_src_is_no_part_of_the_name(tmp_path: Path) -> None:
    """Modules in src/ are named from there, unless src is itself a package."""
    (candidate,) = scan(tmp_path / "one", {"src/blog/models.py": BASE})
    assert candidate.target == "blog.models:Base"
    (candidate,) = scan(tmp_path / "two", {"src/__init__.py": "", "src/models.py": BASE})
    assert candidate.target == "src.models:Base"


@pytest.mark.parametrize(
    "place",
    [
        ".hidden",
        "tests",
        "build",
        "dist",
        "migrations",
        "node_modules",
        "lib/site-packages",
        "env_of_mine",
        "not-a-package",
    ],
)
def test_skips_what_is_not_the_projects_own_code(tmp_path: Path, place: str) -> None:
    """Hidden folders, environments, installed and generated code, tests and migrations hold no models."""
    scan(tmp_path, {"env_of_mine/pyvenv.cfg": ""})
    files = {f"{place}/models.py": BASE, "test_models.py": BASE, "conftest.py": BASE, "setup.py": BASE}
    assert scan(tmp_path, files) == ()


def test_a_class_of_the_same_name_is_no_base(tmp_path: Path) -> None:
    """MetaData and registry from elsewhere, and the project's own DeclarativeBase, are not SQLAlchemy's."""
    code = (
        "from marshmallow import MetaData, registry\nclass DeclarativeBase: pass\n"
        "a = MetaData()\nb = registry()\nclass Base(DeclarativeBase): pass\n"
    )
    assert scan(tmp_path, {"models.py": code}) == ()


def test_unreadable_files_are_reported_and_passed_over(tmp_path: Path) -> None:
    """A syntax error, a zero byte, a wrong encoding: the rest of the project is still read."""
    files = {
        "good.py": BASE + "text = '\\d'\n",
        "bad.py": "def (:\n",
        "zero.py": "a\0b",
        "loop.py": "class A(A): pass\n",
    }
    scan(tmp_path, files)
    (tmp_path / "latin.py").write_bytes(b"# -*- coding: nonsense -*-\nx = '\xff'\n")
    found = discover(tmp_path)
    assert summary(found.candidates) == [("good:Base", 0)]
    assert [path.name for path, _ in found.skipped] == ["bad.py", "latin.py", "zero.py"]
    assert all(reason for _, reason in found.skipped)


def test_circles_of_imports_and_classes_end(tmp_path: Path) -> None:
    """Sources that could never run are still read to the end."""
    files = {
        "a.py": "from b import X\nfrom b import *\nclass Q(W): pass\nclass W(Q): pass\n" + model("P", "X"),
        "b.py": "from a import X\nfrom a import *\nM = N = M\n" + model("R", "M"),
        "c.py": "from sqlalchemy import MetaData\na = MetaData(metadata=b)\nb = MetaData(metadata=a)\n",
    }
    assert all(candidate.tables == 0 for candidate in scan(tmp_path, files))


def test_nothing_is_imported(tmp_path: Path) -> None:
    """Code with effects has none while it is searched."""
    marker = tmp_path / "ran"
    scan(tmp_path, {"models.py": f"open({str(marker)!r}, 'w')\n{BASE}"})
    assert not marker.exists()


def test_time_grows_with_the_sources_only(tmp_path: Path) -> None:
    """Four times the modules take about four times as long, not sixteen."""

    def seconds(count: int) -> float:
        files = {f"p/m{number}.py": "from .base import Base\n" + model(f"M{number}") for number in range(count)}
        folder = tmp_path / str(count)
        scan(folder, {"p/__init__.py": "", "p/base.py": BASE, **files})
        times = []
        for _ in range(3):
            start = time.perf_counter()
            discover(folder)
            times.append(time.perf_counter() - start)
        return min(times)

    assert seconds(400) < 10 * seconds(100)
