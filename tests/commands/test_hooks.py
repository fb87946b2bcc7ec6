"""Hooks of a project's env file at work: in what is read, what is compared, and what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import minimig
from minimig.commands.hooks import ignored
from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.environment import load_environment
from minimig.hooks import Hooks
from support.databases import Database
from support.histories import counted
from support.projects import ProjectFolder

CONFIG = """
env = "env.py"
metadata = "shop.models:metadata"
migrations = "shop/migrations"
"""
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(80)))
"""
MORE = """
sa.Table("carts", metadata, sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("owner", sa.Integer, sa.ForeignKey("users.id", name="fk_carts_owner")))
"""
ENV = """
from dataclasses import replace

from minimig import ops
from minimig.hooks import RULES, rewrite

{body}

def configure(environment):
    return replace(environment, {arguments})
"""


def shop(path: Path, url: str | None = "sqlite://", models: str = MODELS) -> ProjectFolder:
    """A project with models and an env file that changes nothing yet."""
    project = ProjectFolder(path, url)
    project.write("minimig.toml", CONFIG)
    project.write("shop/__init__.py", "")
    project.write("shop/models.py", models)
    hook(project)
    return project


def hook(project: ProjectFolder, arguments: str = "", body: str = "") -> None:
    """Write the env file: what `configure` replaces, and what stands above it."""
    project.write("env.py", ENV.format(body=body, arguments=arguments))


