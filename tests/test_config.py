"""Settings come from the nearest file, the environment and the command line, and a mistake in them is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from minimig.config import Settings, load_settings, mask_url
from minimig.errors import ConfigError
from minimig.urls import has_password

SINGLE = 'metadata = "blog.models:Base"\nmigrations = "migrations"\n'
TWO_APPS = """
url = "sqlite:///blog.db"
[apps.blog]
metadata = ["blog.models:Base", "blog.tags:Base"]
migrations = "blog/migrations"
tables = ["blog_*"]
[apps.shop]
metadata = "shop.models:metadata"
migrations = "shop/migrations"
"""


def load(
    folder: Path,
    text: str | None = None,
    *,
    name: str = "minimig.toml",
    environ: dict[str, str] | None = None,
    **overrides: str,
) -> Settings:
    """Write `text` as the configuration of `folder`, and load it."""
    if text is not None:
        (folder / name).write_text(text, encoding="utf-8")
    return load_settings(folder, environ=environ or {}, overrides=overrides)


def refused(folder: Path, text: str, **kwargs: object) -> ConfigError:
    """The error that loading `text` ends with."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text, **kwargs)  # type: ignore[arg-type]
    return caught.value


def test_reads_a_project_with_one_history(tmp_path: Path) -> None:
    """`metadata` and `migrations` at top level make one app, named after the package of the models."""
    settings = load(tmp_path, SINGLE)
    (app,) = settings.apps.values()
    assert (app.label, app.metadata, app.migrations, app.tables) == (
        "blog",
        ("blog.models:Base",),
        tmp_path / "migrations",
        (),
    )
    assert settings.root == tmp_path
    assert settings.source == tmp_path / "minimig.toml"
    assert settings.version_table == "minimig_version"
    assert (settings.url, settings.engine, settings.env, settings.version_schema) == (None, None, None, None)


def test_takes_the_label_that_is_written(tmp_path: Path) -> None:
    """`label` names the single app whatever its package is called."""
    assert list(load(tmp_path, 'label = "core"\n' + SINGLE).apps) == ["core"]


def test_reads_several_apps_from_pyproject(tmp_path: Path) -> None:
    """[tool.minimig] holds the keys that minimig.toml has at top level; lists and single texts both work."""
    text = TWO_APPS.replace("[apps", "[tool.minimig.apps").replace("\nurl", "\n[tool.minimig]\nurl", 1)
    settings = load(tmp_path, text, name="pyproject.toml")
    assert list(settings.apps) == ["blog", "shop"]
    assert settings.apps["blog"].metadata == ("blog.models:Base", "blog.tags:Base")
    assert settings.apps["blog"].tables == ("blog_*",)
    assert settings.apps["shop"].migrations == tmp_path / "shop" / "migrations"


