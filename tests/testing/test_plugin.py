"""The pytest plugin in a project of its own: the fixtures move real databases, and the ready tests can fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.databases import Server
from support.projects import ProjectFolder
from support.scratch import scratch_left, scratch_names

STEP = """
def test_slugs_are_filled(minimig_runner):
    runner = minimig_runner
    runner.migrate_up_before("blog.0003")
    assert "slug" not in runner.tables_at("0001").posts.c
    runner.insert_into("posts", [{"id": 2, "title": "World"}, {"id": 1, "title": "HELLO"}])
    runner.apply("0003")
    assert [row["slug"] for row in runner.rows("posts")] == ["hello", "world"]
    runner.take_back("0003")
    runner.migrate_down_to("blog.0001")
    assert runner.rows("posts") == [{"id": 1, "title": "HELLO"}, {"id": 2, "title": "World"}]
    assert runner.applied == ("blog.0001_initial",)
    runner.migrate_up_to("head")
    assert len(runner.applied) == 3
    runner.migrate_down_to("zero")
    assert runner.applied == () and not runner.state.tables
"""


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def server_setting(request: pytest.FixtureRequest) -> Iterator[str]:
    """The setting that puts the tests' databases on each kind of server in turn."""
    if request.param == "sqlite":
        yield ""
        return
    server: Server = request.getfixturevalue(f"{request.param}_server")
    before = scratch_names(server.admin)
    yield f"minimig_url = {server.admin.url.render_as_string(hide_password=False)}"
    assert scratch_left(server.admin, before) == set()


def test_one_data_step_at_a_time(blog: ProjectFolder, run_pytest, server_setting: str) -> None:
    """The runner stands before a revision, writes typed old tables, applies it, reads, and goes back down."""
    blog.write("test_steps.py", STEP)
    run_pytest(settings=server_setting).assert_outcomes(passed=1)


def test_the_ready_tests_pass(blog: ProjectFolder, run_pytest, server_setting: str) -> None:
    """`--minimig` adds one test for each check, app and revision, and -k and -m choose among them."""
    run_pytest("--minimig", settings=server_setting).assert_outcomes(passed=7)
    result = run_pytest("--minimig", "-k", "up_down_up", "-m", "minimig", "-v", settings=server_setting)
    result.assert_outcomes(passed=3, deselected=4)
    result.stdout.fnmatch_lines(["*minimig::test_up_down_up?blog.0002_slug? PASSED*"])


def test_without_the_option_nothing_is_added(blog: ProjectFolder, run_pytest) -> None:
    """A project that does not ask for the ready tests does not get them."""
    blog.write("test_own.py", "def test_own(): pass")
    run_pytest().assert_outcomes(passed=1)


COPIES = """
import pytest
@pytest.mark.parametrize("number", range(3))
def test_each_has_its_own(minimig_migrated, number):
    with minimig_migrated.begin() as connection:
        ask = connection.exec_driver_sql
        assert ask("select count(*) from minimig_version").scalar() == 3
        assert ask("select id, title, slug from posts").all() == [(7, "First", "first")]
        ask("insert into posts (title, slug) values ('Second', 's')")
        assert ask("select max(id) from posts").scalar() > 7
        ask("delete from posts where id = 7")
"""


@pytest.fixture
def filled(blog: ProjectFolder) -> ProjectFolder:
    """A project whose history writes a row."""
    text = (blog.path / "migrations" / "0003_fill.py").read_text()
    row = 'conn.execute(sa.insert(tables.posts).values(id=7, title="First"))'
    if_numbered = """
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("select setval(pg_get_serial_sequence('posts', 'id'), 7)"))
"""
    blog.write(
        "migrations/0003_fill.py", text.replace("    conn.execute(", f"    {row}{if_numbered}    conn.execute(", 1)
    )
    return blog