def run(database: Database, *statements: str) -> None:
    """Execute statements by hand."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


# --- include ----------------------------------------------------------------------------------------------------------


def test_a_table_that_is_not_included_is_not_read(sqlite_database: Database) -> None:
    """A table that cannot be described, a virtual one of a module that is not there, does not stop a comparison."""
    run(sqlite_database, "CREATE TABLE users (id INTEGER PRIMARY KEY)")
    with sqlite_database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
        connection.exec_driver_sql(
            "INSERT INTO sqlite_master VALUES ('table', 'geo', 'geo', 0, 'CREATE VIRTUAL TABLE geo USING gone(a)')"
        )
        connection.commit()
    models = sa.MetaData()
    sa.Table("users", models, sa.Column("id", sa.Integer, primary_key=True))
    with sqlite_database.engine.connect() as connection:
        with pytest.raises(sa.exc.OperationalError, match="no such module: gone"):
            minimig.diff(connection, models)
        assert minimig.diff(connection, models, hooks=Hooks(include=lambda _, name: name != "geo")) == []


def test_nothing_is_asked_about_tables_that_are_not_included(database: Database) -> None:
    """No statement, and none of its values, names a table that is left out; both ways round it is no difference."""
    run(database, "CREATE TABLE users (id INTEGER PRIMARY KEY)", "CREATE TABLE audit_log (x INTEGER)")
    models = sa.MetaData()
    sa.Table("users", models, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    sa.Table("audit_mine", models, sa.Column("id", sa.Integer))
    hooks = Hooks(include=lambda _, name: not name.startswith("audit_"))
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        seen.append(f"{statement} {parameters}")

    sa.event.listen(database.engine, "before_cursor_execute", note)
    with database.engine.connect() as connection:
        there = [each.describe() for each in minimig.diff(connection, models, hooks=hooks)]
        back = [each.describe() for each in minimig.diff(models, connection, hooks=hooks)]
    assert seen
    assert not [text for text in seen if "audit_" in text]
    assert [line for line in there + back if "audit" in line] == []
    with database.engine.connect() as connection:
        assert "drop table audit_log" in [each.describe() for each in minimig.diff(connection, models)]


def test_a_filter_costs_no_statement_for_each_table(postgresql_database: Database) -> None:
    """Where the database answers for all tables at once it still does, whatever the number of tables left out."""
    models = sa.MetaData()
    sa.Table("users", models, sa.Column("id", sa.Integer, primary_key=True))
    models.create_all(postgresql_database.engine)
    hooks = Hooks(include=lambda _, name: not name.startswith("old_"))
    numbers = []
    for count in (1, 2, 12):
        run(postgresql_database, *(f"CREATE TABLE old_{count}_{n} (x INTEGER)" for n in range(count)))
        with counted(postgresql_database.engine) as seen, postgresql_database.engine.connect() as connection:
            assert minimig.diff(connection, models, hooks=hooks) == []
        numbers.append(len(seen))
    assert numbers[1] == numbers[2]  # the first connection of an engine also asks who it talks to


def test_a_schema_that_is_not_included_is_nobodys_business(tmp_path: Path, postgresql_database: Database) -> None:
    """Its tables in the models are not made, it is not read, and a key that points into it is a key like any other."""
    models = MODELS + (
        'people = sa.Table("people", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="legacy")\n'
        'sa.Table("carts", metadata, sa.Column("id", sa.Integer, primary_key=True),\n'
        '    sa.Column("person", sa.Integer, sa.ForeignKey(people.c.id, name="fk_person")))\n'
    )
    project = shop(tmp_path, postgresql_database.url, models)
    hook(project, 'include=lambda kind, name: (kind, name) != ("schema", "legacy")')
    run(postgresql_database, "CREATE SCHEMA legacy", "CREATE TABLE legacy.people (id integer PRIMARY KEY, odd point)")
    project.ok("makemigrations")
    written = project.read("shop/migrations/0001*.py")
    assert 'ops.CreateTable(\n        "users"' in written
    assert '"people"' not in written
    assert "CreateSchema" not in written
    assert 'sa.ForeignKeyConstraint(["person"], ["legacy.people.id"]' in written
    project.ok("migrate")
    project.ok("check")
    assert project.ok("makemigrations").out == "No changes detected.\n"


def test_what_the_files_have_is_filtered_too(tmp_path: Path, database: Database) -> None:
    """A table that was made before the filter came is neither dropped nor found missing in the database."""
    project = shop(tmp_path, database.url, MODELS + MORE)
    project.ok("makemigrations")
    project.ok("migrate")
    hook(project, 'include=lambda kind, name: name != "carts"')
    run(database, "DROP TABLE carts")
    assert project.ok("makemigrations").out == "No changes detected.\n"
    project.ok("check")
    hook(project)
    assert "create table carts" in project.run("check").out


# --- keep -------------------------------------------------------------------------------------------------------------


def test_what_is_not_kept_is_seen_on_no_side(tmp_path: Path, database: Database) -> None:
    """A column and an index that somebody else looks after, in the database alone or in the models alone."""
    extra = MODELS.replace(
        "sa.String(80)))", 'sa.String(80), index=True), sa.Column("zz_note", sa.String(9)), sa.Index("zz_ix", "email"))'
    )
    project = shop(tmp_path, database.url, extra)
    theirs = 'keep=lambda kind, name, item: not name.rpartition(".")[2].startswith("zz_")'
    hook(project, theirs)
    project.ok("makemigrations")
    written = project.read("shop/migrations/0001*.py")
    assert "ix_users_email" in written
    assert "zz_" not in written
    project.ok("migrate")
    run(database, "ALTER TABLE users ADD zz_mark INTEGER", "CREATE INDEX zz_mark_ix ON users (zz_mark, email)")
    project.ok("check")
    hook(project)
    drift = project.run("check").out
    for line in ("add column users.zz_note", "drop column users.zz_mark", "drop index zz_mark_ix"):
        assert line in drift


def test_a_key_to_a_table_that_is_not_kept_stays(tmp_path: Path, database: Database) -> None:
    """Another tool owns the table; the key that points to it is made, compared, and taken back."""
    project = shop(tmp_path, database.url, MODELS + MORE)
    hook(project, 'keep=lambda kind, name, item: (kind, name) != ("table", "users")')
    run(database, "CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY)")
    project.ok("makemigrations")
    project.ok("migrate")
    project.ok("check")
    [key] = sa.inspect(database.engine).get_foreign_keys("carts")
    assert key["referred_table"] == "users"
    project.ok("migrate", "shop", "zero")
    assert "users" in sa.inspect(database.engine).get_table_names()


def test_what_hangs_on_a_change_must_be_seen_with_it(tmp_path: Path) -> None:
    """An index that is not kept stands in the way of dropping its column: that is told, and nothing is written."""
    project = shop(tmp_path, models=MODELS.replace("sa.String(80)))", "sa.String(80), index=True))"))
    project.ok("makemigrations")
    project.write("shop/models.py", MODELS.replace(', sa.Column("email", sa.String(80))', ""))
    hook(project, 'keep=lambda kind, name, item: kind != "index"')
    refused = project.run("makemigrations", "--drop", "users.email")
    assert refused.code == 1
    assert "what was found does not fit the revision files: drop column users.email: " in refused.err
    assert "index ix_users_email" in refused.err
    assert project.files("shop/migrations/0002*.py") == []


def test_comments_may_be_nobodys_business(tmp_path: Path, postgresql_database: Database) -> None:
    """Alembic leaves out its comparison of comments; here they are things that are not kept."""
    project = shop(tmp_path, postgresql_database.url)
    project.ok("makemigrations")
    project.ok("migrate")
    hook(project, 'keep=lambda kind, name, item: kind != "comment"')
    run(postgresql_database, "COMMENT ON TABLE users IS 'by hand'", "COMMENT ON COLUMN users.email IS 'too'")
    project.ok("check")


# --- same type, same default ------------------------------------------------------------------------------------------


def test_types_and_defaults_are_compared_by_the_projects_words(tmp_path: Path, database: Database) -> None:
    """In check a hook sees the database's types and its dialect, in makemigrations those of the files."""
    project = shop(tmp_path, database.url)
    project.ok("makemigrations")
    project.ok("migrate")
    run(database, "DROP TABLE users", "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(99) DEFAULT 'none')")
    drift = project.run("check").out
    assert "alter column users.email (type, server default)" in drift
    assert "users.id" not in drift or database.kind != "sqlite"
    hook(
        project,
        "same_type=same, same_default=lambda column, old, new: column.column == 'email' or None",
        "def same(column, old, new):\n"
        "    assert column.dialect is None or column.dialect.name in ('sqlite', 'postgresql', 'mysql', 'mariadb')\n"
        "    return True if getattr(old, 'length', None) and new.length else None\n",
    )
    assert "users.email" not in project.run("check").out
    project.write("shop/models.py", MODELS.replace("80", "120"))
    assert project.ok("makemigrations").out == "No changes detected.\n"


