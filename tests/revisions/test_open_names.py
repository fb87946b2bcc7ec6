"""Names that a file leaves out: given by the models' naming convention when it is loaded, final from then on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import minimig
from minimig import ops
from minimig.errors import StateError
from minimig.operations.base import Operation
from minimig.revisions.header import read_header
from minimig.revisions.loader import load_migration
from minimig.revisions.meaning import checksum
from minimig.state.from_metadata import from_metadata
from support.databases import Database
from support.histories import History
from support.projects import ProjectFolder

CONVENTION: dict[str, Any] = {
    "ix": "i_%(table_name)s_%(column_0_N_name)s",
    "uq": "u_%(table_name)s_%(column_0_name)s",
    "fk": "f_%(table_name)s_%(column_0_name)s_%(referred_table_name)s_%(referred_column_0_name)s",
    "ck": "c_%(table_name)s_%(constraint_name)s",
    "pk": "p_%(table_name)s",
}
FILE = """
up = [
    ops.CreateTable(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(80), unique=True),
        sa.Column("nick", sa.String(80), index=True),
        sa.UniqueConstraint("nick", name="uq_by_hand"),
    ),
    ops.CreateTable("posts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("slug", sa.String(80))),
    ops.AddColumn("posts", sa.Column("by", sa.Integer, sa.ForeignKey("users.id"), index=True)),
    ops.AddConstraint("posts", sa.UniqueConstraint("slug")),
    ops.AddConstraint("posts", sa.CheckConstraint("slug <> ''", name="by_hand")),
    ops.CreateIndex(None, "posts", ["slug", "by"]),
]
"""
NAMES = {
    "users": {"u_users_email", "i_users_nick", "uq_by_hand"},
    "posts": {"f_posts_by_users_id", "i_posts_by", "u_posts_slug", "by_hand", "i_posts_slug_by"},
}


def models(convention: dict[str, Any] | None) -> sa.MetaData:
    """What FILE makes, as models with a convention."""
    metadata = sa.MetaData(naming_convention=convention)
    sa.Table(
        "users",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(80), unique=True),
        sa.Column("nick", sa.String(80), index=True),
        sa.UniqueConstraint("nick", name="uq_by_hand"),
    )
    sa.Table(
        "posts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("slug", sa.String(80), unique=True),
        sa.Column("by", sa.Integer, sa.ForeignKey("users.id"), index=True),
        sa.CheckConstraint("slug <> ''", name=sa.schema.conv("by_hand")),
        sa.Index(None, "slug", "by"),
    )
    return metadata


def names(operations: tuple[Operation, ...]) -> dict[str, set[str]]:
    """The names of constraints and indexes by table, after these operations."""
    state = from_metadata(sa.MetaData())
    for operation in operations:
        state = operation.state_forwards(state)
    return {key: {*table.constraints, *table.indexes} for key, table in state.tables.items()}


def loaded(folder: Path, body: str, convention: dict[str, Any] | None) -> Any:
    """A file with this body, loaded under a convention."""
    path = folder / "0001_x.py"
    path.write_text(f"import sqlalchemy as sa\n\nfrom minimig import ops\n\ndependencies = []\n{body}")
    return load_migration(read_header(path, "blog"), None if convention is None else lambda: convention)


def test_the_convention_fills_what_is_left_out(tmp_path: Path) -> None:
    """Every kind of item gets its conventional name, wherever it stands; what has a name keeps it as it is written."""
    assert names(loaded(tmp_path, FILE, CONVENTION).up) == NAMES


def test_a_file_without_models_gets_plain_names(tmp_path: Path) -> None:
    """Without a convention the names are minimig's own, which are SQLAlchemy's for an index."""
    assert names(loaded(tmp_path, FILE, None).up)["posts"] == {
        "fk_posts_by_users",
        "ix_posts_by",
        "uq_posts_slug",
        "by_hand",
        "ix_posts_slug",
    }


def test_the_database_agrees_with_the_models(database: Database, tmp_path: Path) -> None:
    """Up, compared with models under the same convention, shows no difference; down leaves nothing behind."""
    convention = {kind: rule for kind, rule in CONVENTION.items() if kind != "pk"}
    history = History.at(tmp_path, database)
    history.write("0001_all", FILE)
    history.migrate(metadata=models(convention))
    with database.engine.connect() as connection:
        assert minimig.diff(connection, models(convention)) == []
    history.migrate("zero", metadata=models(convention))
    assert history.tables == set()


def test_a_changed_convention_is_a_changed_file(tmp_path: Path) -> None:
    """The checksum is of the names as they were given, so a later convention cannot rename an old file's in silence."""
    before = checksum(loaded(tmp_path, FILE, CONVENTION))
    assert checksum(loaded(tmp_path, FILE, CONVENTION)) == before
    assert checksum(loaded(tmp_path, FILE, {**CONVENTION, "uq": "unique_%(table_name)s"})) != before
    assert checksum(loaded(tmp_path, FILE, {**CONVENTION, "pk": "primary_%(table_name)s"})) == before


def test_written_names_are_final(tmp_path: Path) -> None:
    """A file that writes its names never asks for the convention: it means the same under any."""
    operations = loaded(tmp_path, FILE, CONVENTION).up
    text = minimig.source(operations)
    again = loaded(tmp_path, f"up = {text}\n", {"uq": "other", "fk": "other", "ix": "other", "ck": "other"})
    assert again.up == operations
    assert not any(operation.has_open_names for operation in again.up)


