"""`init` writes a configuration that works, next to whatever is there already, or nothing at all."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimig.commands.discovery import Candidate
from minimig.commands.initialize import APPS, SINGLE, InitPlan, plan_init, questions, toml_string, write_init
from minimig.config import Settings, load_settings
from minimig.errors import ConfigError, FileError


def init(folder: Path, *metadata: str, url: str | None = None, layout: str = SINGLE, **environ: str) -> InitPlan:
    """Plan and write."""
    plan = plan_init(folder, metadata=metadata, url=url, layout=layout, environ=environ)
    write_init(plan)
    return plan


def load(folder: Path, **environ: str) -> Settings:
    """The settings that a command would read in `folder`."""
    return load_settings(folder, environ=environ, overrides={})


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` with its bytes, and every folder."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


def candidate(*targets: str, tables: int = 1) -> Candidate:
    """A candidate as the scan reports it."""
    return Candidate(targets[0], Path("models.py"), 1, "declarative base", tables, targets)


def test_an_empty_folder_gets_a_configuration_that_loads(tmp_path: Path) -> None:
    """minimig.toml and migrations/__init__.py, no more; settings read from it are those answered."""
    plan = plan_init(tmp_path, metadata=["blog.models:Base"], environ={})
    assert tree(tmp_path) == {}
    written = write_init(plan)
    assert written == (tmp_path / "migrations" / "__init__.py", tmp_path / "minimig.toml")
    assert set(tree(tmp_path)) == {"migrations", "migrations/__init__.py", "minimig.toml"}
    settings = load(tmp_path)
    assert settings.database_url() == f"sqlite:///{tmp_path}/app.db"
    assert settings.apps["blog"].metadata == ("blog.models:Base",)
    assert settings.apps["blog"].migrations == tmp_path / "migrations"
    assert plan.notes == ()


@pytest.mark.parametrize(
    "before",
    [
        b"[project]\nname = 'blog'\n",
        b"# no newline at the end\n[tool.ruff]\nline-length = 100",
        b"[project]\r\nname = 'blog'\r\n",
        b"\xef\xbb\xbf[project]\n",
        b"[[tool.x.y]]\na = [\n  1,\n]\n",
        b"",
        b"\n\n",
    ],
)
def test_a_pyproject_keeps_its_bytes(tmp_path: Path, before: bytes) -> None:
    """The new table follows what was there, after a blank line, in the line ends of the file."""
    path = tmp_path / "pyproject.toml"
    path.write_bytes(before)
    init(tmp_path, "blog.models:Base")
    after = path.read_bytes()
    assert after.startswith(before)
    end = b"\r\n" if b"\r\n" in before else b"\n"
    added = after[len(before) :]
    assert added.count(b"\n") == added.count(end)
    if before.strip():
        assert (end * 2 + b"[tool.minimig]" + end) in after
    assert load(tmp_path).source == path
    assert not (tmp_path / "minimig.toml").exists()


def test_a_pyproject_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    """Replacing the file at one stroke neither widens its permissions nor cuts a link to it."""
    real = tmp_path / "real.toml"
    real.write_text("[project]\n")
    real.chmod(0o600)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "pyproject.toml").symlink_to(real)
    init(folder, "blog.models:Base")
    assert (folder / "pyproject.toml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert "[tool.minimig]" in real.read_text()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("minimig.toml", b"", "configured here already"),
        ("pyproject.toml", b"[tool.minimig]\n", "configured here already"),
        ("pyproject.toml", b"[tool.minimig.apps.blog]\n", "configured here already"),
        ("pyproject.toml", b"[project\n", "not valid TOML"),
        ("pyproject.toml", b"tool = {ruff = {}}\n", "cannot be added"),
        ("pyproject.toml", b"\xff\xfe", "not valid TOML"),
        ("migrations", b"a file", "a file is in the way"),
    ],
)
def test_refuses_and_changes_nothing(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """A configuration that is there, or a file that cannot take one: an error before anything is written."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        init(tmp_path, "blog.models:Base")
    assert tree(tmp_path) == {name: content}


