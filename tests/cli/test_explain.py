"""`minimig explain` and `--explain`: the run itself tells what it does, and does it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.projects import ProjectFolder

MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
)
"""
WITH_SLUG = MODELS.replace("nullable=False),\n)", 'nullable=False),\n    sa.Column("slug", sa.String(80)),\n)')
REVISION = """\
import sqlalchemy as sa

from minimig import ops

dependencies = ["{parent}"]

up = [
    {operation},
]
"""
FIRST = 'ops.CreateTable("posts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(200)))'


def blog(path: Path, url: str = "sqlite:///blog.db") -> ProjectFolder:
    """A project with one table, whose first file is not written yet."""
    project = ProjectFolder(path)
    project.write("blog/__init__.py", "")
    project.write("blog/models.py", MODELS)
    project.write("minimig.toml", f'url = "{url}"\nmetadata = "blog.models:metadata"\nmigrations = "blog/migrations"\n')
    return project


def revision(project: ProjectFolder, name: str, operation: str, parent: str = "") -> None:
    """Write a revision file with one operation."""
    text = REVISION.format(parent=parent, operation=operation)
    project.write(f"blog/migrations/{name}.py", text if parent else text.replace('[""]', "[]"))


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """That project on SQLite."""
    return blog(tmp_path)


def titles(text: str) -> list[str]:
    """The headings of the numbered stages."""
    return [line.split("  ", 1)[1] for line in text.splitlines() if line[:2].strip().isdigit() and line[2:4] == "  "]


def unnumbered(text: str) -> list[str]:
    """The lines of a narration; a deeper one has more stages, and counts on."""
    return [line[2:] if line[:2].strip().isdigit() else line for line in text.splitlines()]


def test_makemigrations_is_narrated_and_writes_its_file(project: ProjectFolder) -> None:
    """Each stage of the pipeline has its heading, in the order in which the code passes it; the result is as ever."""
    result = project.ok("explain", "makemigrations")
    stages = ["Configuration", "Revision files", "Graph", "Models", "Comparison", "Order", "Folding"]
    assert titles(result.err) == [*stages, "Sharing out", "The file"]
    assert result.err.startswith("This is a real run: makemigrations does what it always does. To look only: ")
    assert "1 table in the models: posts" in result.err
    assert "0001_initial.py reads back as the operations it was made from" in result.err
    assert result.out == "blog:\n  blog/migrations/0001_initial.py\n    + create table posts (2 columns)\n"
    assert project.files("blog/migrations/*.py") == ["blog/migrations/0001_initial.py"]


def test_a_run_that_only_looks_says_so(project: ProjectFolder) -> None:
    """The first line tells what will happen, by the options of this very call."""
    dry = project.ok("explain", "makemigrations", "--dry-run")
    assert dry.err.startswith("minimig makemigrations only looks here: nothing is changed.\n")
    assert project.files("blog/migrations/*.py") == []
    project.ok("makemigrations")
    plan = project.ok("explain", "migrate", "--plan")
    assert plan.err.startswith("minimig migrate only looks here: nothing is changed.\n")
    assert "Lock" not in titles(plan.err)
    assert project.ok("showmigrations").out == "blog\n  [ ] 0001_initial\n"
    checked = project.run("explain", "check", "--models")
    assert (checked.code, checked.err.partition(":")[0]) == (0, "minimig check only looks here")
    project.write("blog/models.py", WITH_SLUG)
    assert project.run("explain", "check", "--models").code == 4


def test_migrate_is_narrated_and_migrates(project: ProjectFolder) -> None:
    """From the history to the version row; what it prints on stdout is what it prints without a narrator."""
    project.ok("makemigrations")
    result = project.ok("explain", "migrate")
    stages = ["Configuration", "History", "Revision files", "Graph", "Plan", "Preparation", "Rehearsal", "Lock"]
    assert titles(result.err)[:8] == stages
    told = result.err[result.err.index("Step\n") :]
    parts = [
        "transaction begun",
        "operation 1: create table posts",
        "CREATE TABLE posts",
        "INSERT INTO minimig_version",
    ]
    assert [told.index(part) for part in parts] == sorted(told.index(part) for part in parts)
    assert told.index("INSERT INTO minimig_version") < told.index("transaction committed")
    assert result.out.startswith("  Applying blog.0001_initial ... ok ")
    assert project.ok("showmigrations").out == "blog\n  [X] 0001_initial\n"