def test_a_declared_difference_is_told_each_time(tmp_path: Path, database: Database) -> None:
    """What a hook says differs though it is equal is drift for ever, and a file at each makemigrations, which runs."""
    project = shop(tmp_path, database.url)
    project.ok("makemigrations")
    hook(project, "same_type=lambda column, old, new: False if column.key == 'users.email' else None")
    for number in (2, 3):
        project.ok("makemigrations", "-n", "again")
        assert "ops.AlterColumn(" in project.read(f"shop/migrations/000{number}_again.py")
    project.ok("migrate")
    told = project.run("check")
    assert told.code == 4
    assert told.out.count("alter column users.email (type)") == 2  # models and files, files and database
    hook(project)
    project.ok("check")


def test_what_other_commands_ask_of_the_filters(tmp_path: Path) -> None:
    """Which tables of a live database are not to be read: those not included, and the version table."""
    project = shop(tmp_path)
    hook(project, 'include=lambda kind, name: kind != "schema" and name != "geo"')
    settings = load_settings(tmp_path, environ={}, overrides={})
    skip = ignored(Project(load_environment(settings)))
    assert [key for key in ("users", "geo", "minimig_version", "other.users") if skip(key)] == [
        "geo",
        "minimig_version",
        "other.users",
    ]


def test_the_version_table_is_nobodys_in_a_named_schema_too(tmp_path: Path, database: Database) -> None:
    """A version table in the default schema, given by its name, is in no snapshot and no comparison."""
    project = shop(tmp_path, database.url)
    default = sa.inspect(database.engine).default_schema_name
    project.write("minimig.toml", f'version_schema = "{default}"\n{CONFIG}')
    project.ok("makemigrations")
    project.ok("migrate")
    assert "minimig_version" not in project.ok("snapshot", "database").out
    project.ok("diff", "database", "models", "--all")