def test_each_test_gets_a_copy_of_one_migrated_database(filled: ProjectFolder, run_pytest, server_setting: str) -> None:
    """Three tests get the rows that the history wrote, none sees another's, and the history ran once."""
    filled.write("test_copies.py", COPIES)
    text = (filled.path / "migrations" / "0003_fill.py").read_text()
    filled.write(
        "migrations/0003_fill.py", text.replace("def fill(conn, tables):", "def fill(conn, tables):\n    note()")
    )
    with (filled.path / "migrations" / "0003_fill.py").open("a") as file:
        file.write("\ndef note():\n    with open('runs.txt', 'a') as file:\n        file.write('x')\n")
    run_pytest(settings=server_setting).assert_outcomes(passed=3)
    assert (filled.path / "runs.txt").read_text() == "x"


MARIADB = """
import sqlalchemy as sa
from minimig import ops
dependencies = ["blog.0003_fill"]
up = [
    ops.CreateTable(
        "answers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("post_id", sa.Integer, sa.ForeignKey("posts.id", name="fk_post"), comment="100% `so`"),
        sa.Column("twice", sa.Integer, sa.Computed("3 * 2 + score")),
        sa.Column("score", sa.Integer, nullable=False, server_default="8"),
    ),
    ops.RunSQL("INSERT INTO answers (id, post_id) VALUES (3, 7)", reverse=ops.NOOP),
]
"""
SEEN = """
import pytest, sqlalchemy as sa
def test_answers(minimig_migrated):
    with minimig_migrated.connect() as connection:
        assert connection.exec_driver_sql("select * from answers").all() == [(3, 7, 14, 8)]
        with pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql("insert into answers (post_id) values (99)")
        own = connection.engine.url.database
        [key] = sa.inspect(connection).get_foreign_keys("answers")
        assert key["referred_schema"] in (None, own)
"""
VIEW = """
from minimig import ops
dependencies = ["blog.0004_answers"]
up = [ops.CreateView("titles", "SELECT title FROM posts")]
"""


@pytest.mark.parametrize("with_view", [False, True])
def test_a_copy_on_mariadb_has_keys_computed_columns_and_views(
    filled: ProjectFolder, run_pytest, mariadb_server: Server, *, with_view: bool
) -> None:
    """Tables are copied with all that hangs on them; with a view, the copy is migrated."""
    filled.write("migrations/0004_answers.py", MARIADB)
    seen = SEEN
    if with_view:
        filled.write("migrations/0005_view.py", VIEW)
        seen += '        assert connection.exec_driver_sql("select * from titles").all() == [("First",)]\n'
    filled.write("test_seen.py", seen)
    url = mariadb_server.admin.url.render_as_string(hide_password=False)
    run_pytest("--minimig-url", url).assert_outcomes(passed=1)


# --- what the ready tests find ----------------------------------------------------------------------------------------


def test_two_heads_are_found(blog: ProjectFolder, run_pytest) -> None:
    """Two revisions behind the same one: said with both names, and without a line of minimig's code."""
    blog.write("migrations/0003_other.py", 'dependencies = ["blog.0002_slug"]\nup = []\n')
    result = run_pytest("--minimig", "-k", "single_head")
    result.assert_outcomes(failed=1, deselected=7)
    result.stdout.fnmatch_lines(["blog has 2 heads: blog.0003_fill, blog.0003_other", "  next:  minimig merge*"])
    result.stdout.no_fnmatch_line("*checks.py:*")


def test_models_ahead_of_the_files_are_found(blog: ProjectFolder, run_pytest) -> None:
    """A column that no revision adds."""
    blog.write(
        "models.py",
        blog.read("models.py").replace('sa.Column("title"', 'sa.Column("more", sa.Text),\n sa.Column("title"'),
    )
    result = run_pytest("--minimig", "-k", "models_match")
    result.assert_outcomes(failed=1, deselected=6)
    result.stdout.fnmatch_lines(["the models differ from the revision files", "*add column posts.more*"])