def test_a_run_that_fails_tells_up_to_there(project: ProjectFolder) -> None:
    """The narration ends with what the database did about it, and the error is the one of every run."""
    project.ok("makemigrations")
    revision(project, "0002_wrong", 'ops.RunSQL("DROP TABLE nowhere")', "blog.0001_initial")
    result = project.run("explain", "migrate")
    assert result.code == 1
    assert "transaction rolled back" in result.err
    assert result.err.index("transaction rolled back") < result.err.index("blog.0002_wrong failed at operation 1 of 1")
    assert "  Applying blog.0002_wrong ..... FAILED" in result.out


def test_three_depths(project: ProjectFolder) -> None:
    """A line for each stage; with its values and the idea; with everything. Each holds what the one above it says."""
    project.ok("makemigrations")
    one, two, three = (
        unnumbered(project.ok("explain", "--depth", str(depth), "migrate", "--plan").err) for depth in (1, 2, 3)
    )
    assert set(one) < set(two) < set(three)
    assert not any("headers: 1 parsed" in line for line in one)
    assert any("headers: 1 parsed" in line for line in two)
    assert not any("executed 0001_initial.py" in line for line in two)
    assert any("executed 0001_initial.py: 1 operation" in line for line in three)
    assert unnumbered(project.ok("explain", "-v", "migrate", "--plan").err) == three


def test_the_option_tells_without_headings(project: ProjectFolder) -> None:
    """Each line of `--explain` names its stage, on stderr; stdout does not change by a letter."""
    plain = project.ok("makemigrations", "--dry-run")
    told = project.ok("makemigrations", "--dry-run", "--explain")
    assert told.out == plain.out
    assert plain.err == ""
    assert "graph: no revisions in order; heads: none\n" in told.err
    assert "folding: no folds; 1 operation left\n" in told.err


def test_questions_folds_and_waits_are_told(project: ProjectFolder) -> None:
    """What was answered by a flag, why an operation waits, and which two become one."""
    project.ok("makemigrations")
    project.write("blog/models.py", WITH_SLUG.replace('"title"', '"headline"'))
    result = project.ok("makemigrations", "--explain", "--rename", "posts.title:headline")
    assert "questions: what has become of posts.title? posts.headline" in result.err
    assert "~ rename column posts.title to headline" in result.err
    tags = 'tags = sa.Table("tags", metadata, sa.Column("post_id", sa.ForeignKey("posts.id"), primary_key=True))\n'
    users = 'users = sa.Table("users", metadata, sa.Column("tag", sa.ForeignKey("tags.post_id"), primary_key=True))\n'
    project.write("blog/models.py", WITH_SLUG.replace('"title"', '"headline"') + tags + users)
    waits = project.ok("makemigrations", "--explain").err
    assert "2. create table users (1 column)\n     after 1, because both have to do with" in waits
    assert "tags.post_id" in waits


def test_folds_are_told_one_by_one() -> None:
    """The optimizer says which two operations became one, in its own order."""
    from minimig import ops
    from minimig.autogenerate.optimizer import optimize
    from minimig.autogenerate.stages import Folded, Optimized
    from minimig.stages import Stage
    from minimig.state.schema import SchemaState

    create = ops.CreateTable("t", sa.Column("id", sa.Integer, primary_key=True))
    heard: list[Stage] = []
    left = optimize([create, ops.AddColumn("t", sa.Column("a", sa.Integer))], SchemaState(), heard.append)
    fold, end = heard
    assert isinstance(fold, Folded)
    assert (fold.first, fold.into) == (create, left[0])
    assert end == Optimized(tuple(left), 1)


def test_json_is_one_event_a_line(project: ProjectFolder) -> None:
    """On stdout, and nothing else there: what the command prints goes to stderr. Each names its source."""
    project.ok("makemigrations")
    result = project.ok("explain", "--json", "migrate")
    events = [json.loads(line) for line in result.out.splitlines()]
    kinds = [event["event"] for event in events]
    assert [kinds[0], kinds[-1]] == ["ProjectOpened", "LockReleased"]
    assert {"GraphBuilt", "Planned", "LockTaken", "StepStarted", "StatementSent", "RowWritten"} < set(kinds)
    planned = events[kinds.index("Planned")]
    assert planned["source"] == "minimig.runtime.plan"
    assert planned["data"]["plan"]["steps"] == [
        {"revision": "blog.0001_initial", "direction": "forward", "faked": False}
    ]
    assert "Applying blog.0001_initial" in result.err
    option = project.ok("migrate", "--explain", "--json")
    assert json.loads(option.out)["command"] == "migrate"
    assert all(json.loads(line)["format"] == 1 for line in option.err.splitlines())


