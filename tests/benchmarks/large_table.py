"""Rows of the table about a large table of SQLite: which changes copy it, and how often."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from . import as_alembic, as_django
from .measuring import Case
from .rows import ALEMBIC, DJANGO, MINIMIG, Goal, Row, Rows
from .workbench import BARE, Workbench

CONFIG = """\
[tool.minimig]
url = "${BENCHMARK_URL}"
[tool.minimig.apps.core]
metadata = "models:metadata"
migrations = "migrations"
"""
COLUMNS = """
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, nullable=False, index=True),
    sa.Column("kind", sa.String(30), nullable=False, server_default="view"),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("amount", sa.Numeric(12, 2), nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False, index=True),
    sa.Column("note", sa.String(100)),
"""
FILE = "import sqlalchemy as sa\n\nfrom minimig import ops\n\ndependencies = %r\n\nup = [%s]\n"
TYPED = "existing_type=sa.String(30), existing_nullable=False"
CHANGES: dict[str, tuple[str, str, str]] = {  # in the words of minimig, Alembic, Django
    "rename a column": (
        'ops.RenameColumn("events", "kind", "sort")',
        f"batch.alter_column('kind', new_column_name='sort', {TYPED})",
        "migrations.RenameField('event', 'kind', 'sort')",
    ),
    "widen a VARCHAR": (
        'ops.AlterColumn("events", "kind", type=sa.String(60))',
        f"batch.alter_column('kind', type_=sa.String(60), {TYPED})",
        "migrations.AlterField('event', 'kind', models.CharField(max_length=60, db_default='view'))",
    ),
    "drop NOT NULL": (
        'ops.AlterColumn("events", "kind", nullable=True)',
        "batch.alter_column('kind', nullable=True, existing_type=sa.String(30))",
        "migrations.AlterField('event', 'kind', models.CharField(max_length=30, db_default='view', null=True))",
    ),
    "change a default": (
        'ops.AlterColumn("events", "kind", server_default="click")',
        f"batch.alter_column('kind', server_default='click', {TYPED})",
        "migrations.AlterField('event', 'kind', models.CharField(max_length=30, db_default='click'))",
    ),
}
ONE_COPY = 'ops.AlterColumn("events", "user_id", type=sa.String(20))'
THREE_COPIES = (
    f'{ONE_COPY}, ops.AlterColumn("events", "amount", type=sa.Integer), '
    'ops.AddConstraint("events", sa.CheckConstraint("payload <> \'\'", name="ck_events_payload"))'
)
MODEL = (
    "migrations.CreateModel('Event', [('id', models.AutoField(primary_key=True, serialize=False)),"
    " ('user_id', models.IntegerField()), ('kind', models.CharField(max_length=30, db_default='view')),"
    " ('payload', models.TextField()), ('amount', models.DecimalField(max_digits=12, decimal_places=2)),"
    " ('created_at', models.DateTimeField()), ('note', models.CharField(max_length=100, null=True))],"
    " options={'db_table': 'events', 'indexes': [models.Index(fields=['user_id'], name='ix_events_user_id'),"
    " models.Index(fields=['created_at'], name='ix_events_created_at')]})"
)


def large_table(bench: Workbench) -> Rows:
    """Changes of a SQLite table of a million rows."""
    rows = bench.size(1_000_000)
    base = bench.folder / f"rows-{rows}.db"
    if not base.exists():
        bench.python(BARE, "rows", str(base), str(rows), folder=bench.folder)
    for number, (what, (ours, alembic, django)) in enumerate(CHANGES.items()):
        cases = [_minimig(bench, f"large-{number}", ours, base)]
        if bench.peers:
            cases += [
                _alembic(bench, f"large-{number}", alembic, base),
                _django(bench, f"large-{number}", django, base),
            ]
        yield Row(f"SQLite: {what}", rows, cases, [Goal(0.1)])
    one = _minimig(bench, "large-one", ONE_COPY, base)
    three = _minimig(bench, "large-three", THREE_COPIES, base)
    named = Case("one change", one.command, one.folder, one.variables, one.before)
    yield Row("SQLite: three changes that need a copy", rows, [three, named], [Goal(1.3, "one change")])


def _fresh(bench: Workbench, base: Path, who: str, then: Callable[[str], object]) -> tuple[str, Callable[[], object]]:
    url = bench.sqlite(f"large-{who}")

    def before() -> None:
        bench.fresh(url)
        shutil.copyfile(base, url.removeprefix("sqlite:///"))
        then(url)

    return url, before


def _minimig(bench: Workbench, name: str, change: str, base: Path) -> Case:
    folder = bench.folder / name / "minimig"
    if not folder.exists():
        (folder / "migrations").mkdir(parents=True)
        (folder / "pyproject.toml").write_text(CONFIG)
        (folder / "models.py").write_text("import sqlalchemy as sa\n\nmetadata = sa.MetaData()\n")
        first = f'ops.CreateTable("events", {COLUMNS.replace(", index=True", "")}'
        first += 'sa.Index("ix_events_user_id", "user_id"), sa.Index("ix_events_created_at", "created_at"))'
        (folder / "migrations" / "0001_first.py").write_text(FILE % ([], first))
        (folder / "migrations" / "0002_change.py").write_text(FILE % (["core.0001_first"], change))
    words = ("-m", "minimig", "migrate", "core", "0001", "--fake", "-q")
    url, before = _fresh(bench, base, "minimig", lambda url: bench.python(*words, folder=folder, url=url))
    return bench.case("minimig", *MINIMIG, "migrate", folder=folder, url=url, before=before)


def _alembic(bench: Workbench, name: str, change: str, base: Path) -> Case:
    folder = bench.folder / name / "alembic"
    if not folder.exists():
        as_alembic.write_one(folder, f"with op.batch_alter_table('events') as batch:\n        {change}")
    url, before = _fresh(bench, base, "alembic", lambda _: None)
    return bench.case("alembic", *ALEMBIC, "upgrade", "heads", folder=folder, url=url, before=before)


def _django(bench: Workbench, name: str, change: str, base: Path) -> Case:
    folder = bench.folder / name / "django"
    if not folder.exists():
        as_django.write_one(folder, MODEL, change)
    words = ("manage.py", "migrate", "core", "0001", "--fake", "-v", "0")
    url, before = _fresh(bench, base, "django", lambda url: bench.python(*words, folder=folder, url=url))
    return bench.case("django", *DJANGO, "migrate", folder=folder, url=url, before=before)