# --- rules and rewriters ----------------------------------------------------------------------------------------------


def test_rules_and_rewriters_make_the_file(tmp_path: Path, postgresql_database: Database) -> None:
    """A rule of the project's own and a rewriter, written and run; an index concurrently has a file of its own."""
    project = shop(tmp_path, postgresql_database.url)
    project.ok("makemigrations")
    hook(
        project,
        "rules=(*RULES, granted), rewriters=(rewrite(ops.CreateIndex, online),)",
        "def granted(pair, questioner):\n"
        "    if pair.old is None:\n"
        "        yield ops.RunSQL(f'GRANT SELECT ON {pair.new.name} TO PUBLIC', reverse=ops.NOOP)\n\n"
        "def online(create):\n"
        "    return ops.CreateIndex(replace(create.index, concurrently=True), create.table)\n",
    )
    project.write("shop/models.py", MODELS.replace("String(80)", "String(80), index=True") + MORE)
    project.ok("makemigrations")
    texts = "".join(project.read(name) for name in project.files("shop/migrations/000[23]*.py"))
    assert "postgresql_concurrently=True" in texts
    assert texts.index("ops.CreateTable") < texts.index("ops.RunSQL")
    assert len(project.files("shop/migrations/*.py")) == 3
    project.ok("migrate")
    with postgresql_database.engine.connect() as connection:
        rights = connection.exec_driver_sql(
            "SELECT count(*) FROM information_schema.role_table_grants"
            " WHERE table_name = 'carts' AND grantee = 'PUBLIC'"
        )
        assert rights.scalar() == 1
    project.ok("check")
    project.ok("migrate", "shop", "zero")


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("rules=(*RULES, log)", "the next makemigrations would write: drop table log"),
        ("rules=[rule for rule in RULES if rule.__name__ != 'added']", "has no column 'nick'"),
    ],
)
def test_rules_that_lead_nowhere_are_refused(tmp_path: Path, rules: str, message: str) -> None:
    """A rule that makes what no model has, and one left out that others build on, are told, and nothing is written."""
    project = shop(tmp_path)
    project.ok("makemigrations")
    more = ', sa.Column("nick", sa.String(9), index=True))'
    project.write("shop/models.py", MODELS.replace("80)))", f"80)){more}"))
    log = "def log(pair, questioner):\n    if pair.old and pair.old.name == 'users':\n"
    hook(project, rules, f"{log}        yield ops.CreateTable(replace(pair.old, name='log'))\n")
    refused = project.run("makemigrations")
    assert refused.code == 1
    assert message in refused.err
    assert "environment" in refused.err
    assert project.files("shop/migrations/0002*.py") == []