@pytest.mark.parametrize(
    ("metadata", "url", "layout", "message"),
    [
        ("blog.models", None, SINGLE, "must name an object"),
        ("blog-x.models:Base", None, APPS, "must name an object"),
        ("blog.models:Base", "app.db", SINGLE, "no database URL"),
        ("blog.models:Base", None, "three", "unknown layout"),
        ("blog.models:Base", "sqlite:///\udcff.db", SINGLE, "not valid text"),
    ],
)
def test_answers_that_make_no_configuration_are_refused(
    tmp_path: Path, metadata: str, url: str | None, layout: str, message: str
) -> None:
    """What was answered is checked as any configuration is, before it is written."""
    with pytest.raises(ConfigError, match=message):
        init(tmp_path, metadata, url=url, layout=layout)
    assert tree(tmp_path) == {}


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """The folder of a project is not made up from a misspelled name."""
    with pytest.raises(ConfigError, match="no such folder"):
        init(tmp_path / "gone", "blog.models:Base")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cret@h/db",
        "postgresql://h/db?password=s3cret",
        "${DATABASE_URL:-mysql://u:s3cret@h/db}",
    ],
)
def test_a_password_is_never_written(tmp_path: Path, url: str) -> None:
    """A URL with a password becomes the name of the variable to set, and the plan says so."""
    plan = init(tmp_path, "blog.models:Base", url=url)
    assert not any(b"s3cret" in content for content in tree(tmp_path).values())
    assert any("set DATABASE_URL" in note for note in plan.notes)
    assert not any("s3cret" in note for note in plan.notes)
    assert "s3cret" not in repr(plan)
    settings = load(tmp_path, DATABASE_URL="postgresql://u:s3cret@h/db")
    assert settings.database_url() == "postgresql+psycopg://u:s3cret@h/db"


def test_a_set_variable_is_the_default_database(tmp_path: Path) -> None:
    """With DATABASE_URL in the environment its name is written, never its value; a named password is kept."""
    init(tmp_path, "blog.models:Base", DATABASE_URL="postgresql://u:s3cret@h/db")
    assert load(tmp_path).url == "${DATABASE_URL}"
    (tmp_path / "minimig.toml").unlink()
    init(tmp_path, "blog.models:Base", url="postgresql://u:${PW}@h/db")
    assert load(tmp_path, PW="x").database_url() == "postgresql+psycopg://u:x@h/db"


@pytest.mark.parametrize("project", [False, True])
def test_one_history_for_several_packages_fixes_its_label(tmp_path: Path, *, project: bool) -> None:
    """Revisions are named by the label, so it is written down when the order of a list would decide it."""
    if project:
        (tmp_path / "pyproject.toml").write_text("")
    init(tmp_path, "blog.models:Base", "shop.models:Base,shop.more:Base", "blog.models:Base")
    (app,) = load(tmp_path).apps.values()
    assert app.label == "blog"
    assert app.metadata == ("blog.models:Base", "shop.models:Base", "shop.more:Base")
    path = tmp_path / ("pyproject.toml" if project else "minimig.toml")
    assert 'label = "blog"\n' in path.read_text()


@pytest.mark.parametrize("project", [False, True])
def test_one_history_per_app(tmp_path: Path, *, project: bool) -> None:
    """Each package gets a table and a folder inside it, in src too; objects of one package share its app."""
    if project:
        (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "blog").mkdir()
    (tmp_path / "src" / "shop").mkdir(parents=True)
    metadata = ("blog.models:Base", "shop.models:Base,shop.more:Base", "blog.audit:metadata", "läden:db")
    init(tmp_path, *metadata, layout=APPS)
    apps = load(tmp_path).apps
    assert {label: app.metadata for label, app in apps.items()} == {
        "blog": ("blog.models:Base", "blog.audit:metadata"),
        "shop": ("shop.models:Base", "shop.more:Base"),
        "läden": ("läden:db",),
    }
    assert [app.migrations.relative_to(tmp_path).as_posix() for app in apps.values()] == [
        "blog/migrations",
        "src/shop/migrations",
        "migrations/läden",
    ]
    assert all((app.migrations / "__init__.py").is_file() for app in apps.values())