def test_sql_that_the_files_do_not_tell_of_is_found(blog: ProjectFolder, run_pytest) -> None:
    """A statement changes the schema behind minimig's back, and its way back leaves a table."""
    sql = 'ops.RunSQL(["DROP TABLE posts", "CREATE TABLE extra (id INTEGER)"], reverse="SELECT 1")'
    blog.write("migrations/0003_fill.py", f'from minimig import ops\ndependencies = ["blog.0002_slug"]\nup = [{sql}]\n')
    result = run_pytest("--minimig", "-k", "up_from_empty or up_down_up")
    result.assert_outcomes(failed=2, passed=2, deselected=3)
    result.stdout.fnmatch_lines(
        [
            "the migrated database is not what the revision files say*",
            "*create table posts*",
            "blog.0003_fill was applied and taken back, and the schema is another one*",
        ]
    )


def test_a_down_that_leads_elsewhere_is_found(blog: ProjectFolder, run_pytest) -> None:
    """`down` forgets the column: told on paper and on a database."""
    text = (blog.path / "migrations" / "0002_slug.py").read_text()
    blog.write("migrations/0002_slug.py", text + "down = []\n")
    result = run_pytest("--minimig", "-k", "down")
    result.assert_outcomes(failed=2, passed=2, deselected=3)
    result.stdout.fnmatch_lines(["*blog.0002_slug: column posts.slug is left over*", "*- drop column posts.slug*"])


@pytest.mark.parametrize(("setting", "outcome"), [("", "skipped"), ("fail", "failed")])
def test_what_has_no_way_back_is_skipped_or_fails(blog: ProjectFolder, run_pytest, setting: str, outcome: str) -> None:
    """With its reason; the revision after it is walked all the same."""
    text = (blog.path / "migrations" / "0002_slug.py").read_text()
    blog.write("migrations/0002_slug.py", text + 'irreversible = "the old slugs are gone"\n')
    result = run_pytest("--minimig", "-k", "up_down_up", "-rs", settings=f"minimig_irreversible = {setting}")
    result.assert_outcomes(passed=2, deselected=4, **{outcome: 1})
    result.stdout.fnmatch_lines(["*blog.0002_slug cannot be taken back: the old slugs are gone*"])


def test_a_step_that_fails_is_told_in_minimigs_words(blog: ProjectFolder, run_pytest) -> None:
    """File, operation and the line of the project's function; no line of minimig or SQLAlchemy."""
    text = (blog.path / "migrations" / "0003_fill.py").read_text()
    blog.write("migrations/0003_fill.py", text.replace("tables.posts.c.title", "tables.posts.c.headline"))
    blog.write("test_own.py", "def test_mine(minimig_runner):\n    minimig_runner.migrate_up_to('head')\n")
    result = run_pytest("--minimig", "-k", "mine or up_from_empty")
    result.assert_outcomes(failed=2, deselected=6)
    result.stdout.fnmatch_lines(
        [">   *minimig_runner.migrate_up_to('head')", "E *MigrationFailedError*blog.0003_fill*", "*0003_fill.py*"]
    )
    result.stdout.no_fnmatch_line("*minimig/runtime/*.py:*")
    result.stdout.no_fnmatch_line("*site-packages*")