def test_a_rewriter_that_leaves_a_step_out_does_so_each_time(tmp_path: Path) -> None:
    """Neither makemigrations nor check speaks of it, as with Alembic; one that leads elsewhere is an error."""
    project = shop(tmp_path)
    project.ok("makemigrations")
    project.write("shop/models.py", MODELS.replace("80", "120"))
    hook(project, "rewriters=[rewrite(ops.AlterColumn, lambda operation: None)]")
    assert project.ok("makemigrations").out == "No changes detected.\n"
    project.ok("check", "--models")
    hook(
        project,
        "rewriters=[rewrite(ops.AlterColumn, shorter)]",
        "def shorter(alter): return ops.AlterColumn(\n"
        "    alter.table, alter.column, type=__import__('sqlalchemy').String(100))\n",
    )
    refused = project.run("makemigrations")
    assert refused.code == 1
    assert "rewrite(AlterColumn, shorter)" in refused.err
    assert project.files("shop/migrations/0002*.py") == []


# --- the file as a whole ----------------------------------------------------------------------------------------------


def test_revise_changes_the_file(tmp_path: Path, database: Database) -> None:
    """Docstring, name, labels and more operations; a way down that was not touched follows from the new way up."""
    project = shop(tmp_path, database.url)
    hook(
        project,
        "revise=signed",
        "def signed(migration):\n"
        "    up = (*migration.up, ops.RunSQL('INSERT INTO users (id) VALUES (1)', reverse='DELETE FROM users'))\n"
        "    return replace(migration, doc='Ours.', name=f'{migration.name}_x', labels=('first',), up=up)\n",
    )
    project.ok("makemigrations")
    text = project.read("shop/migrations/0001_initial_x.py")
    assert text.startswith('"""Ours."""')
    assert 'labels = ["first"]' in text
    assert text.index('"DELETE FROM users"') < text.index("ops.DropTable")
    project.ok("migrate")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM users").scalars().all() == [1]
    project.ok("migrate", "shop", "zero")


def test_revise_sees_empty_and_merge_files_and_may_refuse_them(tmp_path: Path) -> None:
    """None writes no file; --empty and --merge ask as well."""
    project = shop(tmp_path)
    project.ok("makemigrations")
    project.write("shop/migrations/0002_a.py", 'dependencies = ["shop.0001_initial"]\nup = []\n')
    project.write("shop/migrations/0002_b.py", 'dependencies = ["shop.0001_initial"]\nup = []\n')
    hook(project, "revise=lambda migration: replace(migration, doc=f'Joined: {migration.is_merge}.')")
    project.ok("makemigrations", "--merge")
    assert '"""Joined: True."""' in project.read("shop/migrations/0003*.py")
    project.ok("makemigrations", "shop", "--empty", "-n", "step")
    assert '"""Joined: False."""' in project.read("shop/migrations/0004_step.py")
    hook(project, "revise=lambda migration: None")
    project.write("shop/models.py", MODELS.replace("80", "120"))
    assert project.ok("makemigrations").out == "No changes detected.\n"
    assert project.files("shop/migrations/0005*.py") == []


TAGS = """
sa.Table("tags", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer, index=True))
"""
PARTS = """
def parts(create):
    index = create.table.indexes["ix_tags_a"]
    table = create.table.without_index("ix_tags_a")
    return [ops.CreateTable(table), ops.CreateIndex(replace(index, concurrently=True), "tags")]
"""