def test_searches_upwards_past_a_pyproject_that_says_nothing(tmp_path: Path) -> None:
    """A pyproject.toml without [tool.minimig] does not end the search; paths belong to the file's folder."""
    load(tmp_path, SINGLE)
    inner = tmp_path / "package" / "deep"
    inner.mkdir(parents=True)
    (inner.parent / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    settings = load_settings(inner, environ={}, overrides={})
    assert settings.source == tmp_path / "minimig.toml"
    assert settings.apps["blog"].migrations == tmp_path / "migrations"


def test_refuses_two_configurations_in_one_folder(tmp_path: Path) -> None:
    """Which of two files counts must not be guessed; without [tool.minimig] the pyproject.toml is no rival."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert load(tmp_path, SINGLE).source == tmp_path / "minimig.toml"
    (tmp_path / "pyproject.toml").write_text("[tool.minimig]\n")
    error = refused(tmp_path, SINGLE)
    assert "twice" in error.message
    assert "pyproject.toml" in str(error.where)


def test_nothing_configured_points_to_init(tmp_path: Path) -> None:
    """A folder without configuration is told about `minimig init`, and so is one without apps."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert "minimig init" in str(caught.value.hint)
    error = refused(tmp_path, 'url = "sqlite://"\n')
    assert "no app" in error.message
    assert "minimig init" in str(error.hint)


def test_reads_the_file_that_is_named(tmp_path: Path) -> None:
    """`-c FILE` is relative to the starting folder and beats the search; a pyproject.toml must have the table."""
    load(tmp_path, SINGLE)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ci.toml").write_text(SINGLE.replace("blog", "shop"))
    settings = load_settings(tmp_path, file=Path("other/ci.toml"), environ={}, overrides={})
    assert list(settings.apps) == ["shop"]
    assert settings.root == tmp_path / "other"
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    for name, message in (("pyproject.toml", "no [tool.minimig]"), ("gone.toml", "cannot be read")):
        with pytest.raises(ConfigError) as caught:
            load_settings(tmp_path, file=Path(name), environ={}, overrides={})
        assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('ulr = "sqlite://"\n' + SINGLE, "unknown key `ulr`", "url"),
        ('[apps.blog]\nmetdata = "b:B"\nmigrations = "m"', "unknown key `metdata`", "metadata"),
        ("xyzzy = 1\n" + SINGLE, "unknown key `xyzzy`", "known keys: url"),
        ("url = 5\n" + SINGLE, "`url` must be text", ""),
        ('version_table = ""\n' + SINGLE, "`version_table` must be text", ""),
        ('metadata = ["a:B", 3]\nmigrations = "m"', "`metadata` must be text or a list", ""),
        ('metadata = "blog.models"\nmigrations = "m"', "`metadata` must name an object", "blog.models:Base"),
        ('metadata = "blog.models:Base"', "`migrations` is missing", "migrations ="),
        ('migrations = "m"', "`metadata` is missing", "metadata ="),
        ('apps = "blog"', "`apps` must be a table", ""),
        ('[apps]\nblog = "blog.models"', "`blog` must be a table", ""),
        ('[apps."my-blog"]\nmetadata = "b:B"\nmigrations = "m"', "`my-blog` is no identifier", "underscores"),
        ('label = "my blog"\n' + SINGLE, "`my blog` is no identifier", ""),
        (SINGLE + '[apps.shop]\nmetadata = "b:B"\nmigrations = "m"', "cannot be set together", "one history"),
        ('url = "sqlite://"\nengine = "a.b:c"\n' + SINGLE, "both `url` and `engine`", "keep one"),
        ("engine = 'nonsense'\n" + SINGLE, "`engine` must name an object", "blog.db:engine"),
        ("url = \n" + SINGLE, "not valid TOML", ""),
    ],
)
def test_names_the_mistake(tmp_path: Path, text: str, message: str, hint: str) -> None:
    """A wrong key, type or value is an error with the file, what is wrong, and the nearest thing that is right."""
    error = refused(tmp_path, text)
    assert message in error.message
    assert "minimig.toml" in str(error.where)
    assert hint in (error.hint or "")


def test_an_error_in_an_app_names_its_table(tmp_path: Path) -> None:
    """The place of an error is the table's name, as it stands in either kind of file."""
    app = 'metadata = "b:B"\n'
    assert str(refused(tmp_path, f"[apps.blog]\n{app}").where).endswith("minimig.toml, [apps.blog]")
    (tmp_path / "minimig.toml").unlink()
    error = refused(tmp_path, f"[tool.minimig.apps.blog]\n{app}", name="pyproject.toml")
    assert str(error.where).endswith("pyproject.toml, [tool.minimig.apps.blog]")


def test_two_apps_cannot_share_a_folder(tmp_path: Path) -> None:
    """Two spellings of one migrations folder are recognised, through `..` and through links."""
    (tmp_path / "shop" / "migrations").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "shop")
    for spelling in ("shop/../shop/migrations", "link/migrations"):
        error = refused(tmp_path, TWO_APPS.replace("blog/migrations", spelling))
        assert "blog and shop share" in error.message


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\xef\xbb\xbf" + SINGLE.encode()])
def test_survives_odd_bytes(tmp_path: Path, content: bytes) -> None:
    """A byte order mark is passed over; bytes that are no UTF-8 are an error, not a traceback."""
    (tmp_path / "minimig.toml").write_bytes(content)
    if content.startswith(b"\xef"):
        assert list(load(tmp_path).apps) == ["blog"]
    else:
        with pytest.raises(ConfigError, match="not valid TOML"):
            load(tmp_path)


def test_fills_placeholders_from_the_environment(tmp_path: Path) -> None:
    """`${NAME:-default}` and `${NAME}` are filled in any text, once: what a variable holds is taken as it is."""
    text = SINGLE.replace('"migrations"', '"${WHERE:-db}/migrations"') + 'version_table = "${TABLE}"\n'
    assert load(tmp_path, text, environ={"TABLE": "v"}).apps["blog"].migrations == tmp_path / "db" / "migrations"
    settings = load(tmp_path, text, environ={"TABLE": "${WHERE}", "WHERE": "here"})
    assert settings.version_table == "${WHERE}"
    assert settings.apps["blog"].migrations == tmp_path / "here" / "migrations"
    assert load(tmp_path, text, environ={"TABLE": "v", "WHERE": ""}).apps["blog"].migrations.parent.name == "db"
    error = refused(tmp_path, text)
    assert "`version_table` needs the variable TABLE" in error.message