def test_check_and_sqlmigrate_and_showmigrations_tell_their_stages(project: ProjectFolder) -> None:
    """By the same events; a script's statements have their reasons as well."""
    project.ok("makemigrations")
    project.ok("migrate")
    checked = project.ok("explain", "check")
    assert "2 tables" not in checked.err
    assert "1 table read from the database; both sides spelled as sqlite reports them" in checked.err
    assert "minimig_version: 1 revision applied" in project.ok("explain", "showmigrations").err
    revision(project, "0002_unique", 'ops.AddConstraint("posts", sa.UniqueConstraint("title"))', "blog.0001_initial")
    script = project.ok("explain", "sqlmigrate", "blog", "0002")
    assert "Script\n    blog.0002_unique forward, as sqlite says it" in script.err
    assert "why: SQLite cannot alter this in a table: the new one is built beside the old one" in script.err


def test_a_script_has_the_reasons_of_its_dialect(project: ProjectFolder) -> None:
    """Of one for another database, which nobody connects to, too; stdout is the script alone."""
    revision(project, "0001_initial", FIRST)
    revision(project, "0002_title", 'ops.AlterColumn("posts", "title", comment="x")', "blog.0001_initial")
    script = project.ok("explain", "migrate", "--sql", "--dialect", "postgresql")
    assert script.err.startswith("minimig migrate only looks here: nothing is changed.\n")
    assert "blog.0002_title forward, as postgresql says it" in script.err
    assert "COMMENT ON COLUMN posts.title IS 'x'\n      why: a comment is a statement of its own" in script.err
    assert script.out == project.ok("migrate", "--sql", "--dialect", "postgresql").out


def test_a_run_that_goes_on_says_what_was_done_before(project: ProjectFolder) -> None:
    """What the journal of the interrupted run holds is told, and what is done is not sent again."""
    revision(project, "0001_initial", FIRST)
    body = (
        'ops.RunSQL("CREATE TABLE one (id INTEGER)", reverse=""),\n    ops.RunSQL("CREATE TABLE two (id)", reverse="")'
    )
    revision(project, "0002_two", body, "blog.0001_initial")
    path = project.path / "blog/migrations/0002_two.py"
    path.write_text(path.read_text().replace("up = [", "atomic = False\n\nup = ["))
    wrong = path.read_text()
    path.write_text(wrong.replace("two (id)", "two (id) WRONG"))
    assert project.run("migrate").code == 1
    path.write_text(wrong)
    text = project.ok("explain", "migrate").err
    assert "an earlier run was interrupted here; its journal knows of" in text
    assert "CREATE TABLE one" not in text[text.index("an earlier run") :].replace("run SQL CREATE TABLE one", "")
    assert "CREATE TABLE two (id)" in text


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("current",),
        ("diagnose",),
        ("diff", "head", "models"),
        ("graph",),
        ("heads",),
        ("history",),
        ("makemigrations", "--from-database", "--dry-run"),
        ("migrate",),
        ("show", "blog.0001"),
        ("showmigrations",),
        ("sqlmigrate", "blog", "0001", "--backwards"),
        ("stamp", "blog.0001"),
        ("upgrade",),
    ],
)
def test_no_stage_is_without_words(project: ProjectFolder, words: tuple[str, ...]) -> None:
    """Each command tells at least its project and its files, and nothing of what it tells lacks its words."""
    project.ok("makemigrations")
    if "--from-database" in words:
        project.ok("migrate")
    result = project.run("explain", "--depth", "3", *words)
    assert result.code in (0, 4), result.text
    assert {"Configuration", "Revision files", "Graph"} <= set(titles(result.err))
    assert "cannot be told" not in result.err


def test_depth_goes_with_explain(project: ProjectFolder) -> None:
    """Alone it would be ignored in silence."""
    refused = project.run("migrate", "--depth", "3")
    assert (refused.code, "--depth says how deep --explain goes" in refused.err) == (2, True)


def test_what_has_no_stages_is_refused(project: ProjectFolder) -> None:
    """With the commands that can be explained; so are runs on many databases at once, and words that nobody knows."""
    init = project.run("explain", "init")
    assert (init.code, "init has no stages that could be told" in init.err) == (2, True)
    assert "did you mean migrate" in project.run("explain", "migrat").err
    assert "options of a command stand behind its name" in project.run("explain", "--plan", "migrate").err
    assert project.run("explain").code == 2
    two = project.run("explain", "migrate", "--two-phase")
    assert (two.code, "works on several databases at once" in two.err) == (2, True)


