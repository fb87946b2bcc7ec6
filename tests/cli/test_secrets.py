"""No message shows a password: of a URL in plain or percent form, on any way that an error can take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.databases import Database
from support.histories import add, two_apps
from support.projects import REPOSITORY, ProjectFolder

PLAIN, QUOTED = "s3cr#t/word", "s3cr%23t%2Fword"
FORMS = (PLAIN, QUOTED, "s3cr#t", "%2Fword")


def no_secret(project: ProjectFolder, *words: str, env: dict[str, str] | None = None, code: int = 1) -> str:
    """What a command prints, which ends with this code, shows no form of the password and no traceback."""
    result = project.run(*words, env=env)
    assert result.code == code, result.text
    assert [form for form in FORMS if form in result.text] == []
    assert "Traceback" not in result.text or "--traceback" in words
    return result.text


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """A project that has no database configured."""
    return two_apps(tmp_path, None)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://bob:{QUOTED}@127.0.0.1:1/x",  # nobody listens there
        f"postgresql://bob:{QUOTED}@no-such-host.invalid/x",
        f"mysql://bob:{QUOTED}@127.0.0.1:1/x",
        f"postgresql://bob:{QUOTED}@127.0.0.1:54x/x",  # the port is no number
        f"postgresql://bob:{PLAIN}@127.0.0.1:1/x",  # not in percent form
        f"postgresql://bob:x@{PLAIN}@127.0.0.1:1/x",  # a second @
        f"nothing://bob:{QUOTED}@h/x",
        f"postgresql://127.0.0.1:1/x?user=bob&password={QUOTED}",
        f"postgresql://bob:{QUOTED}@127.0.0.1:1/x?nonsense={QUOTED}",
        f"postgresql:/bob:{QUOTED}@127.0.0.1/x",  # no URL at all, these four
        f"bob:{PLAIN}@127.0.0.1/x",
        f"Server=127.0.0.1;Uid=bob;Pwd={QUOTED}",
        f"host=127.0.0.1 user=bob password={QUOTED}",
    ],
)
def test_a_url_that_leads_nowhere(project: ProjectFolder, url: str) -> None:
    """A wrong host, port, dialect, option, or an unquoted password: from --url, a variable, and with --traceback."""
    no_secret(project, "--url", url, "migrate")
    no_secret(project, "migrate", env={"MINIMIG_URL": url})
    no_secret(project, "--traceback", "migrate", env={"DATABASE_URL": url})
    no_secret(project, "config", env={"MINIMIG_URL": url}, code=0)


def test_a_secret_that_json_spells_in_its_own_way(tmp_path: Path, sqlite_database: Database) -> None:
    """Quotes, a backslash, a letter beyond ASCII, at the beginning of a line: hidden before the event is made JSON."""
    secret = 'pa"ss\\wörd-of-many'
    project = two_apps(tmp_path, sqlite_database.url)
    statement = 'ops.RunSQL("SELECT 1 /*\\n" + os.environ["ROLE_PASSWORD"] + " */")'
    path = add(project, "shop.0003_role", ["0002_owner"], statement)
    path.write_text("import os\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    told = no_secret(project, "explain", "--json", "migrate", env={"ROLE_PASSWORD": secret}, code=0)
    assert "SELECT 1 /*" in told
    assert "rd-of-many" not in told


def test_a_wrong_password(project: ProjectFolder, mariadb_database: Database) -> None:
    """A server that refuses the password is quoted without it."""
    url = mariadb_database.engine.url.set(username="nobody_here", password=PLAIN)
    text = no_secret(project, "--url", url.render_as_string(hide_password=False), "migrate")
    assert "Access denied" in text


@pytest.mark.parametrize(
    "body",
    [
        "raise RuntimeError(environment.settings.database_url())",
        f"raise RuntimeError('cannot log in with {PLAIN}')",
        f"raise RuntimeError('cannot log in with {QUOTED}')",
        "return replace(environment, prepare=fail)",
        "return replace(environment, on_step=(fail,))",
        "return replace(environment, include=fail)",
        f"return environment.with_url('postgresql://bob:{QUOTED}@127.0.0.1:1/y')",
        f"return replace(environment, engine='postgresql://bob:{QUOTED}@127.0.0.1:1/y')",
    ],
)
def test_an_env_file_that_says_it_aloud(project: ProjectFolder, sqlite_database: Database, body: str) -> None:
    """What the project's own code raises is shown without the password, in the error and in the traceback."""
    top = "from dataclasses import replace\n\ndef fail(*_):\n    raise RuntimeError('used " + PLAIN + "')\n\n"
    project.write("env.py", f"{top}def configure(environment):\n    {body}\n")
    old = project.read("minimig.toml")
    project.write("minimig.toml", f'env = "env.py"\n{old}')
    url = sqlite_database.url if "fail" in body or "_url" in body else f"postgresql://bob:{QUOTED}@127.0.0.1:1/x"
    given = {"DATABASE_URL": url, "DB_PASSWORD": PLAIN}
    for word in ("makemigrations", "migrate"):
        if (word == "migrate") is ("include" not in body):
            no_secret(project, word, env=given)
            no_secret(project, "--traceback", word, env=given)


def test_a_command_of_post_write_that_prints_its_environment(project: ProjectFolder) -> None:
    """What a failing command says is quoted without the URL's password and the variables that are secret."""
    program = "import os; raise SystemExit(os.environ['DATABASE_URL'] + ' ' + os.environ['DB_PASSWORD'])"
    project.write("tell.py", program)
    old = project.read("minimig.toml")
    project.write("minimig.toml", f'post_write = "{sys.executable} tell.py"\n{old}')
    given = {"DATABASE_URL": f"postgresql://bob:{QUOTED}@127.0.0.1:1/x", "DB_PASSWORD": PLAIN}
    text = no_secret(project, "makemigrations", "--empty", "shop", "-n", "more", env=given)
    assert "post_write failed: exit code 1: " in text


def test_a_bug_of_ours_does_not_tell_either(project: ProjectFolder) -> None:
    """The traceback of a bug, in a process of its own, hides the passwords of URLs and variables."""
    project.write(
        "broken.py",
        "import sys\nimport minimig.cli.context as c\n"
        f"def f(*a, **k): raise KeyError('postgresql://bob:{QUOTED}@h/x {PLAIN}')\n"
        "c.load_settings = f\nfrom minimig.cli.main import main\nsys.argv[1:] = ['check']\nmain()\n",
    )
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY), "DB_PASSWORD": PLAIN}
    done = subprocess.run(
        [sys.executable, "broken.py"], cwd=project.path, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "KeyError" in done.stderr
    assert [form for form in FORMS if form in done.stderr] == []