def test_later_files_follow_what_revise_does_to_the_first(tmp_path: Path) -> None:
    """Of two files written at once the second depends on the first by its new name; it cannot do without it."""
    project = shop(tmp_path)
    project.ok("makemigrations")
    project.write("shop/models.py", MODELS + TAGS)
    rewriters = "rewriters=[rewrite(ops.CreateTable, parts)]"
    hook(project, f"{rewriters}, revise=lambda m: None if m.name.startswith('0002') else m", PARTS)
    refused = project.run("makemigrations")
    assert "`revise` leaves out shop.0002" in refused.err
    assert project.files("shop/migrations/000[23]*.py") == []
    hook(project, f"{rewriters}, revise=lambda m: replace(m, name=m.name + '_x')", PARTS)
    project.ok("makemigrations")
    first, second = project.files("shop/migrations/000[23]*_x.py")
    assert f'dependencies = ["shop.{Path(first).stem}"]' in project.read(second)
    project.ok("check", "--models")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("3", "`revise` returned int instead of a migration or None"),
        ("replace(migration, name='0001_initial')", "the name shop.0001_initial, which is taken"),
        ("replace(migration, name='a b')", "`revise` gave no good file"),
        ("replace(migration, app='blog')", "moves a file from app shop to blog"),
        ("replace(migration, dependencies=('shop.0009_x',))", "`revise` gave no good file: "),
        ("replace(migration, run_before=('shop.0001_initial',))", "`revise` gave no good file: "),
        ("replace(migration, up=())", "its operations lead to another schema than those that were found"),
        ("replace(migration, up=('x',))", "'x' is not an operation"),
        ("replace(migration, up=(*migration.up, *migration.up))", "`revise` gave no good file: "),
        ("replace(migration, up=(*migration.up, ops.RunSQL('SELECT 1')))", "`revise` gave no good file: "),
        ("migration.nonsense", "`revise` of the environment failed: AttributeError"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, given: str, message: str) -> None:
    """Each is told as one error, and nothing is written, nor would it be with --check."""
    project = shop(tmp_path)
    project.ok("makemigrations")
    project.write("shop/models.py", MODELS + MORE)
    hook(project, f"revise=lambda migration: {given}")
    for options in ((), ("--check",)):
        refused = project.run("makemigrations", *options)
        assert refused.code == 1
        assert message in refused.err
        assert "Traceback" not in refused.err
    assert project.files("shop/migrations/*.py") == ["shop/migrations/0001_initial.py"]


# --- serializers ------------------------------------------------------------------------------------------------------

CODEC = """
import sqlalchemy as sa


class Codec:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return isinstance(other, Codec) and other.name == self.name

    def __hash__(self):
        return hash(self.name)


class Packed(sa.types.TypeDecorator):
    impl = sa.Text
    cache_ok = True

    def __init__(self, codec):
        super().__init__()
        self.codec = codec

"""
WRITE = """
from minimig.hooks import Reference
from shop.models import Codec


def write(codec, writing):
    return f'{writing.name(Reference("shop.models", "Codec"), "the codec")}({codec.name!r})'

"""
TEACH = "serializers=((Codec, write),)"


def test_a_value_of_the_projects_own_is_written(tmp_path: Path, database: Database) -> None:
    """makemigrations writes it, both ways; the file runs, a squash writes it again, and no difference is left."""
    models = CODEC + MODELS.replace("import sqlalchemy as sa", "").replace("sa.String(80)", 'Packed(Codec("zip"))')
    project = shop(tmp_path, database.url, models)
    refused = project.run("makemigrations")
    assert "teach the writer in the env file" in refused.err
    assert "serializers=((Codec, function),)" in refused.err
    hook(project, TEACH, WRITE)
    project.ok("makemigrations")
    assert 'shop.models.Packed(shop.models.Codec("zip"))' in project.read("shop/migrations/0001*.py").replace("'", '"')
    project.ok("migrate")
    project.ok("check")
    for words in (("snapshot",), ("diff", "zero", "models", "--python"), ("diff", "zero", "models", "--json")):
        assert "Codec('zip')" in project.run(*words).out.replace('\\"', "'").replace('"', "'")
    project.write("shop/models.py", models.replace('Codec("zip")', 'Codec("tar")'))
    project.ok("makemigrations")
    project.ok("squashmigrations", "shop", "0001", "0002")
    assert "Codec('tar')" in project.read("shop/migrations/0001_squashed*.py").replace('"', "'")
    project.ok("check", "--models")