@pytest.mark.parametrize("url", ["${DB-x}", "${A:-${B}}", "x${", "${}", "${1A}"])
def test_a_malformed_placeholder_is_an_error(tmp_path: Path, url: str) -> None:
    """Something that looks like a placeholder and is none would otherwise reach the database as text."""
    settings = load(tmp_path, f'url = "{url}"\n' + SINGLE, environ={"DB": "x", "A": "x", "B": "x"})
    with pytest.raises(ConfigError, match="names no variable"):
        settings.database_url()


def test_a_missing_variable_in_the_url_matters_only_when_the_url_does(tmp_path: Path) -> None:
    """Commands that need no database run without DATABASE_URL; the others are told which variable is missing."""
    settings = load(tmp_path, 'url = "${DATABASE_URL}"\n' + SINGLE)
    with pytest.raises(ConfigError, match="`url` needs the variable DATABASE_URL"):
        settings.database_url()
    with pytest.raises(ConfigError, match="no database is configured"):
        load(tmp_path, SINGLE).database_url()
    with pytest.raises(ConfigError, match="is empty"):
        load(tmp_path, 'url = "${A}"\n' + SINGLE, environ={"A": ""}).database_url()


def test_the_nearest_source_of_a_database_wins(tmp_path: Path) -> None:
    """-x beats MINIMIG_URL, which beats the file, which beats DATABASE_URL; an engine counts like a URL."""
    both = {"MINIMIG_URL": "sqlite:////m.db", "DATABASE_URL": "sqlite:////d.db"}
    only = {"DATABASE_URL": "sqlite:////d.db", "MINIMIG_URL": ""}
    named = 'url = "sqlite:////f.db"\n' + SINGLE
    assert load(tmp_path, named, environ=both, url="sqlite:////x.db").database_url() == "sqlite:////x.db"
    assert load(tmp_path, named, environ=both).database_url() == "sqlite:////m.db"
    assert load(tmp_path, named, environ=only).database_url() == "sqlite:////f.db"
    assert load(tmp_path, SINGLE, environ=only).database_url() == "sqlite:////d.db"
    engine = 'engine = "blog.db:engine"\n' + SINGLE
    assert (load(tmp_path, engine, environ=only).engine, load(tmp_path, engine, environ=only).url) == (
        "blog.db:engine",
        None,
    )
    assert load(tmp_path, engine, environ=both).engine is None
    assert load(tmp_path, named, environ=both, engine="a.b:c").engine == "a.b:c"


def test_variables_and_overrides_replace_other_keys(tmp_path: Path) -> None:
    """MINIMIG_ENV and MINIMIG_VERSION_TABLE beat the file, -x beats them; other -x values are kept for the env file."""
    text = 'env = "a.py"\nversion_table = "a"\nversion_schema = "s"\n' + SINGLE
    assert (load(tmp_path, text).env, load(tmp_path, text).version_schema) == ("a.py", "s")
    environ = {"MINIMIG_ENV": "b.py", "MINIMIG_VERSION_TABLE": "b"}
    settings = load(tmp_path, text, environ=environ, version_table="c", tenant="acme")
    assert (settings.env, settings.version_table, dict(settings.x)) == ("b.py", "c", {"tenant": "acme"})


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("postgres://u:p@h/db", "postgresql+psycopg://u:p@h/db"),
        ("postgresql://u@h/db", "postgresql+psycopg://u@h/db"),
        ("postgres+asyncpg://h/db", "postgresql+asyncpg://h/db"),
        ("postgresql+psycopg2://h/db", "postgresql+psycopg2://h/db"),
        ("mysql://h/db", "mysql+pymysql://h/db"),
        ("mariadb://h/db", "mysql+pymysql://h/db"),
        ("mariadb+mariadbconnector://h/db", "mariadb+mariadbconnector://h/db"),
        ("oracle://h/db", "oracle+oracledb://h/db"),
        ("mssql+pymssql://h/db", "mssql+pymssql://h/db"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:////srv/blog.db", "sqlite:////srv/blog.db"),
        ("sqlite:///C:/blog.db", "sqlite:///C:/blog.db"),
        ("sqlite:///file:blog.db?uri=true", "sqlite:///file:blog.db?uri=true"),
        ("sqlite:///blog.db", "sqlite:///{root}/blog.db"),
        ("sqlite+pysqlite:///../data/blog.db?timeout=5", "sqlite+pysqlite:///{parent}/data/blog.db?timeout=5"),
    ],
)
def test_completes_urls(tmp_path: Path, written: str, used: str) -> None:
    """A URL without driver gets the one of the extras; a relative SQLite file lies beside the configuration."""
    settings = load(tmp_path, f'url = "{written}"\n' + SINGLE)
    assert settings.database_url() == used.format(root=tmp_path, parent=tmp_path.parent)