def test_diff_and_squashmigrations_tell_how_they_compare_and_fold(project: ProjectFolder) -> None:
    """What `check` and `makemigrations` tell of the same stages."""
    project.ok("makemigrations")
    project.ok("migrate")
    revision(project, "0002_slug", 'ops.AddColumn("posts", sa.Column("slug", sa.String(80)))', "blog.0001_initial")
    compared = project.run("explain", "--depth", "1", "diff", "head", "database")
    assert compared.code == 4
    assert "Normalization\n    1 table read from the database" in compared.err
    assert "Comparison\n    1 table before, 1 table after; no tables equal on both sides" in compared.err
    squashed = project.ok("explain", "--depth", "1", "squashmigrations", "blog", "--dry-run")
    assert "Folding\n    1 fold; 1 operation left\n" in squashed.err


def test_nothing_to_do_is_a_plan_too(project: ProjectFolder) -> None:
    """A plan without steps says why nothing follows; nothing is said to have been rehearsed."""
    project.ok("makemigrations")
    project.ok("migrate")
    err = project.ok("explain", "migrate").err
    assert "\n 5  Plan\n    target: everything; nothing to do\n" in err
    assert "Rehearsal" not in err


def test_the_first_line_is_true_of_what_lists_and_of_what_writes_its_output(project: ProjectFolder) -> None:
    """`tag` alone lists and `tag NAME` changes; a file for the output is one that changes."""
    project.ok("makemigrations")
    assert project.ok("explain", "tag", "--list").err.startswith("minimig tag only looks here: nothing is changed.\n")
    assert project.ok("explain", "tag", "v1").err.startswith("This is a real run: tag does what it always does.")
    written = project.ok("explain", "snapshot", "-o", "now.json").err
    assert written.startswith("minimig snapshot only looks here: nothing but the file of its output is changed.\n")


def test_a_password_is_not_told(tmp_path: Path) -> None:
    """The URL of the configuration is masked, whatever stage speaks of it."""
    project = blog(tmp_path, "postgresql://blog:hunter2@localhost:1/blog")
    result = project.run("explain", "--depth", "3", "makemigrations", "--dry-run")
    assert result.code == 0
    assert "hunter2" not in result.text
    assert "postgresql://blog:***@localhost:1/blog" in result.err


def test_the_reasons_of_postgresql(tmp_path: Path, postgresql_database: Database) -> None:
    """An enum is a type first; a filled column comes loose, is filled, and then becomes what it shall be."""
    project = blog(tmp_path, postgresql_database.url)
    revision(project, "0001_initial", FIRST)
    column = 'sa.Column("kind", sa.Enum("a", "b", name="kinds"), nullable=False)'
    revision(
        project, "0002_kind", f"""ops.AddColumn("posts", {column}, fill="lower('A')::kinds")""", "blog.0001_initial"
    )
    text = project.ok("explain", "migrate").err
    for statement, why in (
        (
            "CREATE TYPE kinds AS ENUM ('a', 'b')",
            "an enum is a type of its own here",
        ),
        (
            "ALTER TABLE posts ADD COLUMN kind kinds",
            "the column comes loose at first",
        ),
        ("UPDATE posts SET kind = lower('A')::kinds", "the rows that are there already get their value now"),
        ("ALTER TABLE posts ALTER COLUMN kind SET NOT NULL", "every row has a value now"),
    ):
        assert why in text[text.index(statement) :].splitlines()[1], statement
    assert "one transaction holds all its statements and its row" in text


def test_the_reasons_of_mariadb(tmp_path: Path, mariadb_database: Database) -> None:
    """MODIFY says the whole column; nothing can be rolled back, so each piece is noted in the journal ahead."""
    project = blog(tmp_path, mariadb_database.url)
    revision(project, "0001_initial", FIRST)
    revision(project, "0002_longer", 'ops.AlterColumn("posts", "title", type=sa.String(250))', "blog.0001_initial")
    text = project.ok("explain", "migrate").err
    modify = text[text.index("ALTER TABLE posts MODIFY COLUMN title VARCHAR(250)") :].splitlines()
    assert "why: MODIFY states the whole column anew: what it left out would be lost" in modify[1]
    assert "this database commits at each change of the schema: a journal is kept" in text
    assert "operation 1, piece 1: started" in text
    assert "why: a run that is killed now goes on from this note" in text


def test_nobody_who_does_not_listen_pays(project: ProjectFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a narrator no listener is put on the connection besides those that every run has."""
    counted: list[str] = []
    listen = sa.event.listen

    def counting(target: object, name: str, *rest: object, **options: object) -> None:
        if isinstance(target, sa.Connection):
            counted.append(name)
        listen(target, name, *rest, **options)

    monkeypatch.setattr(sa.event, "listen", counting)
    project.ok("makemigrations")
    project.ok("migrate")
    assert counted == ["before_cursor_execute", "after_cursor_execute", "commit"]