def test_empty_files_know_it_too(tmp_path: Path) -> None:
    """What `revise` puts into an --empty file is written by the same rules."""
    models = CODEC + MODELS.replace("import sqlalchemy as sa", "")
    project = shop(tmp_path, models=models)
    hook(project, TEACH, WRITE)
    project.ok("makemigrations")
    seeds = "ops.BulkInsert('users', [{'id': 1, 'email': Codec('zip')}])"
    hook(project, f"{TEACH}, revise=lambda m: replace(m, up=({seeds},), down=())", WRITE)
    made = project.run("makemigrations", "shop", "--empty")
    assert made.code == 0, made.text
    assert "shop.models.Codec('zip')" in project.read("shop/migrations/0002*.py").replace('"', "'")


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ("include=lambda kind, name: 1 / 0", "include"),
        ("keep=lambda kind, name, item: 1 / 0", "keep"),
        ("same_type=lambda *_: 1 / 0", "same_type"),
        ("same_default=lambda *_: 1 / 0", "same_default"),
        ("rules=(*RULES, lambda *_: 1 / 0)", "rules"),
        ("rules=(*RULES, broken)", "rules"),
        ("schema_rules=(lambda *_: 1 / 0,)", "schema_rules"),
        ("rewriters=[lambda _: 1 / 0]", "rewriters"),
        ("rewriters=[rewrite(ops.AlterColumn, lambda _: 1 / 0)]", "rewriters"),
    ],
)
def test_a_hook_that_fails_is_placed(tmp_path: Path, arguments: str, field: str) -> None:
    """What a function of the env file raises is told with its line, and never as a traceback."""
    project = shop(tmp_path, models=MODELS.replace("80)", "80), server_default='x'"))
    project.ok("makemigrations")
    project.write("shop/models.py", MODELS.replace("80)", "90), server_default='x'"))
    hook(project, arguments, "def broken(*_):\n    yield 1 / 0\n")
    refused = project.run("makemigrations")
    assert refused.code == 1
    assert f"`{field}` of the environment failed: ZeroDivisionError" in refused.err
    assert "env.py:" in refused.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("keep=3", "`keep` of the environment is not a function"),
        ("rewriters=rewrite(ops.AddColumn, print)", "`rewriters` of the environment is not a tuple of functions"),
        ("rules=(3,)", "`rules` of the environment is not a tuple of functions"),
        ("serializers=(print,)", "`serializers` of the environment is not a tuple of pairs (type, function)"),
        ("kepe=print", "unexpected keyword argument 'kepe'"),
    ],
)
def test_a_hook_of_the_wrong_shape_is_refused(tmp_path: Path, arguments: str, message: str) -> None:
    """What is no function, or no tuple of them, is found when the env file is read."""
    project = shop(tmp_path)
    hook(project, arguments)
    refused = project.run("showmigrations")
    assert refused.code == 1
    assert message in refused.err


def test_a_file_gets_a_comment_of_the_projects_own(tmp_path: Path) -> None:
    """`comment` of `revise` stands as comment above everything, whatever is in it, and the file reads back."""
    project = shop(tmp_path)
    text = r'"Copyright: us\n\n  ticket \x07 \"\"\" " + migration.revision'
    hook(project, f"revise=lambda migration: replace(migration, comment={text})")
    project.ok("makemigrations")
    written = project.read("shop/migrations/0001_*.py")
    assert written.startswith('# Copyright: us\n#\n#   ticket  """ shop.0001_initial\n"""Create table users."""\n')
    project.ok("makemigrations", "--check")


@pytest.mark.parametrize(
    ("comment", "message"), [("'-*- coding: latin-1 -*-'", "change its encoding"), ("3", "`comment` is int, not text")]
)
def test_a_comment_that_is_none_is_refused(tmp_path: Path, comment: str, message: str) -> None:
    """A comment that would change how Python reads the file, and what is no text: nothing is written."""
    project = shop(tmp_path)
    hook(project, f"revise=lambda migration: replace(migration, comment={comment})")
    result = project.run("makemigrations")
    assert (result.code, message in result.err) == (1, True), result.err
    assert project.files("shop/migrations/*.py") == []