def test_refuses_a_sqlite_path_that_no_url_can_hold(tmp_path: Path) -> None:
    """A question mark in a folder's name would cut the path short and open another file."""
    folder = tmp_path / "what?"
    folder.mkdir()
    with pytest.raises(ConfigError, match="question mark"):
        load(folder, 'url = "sqlite:///blog.db"\n' + SINGLE).database_url()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:s3cret@host/db",
        "postgresql+psycopg://:s3cret@/db?host=/run",
        "mysql://user:s3c/r@s3cret@host/db",
        "postgresql://user:a?s3cret@host/db",
        "postgresql://host/db?user=me&password=s3cret&sslmode=require",
        "postgresql://host/db?sslpassword=s3cret",
        "mssql+pyodbc:///?odbc_connect=UID%3Dme%3BPWD%3Ds3cret",
        "${DATABASE_URL:-postgresql://user:s3cret@host/db}",
    ],
)
def test_masks_passwords(url: str) -> None:
    """No part of a password survives, wherever it stands and however badly it is quoted."""
    masked = mask_url(url)
    assert "s3c" not in masked
    assert "***" in masked
    assert has_password(url)


@pytest.mark.parametrize(
    "url", ["sqlite:///blog.db", "postgresql://me@h:5432/db", "sqlite:///C:/a@b.db", "postgresql://h/db?user=a@b"]
)
def test_leaves_urls_without_password_alone(url: str) -> None:
    """Masking changes nothing where there is nothing to hide."""
    assert mask_url(url) == url
    assert not has_password(url)


def test_a_password_that_is_only_named_is_none() -> None:
    """`${PW}` may stand in a file; a default for it may not."""
    assert not has_password("postgresql://me:${PW}@host/db")
    assert has_password("postgresql://me:${PW:-s3cret}@host/db")


def test_printed_settings_hold_no_secret(tmp_path: Path) -> None:
    """Neither the URL nor the environment is in the repr, where a log would find it."""
    environ = {"DATABASE_URL": "postgresql://u:s3cret@h/db"}
    assert "s3cret" not in repr(load(tmp_path, SINGLE, environ=environ))
    assert "s3cret" not in repr(load(tmp_path, SINGLE, url=environ["DATABASE_URL"]))


def test_importing_config_is_cheap() -> None:
    """Completion and --help load the configuration, so it must not bring SQLAlchemy, networkx, click or rich."""
    code = (
        "import sys, minimig.config;"
        "print([name for name in ('sqlalchemy', 'networkx', 'click', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MINIMIG_OUT_OF_ORDER", "alow", "did you mean allow?"),
        ("MINIMIG_VERSION_TABLE", "  ", "nothing but spaces"),
        ("MINIMIG_ENV", " ", "nothing but spaces"),
        ("MINIMIG_LOCK_TIMEOUT", "2min", "did you mean 120?"),
        ("MINIMIG_ATTEMPTS", "0", "did you mean 1?"),
    ],
)
def test_a_bad_variable_is_told_at_the_variable(tmp_path: Path, name: str, value: str, said: str) -> None:
    """The file is not at fault, so its name does not stand there."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, SINGLE, environ={name: value})
    assert caught.value.where == f"the variable {name}"
    assert said in str(caught.value)


def test_waits_come_from_the_file_and_variables(tmp_path: Path) -> None:
    """Numbers, or texts with one in them; a variable beats the file; what is not said is the default."""
    text = SINGLE + 'lock_timeout = 5\nstatement_timeout = "${WAIT:-7.5}"\nattempts = 2\n'
    found = load(tmp_path, text, environ={"MINIMIG_LOCK_TIMEOUT": "0.5"})
    assert (found.lock_timeout, found.ddl_lock_timeout) == (0.5, Settings.ddl_lock_timeout)
    assert (found.statement_timeout, found.attempts) == (7.5, 2)
    assert found.origins["lock_timeout"] == "MINIMIG_LOCK_TIMEOUT"
    assert load(tmp_path, text, environ={"WAIT": "9"}).statement_timeout == 9.0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('lock_timeout = "30s"', "must be a number of seconds from 0 on, not '30s'"),
        ('lock_timeout = "30s"', "did you mean 30?"),
        ("ddl_lock_timeout = -1", "not -1"),
        ("statement_timeout = true", "not True"),
        ("statement_timeout = inf", "not inf"),
        ("lock_timeout = nan", "not nan"),
        ("attempts = 0", "a whole number from 1 on"),
        ("attempts = 1.5", "a whole number from 1 on"),
        ("lock_timout = 5", "did you mean lock_timeout"),
    ],
)
def test_waits_that_make_no_sense(tmp_path: Path, line: str, said: str) -> None:
    """What is no number, none that can be waited for, or a key that is misspelled."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, f"{SINGLE}{line}\n", environ={})
    assert said in str(caught.value)