def test_an_existing_init_file_is_left_alone(tmp_path: Path) -> None:
    """A migrations folder that is a package already is not written to."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "__init__.py").write_text("mine = 1\n")
    init(tmp_path, "blog.models:Base")
    assert (tmp_path / "migrations" / "__init__.py").read_text() == "mine = 1\n"


def test_notes_say_what_else_was_seen(tmp_path: Path) -> None:
    """Alembic, its folder, a configuration further up and missing models are mentioned, not errors."""
    (tmp_path / "minimig.toml").write_text("")
    folder = tmp_path / "shop-project"
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text("")
    plan = init(folder)
    notes = "\n".join(plan.notes)
    assert "alembic.ini found" in notes
    assert "cannot be imported yet" in notes
    assert "the folder revisions is used" in notes
    assert str(tmp_path / "minimig.toml") in notes
    assert "no models were found" in notes
    (app,) = load(folder).apps.values()
    assert (app.metadata, app.migrations) == (("app.models:Base",), folder / "revisions")
    assert list((folder / "migrations").iterdir()) == [folder / "migrations" / "versions"]


def test_a_plan_that_is_out_of_date_is_not_written(tmp_path: Path) -> None:
    """An edit between the questions and the answer is not lost."""
    path = tmp_path / "pyproject.toml"
    path.write_text("[project]\n")
    plan = plan_init(tmp_path, metadata=["blog.models:Base"], environ={})
    path.write_text("[project]\nname = 'new'\n")
    with pytest.raises(ConfigError, match="changed in the meantime"):
        write_init(plan)
    assert tree(tmp_path) == {"pyproject.toml": b"[project]\nname = 'new'\n"}


def test_a_failure_halfway_is_undone(tmp_path: Path) -> None:
    """When a later file cannot be written, the folders and files made before it are removed."""
    (tmp_path / "shop").mkdir()
    plan = plan_init(tmp_path, metadata=["blog.models:Base", "shop.models:Base"], layout=APPS, environ={})
    (tmp_path / "shop" / "migrations").write_text("a file in the way")
    with pytest.raises(FileError, match="cannot be written"):
        write_init(plan)
    assert tree(tmp_path) == {"shop": b"", "shop/migrations": b"a file in the way"}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_as_toml(text: str) -> None:
    """Quotes, backslashes, control characters and DEL come back as they were written."""
    assert tomllib.loads(f"x = {toml_string(text)}") == {"x": text}


def test_a_hostile_url_survives(tmp_path: Path) -> None:
    """The file loads and gives back exactly the text of the answer."""
    url = 'sqlite:////srv/a "b" \\ \t\x7f é.db'
    init(tmp_path, "blog.models:Base", url=url)
    assert load(tmp_path).url == url


def test_one_candidate_leaves_one_question(tmp_path: Path) -> None:
    """What is certain is not asked: only the database, with a default and the variable first when it is set."""
    (asked,) = questions(tmp_path, [candidate("blog.models:Base")], {})
    assert (asked.key, asked.flag, asked.default) == ("url", "--database-url", ("sqlite:///app.db",))
    (asked,) = questions(tmp_path, [candidate("blog.models:Base")], {"DATABASE_URL": "postgresql://u:s3cret@h/db"})
    assert asked.choices == ("${DATABASE_URL}", "sqlite:///app.db")
    assert asked.default == ("${DATABASE_URL}",)


def test_several_packages_make_three_questions(tmp_path: Path) -> None:
    """Models, database, layout; the defaults are the candidates with tables and a history for each."""
    found = [
        candidate("blog.models:Base", "blog.tags:Base"),
        candidate("shop.models:Base"),
        candidate("x:unused", tables=0),
    ]
    asked = {question.key: question for question in questions(tmp_path, found, {})}
    assert list(asked) == ["metadata", "url", "layout"]
    assert asked["metadata"].choices == ("blog.models:Base,blog.tags:Base", "shop.models:Base", "x:unused")
    assert asked["metadata"].default == ("blog.models:Base,blog.tags:Base", "shop.models:Base")
    assert (asked["layout"].choices, asked["layout"].default) == ((SINGLE, APPS), (APPS,))
    init(tmp_path, *asked["metadata"].default, layout=APPS)
    assert list(load(tmp_path).apps) == ["blog", "shop"]


def test_without_candidates_the_models_are_asked_for(tmp_path: Path) -> None:
    """Free text with a guess; no question about the layout."""
    asked = questions(tmp_path, [], {})
    assert [question.key for question in asked] == ["metadata", "url"]
    assert asked[0].choices == ()
    assert asked[0].free
    assert asked[0].default[0].endswith(".models:Base")