def test_a_broken_file_is_told_and_other_tests_run(blog: ProjectFolder, run_pytest) -> None:
    """A revision file that cannot be read fails the checks, and no more."""
    blog.write("migrations/0004_broken.py", "dependencies = [\n")
    blog.write("test_own.py", "def test_own(): pass")
    result = run_pytest("--minimig")
    result.assert_outcomes(failed=5, passed=1)
    result.stdout.fnmatch_lines(["*0004_broken.py*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_without_a_configuration_the_error_says_what_to_do(pytester: pytest.Pytester, run_pytest) -> None:
    """One message, no traceback."""
    pytester.makepyfile("def test_own(minimig_runner): pass")
    result = run_pytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["no configuration found", "*where:*", "*next:*minimig init*"])
    result.stdout.no_fnmatch_line("*config.py:*")


def test_a_setting_that_makes_no_sense_is_refused(blog: ProjectFolder, run_pytest) -> None:
    """A misspelled word is no silent skip."""
    result = run_pytest("--minimig", settings="minimig_irreversible = fial")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*minimig_irreversible must be one of skip, fail*"])


def test_a_connection_left_open_keeps_no_database(blog: ProjectFolder, run_pytest, server_setting: str) -> None:
    """A test ends inside a transaction that holds a table; the database goes all the same, and at once."""
    blog.write(
        "test_open.py",
        "def test_open(minimig_migrated):\n"
        "    global held\n"
        "    held = minimig_migrated.connect()\n"
        "    assert held.exec_driver_sql('select * from posts').all() == []\n",
    )
    run_pytest(settings=server_setting).assert_outcomes(passed=1)


# --- where the project and its tests are ------------------------------------------------------------------------------


def test_the_checks_as_a_module_use_the_projects_own_fixtures(
    blog: ProjectFolder, run_pytest, postgresql_server: Server
) -> None:
    """`from minimig.testing.checks import *` in a test module, with a conftest.py that names another server."""
    url = postgresql_server.admin.url.render_as_string(hide_password=False)
    blog.write(
        "tests/conftest.py",
        f'import pytest\n@pytest.fixture(scope="session")\ndef minimig_url():\n    return "{url}"\n',
    )
    blog.write(
        "tests/test_migrations.py",
        "from minimig.testing.checks import *\n"
        "def test_kind(minimig_engine):\n    assert minimig_engine.dialect.name == 'postgresql'\n",
    )
    run_pytest("tests").assert_outcomes(passed=8)


def test_the_configuration_may_lie_elsewhere(blog: ProjectFolder, run_pytest) -> None:
    """`minimig_config` is relative to pytest's root."""
    (blog.path / "service").mkdir()
    for name in ("models.py", "minimig.toml", "migrations"):
        (blog.path / name).rename(blog.path / "service" / name)
    run_pytest("--minimig", settings="minimig_config = service/minimig.toml").assert_outcomes(passed=7)


def test_the_projects_own_database_is_out_of_reach(blog: ProjectFolder, run_pytest) -> None:
    """Its variable need not be set, and a test that asks the project for its database gets none."""
    with (blog.path / "minimig.toml").open("a") as file:
        file.write('url = "${NO_SUCH_VARIABLE}"\n')
    blog.write("test_own.py", "def test_own(minimig_project):\n    minimig_project.connect()\n")
    result = run_pytest("--minimig")
    result.assert_outcomes(passed=7, failed=1)
    result.stdout.fnmatch_lines(["*ConfigError: no database is configured"])


def test_a_project_without_revisions_yet(blog: ProjectFolder, run_pytest) -> None:
    """Nothing to walk is no failure; models that no file tells of are one."""
    for file in (blog.path / "migrations").glob("0*.py"):
        file.unlink()
    run_pytest("--minimig").assert_outcomes(failed=1, passed=3, skipped=1)


REACHING = """
import pytest
from minimig.commands.tenant_list import project_of_tenants
from minimig.errors import MinimigError

def test_own(minimig_project):
    with pytest.raises(MinimigError, match="no database"):
        minimig_project.connect()
    with pytest.raises(MinimigError, match="no tenants"):
        project_of_tenants(minimig_project.settings)
    for name in ("analytics", "default"):
        with pytest.raises(MinimigError, match="no database"):
            type(minimig_project)(minimig_project.environment).settings.for_database(name).database_url()
"""


def test_several_databases_and_tenants_are_out_of_reach(blog: ProjectFolder, run_pytest) -> None:
    """Of several databases and of tenants the tests know none, and run on scratch databases as ever."""
    with (blog.path / "minimig.toml").open("a") as file:
        file.write('url = "sqlite:///main.db"\n[databases.analytics]\nurl = "sqlite:///analytics.db"\n')
        file.write('[tenants]\nurl = "sqlite:///{tenant}.db"\nnames = ["one"]\n')
    blog.write("test_own.py", REACHING)
    run_pytest("--minimig").assert_outcomes(passed=8)
    assert blog.files("*.db") == []
    result = run_pytest("--minimig", "-k", "models", settings="minimig_database = analytcs")
    result.stdout.fnmatch_lines(["*did you mean analytics?*"])