def test_the_convention_is_asked_only_when_a_name_is_open(tmp_path: Path) -> None:
    """A project whose files write all names migrates without importing its models."""
    path = tmp_path / "0001_x.py"
    body = 'up = [ops.CreateTable("t", sa.Column("id", sa.Integer, primary_key=True))]\n'
    path.write_text(f"import sqlalchemy as sa\n\nfrom minimig import ops\n\ndependencies = []\n{body}")

    def nobody() -> dict[str, Any]:
        raise AssertionError("asked")

    assert load_migration(read_header(path, "blog"), nobody).up


def test_a_convention_that_cannot_know_leaves_the_name(tmp_path: Path) -> None:
    """An unnamed CHECK has no `constraint_name`, which SQLAlchemy would refuse in models: the rule is passed over."""
    body = 'up = [ops.CreateTable("t", sa.Column("a", sa.Integer), sa.CheckConstraint("a > 0"))]\n'
    plain = names(loaded(tmp_path, body, None).up)
    assert names(loaded(tmp_path, body, {"ck": "c_%(constraint_name)s"}).up) == plain


def test_open_names_inside_other_operations(tmp_path: Path) -> None:
    """State operations of SQL steps follow the convention, too."""
    body = """
ADD = [ops.AddConstraint("t", sa.UniqueConstraint("a"))]
up = [
    ops.CreateTable("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer)),
    ops.RunSQL("SELECT 1", state_operations=ADD),
    ops.SeparateStateAndDatabase(state_operations=[ops.CreateIndex(None, "t", ["b"])], database_operations=ADD),
]
"""
    assert names(loaded(tmp_path, body, CONVENTION).up) == {"t": {"u_t_a", "i_t_b"}}


def test_the_library_names_operations() -> None:
    """`minimig.named` does by hand what loading a file does."""
    add = ops.AddConstraint("posts", sa.UniqueConstraint("slug"))
    assert minimig.named([add], sa.MetaData(naming_convention=CONVENTION)) == [
        ops.AddConstraint("posts", sa.UniqueConstraint("slug", name="u_posts_slug"))
    ]


def test_a_project_uses_the_convention_of_its_models(tmp_path: Path) -> None:
    """On the command line the convention comes from the models that the configuration names."""
    project = ProjectFolder(tmp_path, f"sqlite:///{tmp_path}/x.db")
    project.write("minimig.toml", 'metadata = "shop:metadata"\nmigrations = "migrations"\n')
    rules = {"uq": CONVENTION["uq"], "ix": CONVENTION["ix"]}
    columns = 'sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer, unique=True)'
    project.write(
        "shop.py",
        f"import sqlalchemy as sa\nmetadata = sa.MetaData(naming_convention={rules!r})\n"
        f'sa.Table("t", metadata, {columns})\n',
    )
    project.write(
        "migrations/0001_t.py",
        "import sqlalchemy as sa\n\nfrom minimig import ops\n\ndependencies = []\n"
        f'up = [ops.CreateTable("t", {columns})]\n',
    )
    assert project.run("migrate").code == 0
    assert "No changes" in project.run("makemigrations").text
    engine = sa.create_engine(f"sqlite:///{tmp_path}/x.db")
    assert [u["name"] for u in sa.inspect(engine).get_unique_constraints("t")] == ["u_t_a"]


DROPS: list[tuple[Operation, str]] = [
    (ops.DropConstraint(None, "posts", kind="unique", columns=["slug"]), "u_posts_slug"),
    (ops.DropConstraint(None, "posts", kind="foreign_key", columns=["by"]), "f_posts_by_users_id"),
    (ops.DropConstraint(None, "posts", kind="check", columns=["slug"]), "by_hand"),
]


@pytest.mark.parametrize(("drop", "name"), DROPS)
def test_a_constraint_is_dropped_by_what_it_is(database: Database, drop: Operation, name: str) -> None:
    """Kind and columns find it in the state, on paper and in the database, and its reverse has its name again."""
    before = from_metadata(models({k: v for k, v in CONVENTION.items() if k != "pk"}))
    after = drop.state_forwards(before)
    assert before["posts"].constraints.keys() - after["posts"].constraints.keys() == {name}
    assert drop.reverse(before).state_forwards(after) == before
    with database.engine.begin() as connection:
        models({k: v for k, v in CONVENTION.items() if k != "pk"}).create_all(connection)
    with database.engine.connect() as connection:
        minimig.apply(connection, [drop], before)
        connection.commit()
        assert minimig.diff(connection, after) == []


def test_a_vague_drop_is_told_what_there_is(tmp_path: Path) -> None:
    """Neither name nor kind, no such constraint, or two of them: the error names what could be meant."""
    state = from_metadata(models(None))
    with pytest.raises(StateError, match="does not say which"):
        ops.DropConstraint(None, "posts", columns=["slug"])
    with pytest.raises(StateError, match="no constraint of the kind unique over by") as caught:
        ops.DropConstraint(None, "posts", kind="unique", columns=["by"]).state_forwards(state)
    assert caught.value.hint == "name one of uq_posts_slug"
    twice = ops.AddConstraint("posts", sa.UniqueConstraint("slug", name="again")).state_forwards(state)
    with pytest.raises(StateError, match="2 constraints") as caught:
        ops.DropConstraint(None, "posts", kind="unique", columns=["slug"]).state_forwards(twice)
    assert caught.value.hint == "name one of uq_posts_slug, again"
