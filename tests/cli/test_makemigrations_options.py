"""Where new files go and what happens to them: head, splice, labels, dependencies, names, commands afterwards."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from support.projects import ProjectFolder

CONFIG = """
url = "sqlite:///shop.db"
{}
[apps.shop]
metadata = "models:shop"
migrations = "shop/migrations"
[apps.news]
metadata = "models:news"
migrations = "news/migrations"
"""
MODELS = """
import sqlalchemy as sa

shop, news = sa.MetaData(), sa.MetaData()
sa.Table("items", shop, sa.Column("id", sa.Integer, primary_key=True))
sa.Table("posts", news, sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """Two apps with a file each, and a second one of shop."""
    folder = ProjectFolder(tmp_path)
    folder.write("minimig.toml", CONFIG.format(""))
    folder.write("models.py", MODELS)
    folder.ok("makemigrations")
    folder.ok("makemigrations", "shop", "--empty", "-n", "second")
    return folder


def test_a_branch_begins_where_splice_says(project: ProjectFolder) -> None:
    """A revision that is no head takes --splice; the label names the branch, and the next file goes behind --head."""
    refused = project.run("makemigrations", "shop", "--empty", "--head", "0001", "-n", "side")
    assert refused.code == 2
    assert "shop.0001_initial is no head: shop.0002_second comes after it" in refused.err
    command = (
        "makemigrations",
        "shop",
        "--empty",
        "--head",
        "0001",
        "--splice",
        "--branch-label",
        "side",
        "-n",
        "side",
    )
    project.ok(*command)
    text = project.read("shop/migrations/0003_side.py")
    assert 'dependencies = ["shop.0001_initial"]' in text
    assert 'labels = ["side"]' in text
    assert project.run("makemigrations", "shop", "--empty", "-n", "more").code == 1  # two heads
    project.ok("makemigrations", "shop", "--empty", "--head", "side@head", "-n", "more")
    assert 'dependencies = ["shop.0003_side"]' in project.read("shop/migrations/0004_more.py")
    taken = project.run("makemigrations", "shop", "--empty", "--head", "0002", "--branch-label", "side")
    assert taken.code == 2
    assert "the label 'side' is taken by shop.0003_side" in taken.err


def test_a_difference_goes_behind_the_head_that_is_named(project: ProjectFolder) -> None:
    """With two heads, what the models want is written behind the one that --head names."""
    project.ok("makemigrations", "shop", "--empty", "--head", "0001", "--splice", "-n", "side")
    project.write("models.py", MODELS.replace('"items", shop,', '"items", shop, sa.Column("name", sa.String(9)),'))
    assert project.run("makemigrations").code == 1
    project.ok("makemigrations", "--head", "shop.0003")
    assert 'dependencies = ["shop.0003_side"]' in project.read("shop/migrations/0004*.py")


def test_a_new_beginning(project: ProjectFolder) -> None:
    """--head base begins a second history in the app."""
    project.ok("makemigrations", "shop", "--empty", "--head", "base", "-n", "apart")
    assert "dependencies = []" in project.read("shop/migrations/0003_apart.py")


def test_dependencies_and_a_name_of_ones_own(project: ProjectFolder) -> None:
    """--depends-on names what has to come first, --rev-id what stands before the name; both are checked."""
    project.ok("makemigrations", "shop", "--empty", "--depends-on", "news.0001", "--rev-id", "2024_05", "-n", "sale")
    text = project.read("shop/migrations/2024_05_sale.py")
    assert 'dependencies = ["shop.0002_second", "news.0001_initial"]' in text
    again = project.run("makemigrations", "shop", "--empty", "--rev-id", "2024_05", "-n", "sale")
    assert (again.code, "there is a file of this name already" in again.err) == (1, True)
    assert project.run("makemigrations", "shop", "--empty", "--depends-on", "news.0009").code == 2
    assert project.run("makemigrations", "shop", "--empty", "--rev-id", "no good").code == 2
    assert project.run("makemigrations", "shop", "--empty", "--splice").code == 2
    both = project.run("makemigrations", "shop", "news", "--empty", "--rev-id", "both")
    assert (both.code, "are for one file, and 2 would be written" in both.err) == (2, True)


def test_one_file_more_is_not_worth_it(project: ProjectFolder) -> None:
    """--update folds the difference into the newest file of the app, which is named anew if nobody chose its name."""
    changed = MODELS.replace('"items", shop,', '"items", shop, sa.Column("name", sa.String(9)),')
    project.write("models.py", changed)
    project.ok("makemigrations")
    project.write("models.py", changed.replace("String(9)", "String(10)"))
    assert project.run("makemigrations", "--update").code == 2  # of which app?
    updated = project.ok("makemigrations", "shop", "--update")
    assert "+ add column items.name" in updated.out
    assert project.files("shop/migrations/0003*.py") == ["shop/migrations/0003_add_name_to_items.py"]
    assert "sa.String(10)" in project.read("shop/migrations/0003*.py")
    assert project.ok("makemigrations", "shop", "--update").out == "No changes detected.\n"


def test_programs_read_paths_or_json(project: ProjectFolder) -> None:
    """--scriptable prints nothing but paths, --json everything."""
    project.write("models.py", MODELS.replace('"items", shop,', '"items", shop, sa.Column("name", sa.String(9)),'))
    shown = json.loads(project.ok("makemigrations", "--dry-run", "--json").out)
    assert shown["wrote"] is False
    assert shown["files"][0]["operations"][0]["words"] == "add column items.name"
    assert project.ok("makemigrations", "--scriptable").out == "shop/migrations/0003_add_name_to_items.py\n"


def test_commands_run_for_each_file(project: ProjectFolder) -> None:
    """post_write runs in the project's folder, `{path}` or the last word is the file; so does `written` of the env."""
    project.write("stamp.py", "import sys\nopen(sys.argv[1], 'a').write('# ' + sys.argv[2] + '\\n')\n")
    python = sys.executable
    commands = f"post_write = ['{python} stamp.py {{path}} one', '{python} -m py_compile']\nenv = 'env.py'\n"
    project.write("minimig.toml", CONFIG.format(commands))
    project.write(
        "env.py",
        "import dataclasses\n\n"
        "def configure(environment):\n"
        "    return dataclasses.replace(environment, written=lambda path: path.with_suffix('.seen').touch())\n",
    )
    project.ok("makemigrations", "shop", "--empty", "-n", "third")
    assert project.read("shop/migrations/0003_third.py").endswith("# one\n")
    assert project.files("shop/migrations/*.seen") == ["shop/migrations/0003_third.seen"]
    assert project.ok("showmigrations", "shop").out.count("third") == 1


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("no_such_program_here", "`no_such_program_here` of post_write failed: No such file or directory"),
        (f"{sys.executable} -c 'raise SystemExit(\"not nice\")'", "exit code 1: not nice"),
    ],
)
def test_a_command_that_fails_takes_nothing_back(project: ProjectFolder, command: str, says: str) -> None:
    """The file stands, and the error says so."""
    project.write("minimig.toml", CONFIG.format(f"post_write = [{json.dumps(command)}]"))
    result = project.run("makemigrations", "shop", "--empty", "-n", "third")
    assert result.code == 1
    assert says in result.err
    assert "the file is written and whole" in result.err
    assert project.files("shop/migrations/0003*.py") == ["shop/migrations/0003_third.py"]


def test_a_command_that_cannot_be_read(project: ProjectFolder) -> None:
    """An open quote or an empty command is an error of the configuration, before anything is written."""
    for command in ("'ruff \"'", "''"):
        project.write("minimig.toml", CONFIG.format(f"post_write = [{command}]"))
        assert project.run("makemigrations", "shop", "--empty", "-n", "third").code == 1
    assert project.files("shop/migrations/0003*.py") == []


@pytest.fixture
def forked(project: ProjectFolder) -> ProjectFolder:
    """The app shop has two heads that commute, and the models of both apps are what the files say."""
    for side in ("left", "right"):
        body = f'up = [ops.AddColumn("items", sa.Column("{side}", sa.Integer))]'
        head = "import sqlalchemy as sa\n\nfrom minimig import ops\n\n"
        project.write(f"shop/migrations/0003_{side}.py", f'{head}dependencies = ["shop.0002_second"]\n{body}\n')
    columns = ", ".join(f'sa.Column("{side}", sa.Integer)' for side in ("left", "right"))
    key = 'sa.Column("id", sa.Integer, primary_key=True)'
    project.write("models.py", MODELS.replace(f'"items", shop, {key}', f'"items", shop, {key}, {columns}'))
    return project


def _add_to(project: ProjectFolder, table: str, column: str) -> None:
    text = project.read("models.py")
    project.write("models.py", text + f"\n{table}.append_column({column})\n")


def test_two_heads_of_one_app_do_not_stop_another(forked: ProjectFolder) -> None:
    """A file of another app is written, and the heads are a warning; nothing to do is said as well."""
    assert "No changes detected." in forked.ok("makemigrations").out
    _add_to(forked, "news.tables['posts']", "sa.Column('title', sa.Text)")
    made = forked.ok("makemigrations")
    assert forked.files("news/migrations/*.py")[-1].endswith("0002_add_title_to_posts.py")
    assert "warning: shop has 2 heads: shop.0003_left, shop.0003_right" in made.err
    assert "minimig merge shop" in made.err
    empty = forked.ok("makemigrations", "news", "--empty", "-n", "fill")
    assert "warning: shop has 2 heads" in empty.err
    assert "warning" not in forked.ok("makemigrations", "--merge").err


def test_an_app_with_two_heads_gets_no_file(forked: ProjectFolder) -> None:
    """Its own file is refused, with or without its name, and so is all of the run; other apps by name go on."""
    _add_to(forked, "shop.tables['items']", "sa.Column('third', sa.Integer)")
    _add_to(forked, "news.tables['posts']", "sa.Column('title', sa.Text)")
    before = forked.files("*/migrations/*.py")
    for apps in ((), ("shop",), ("shop", "--empty")):
        refused = forked.run("makemigrations", *apps)
        assert refused.code == 1
        assert "shop has 2 heads" in refused.err
    assert forked.files("*/migrations/*.py") == before
    forked.ok("makemigrations", "news")
    assert len(forked.files("*/migrations/*.py")) == len(before) + 1


def test_a_file_that_hangs_on_one_branch_is_refused(forked: ProjectFolder) -> None:
    """What another app needs is on one of two branches: only a common ancestor can be depended on."""
    forked.ok("makemigrations", "news", "--empty", "-n", "fine")
    _add_to(forked, "news.tables['posts']", "sa.Column('item', sa.ForeignKey(shop.tables['items'].c.id, name='fk'))")
    forked.ok("makemigrations", "news", "--dry-run")
    path = "shop/migrations/0003_left.py"
    table = 'ops.CreateTable("tags", sa.Column("id", sa.Integer, primary_key=True))'
    forked.write(path, forked.read(path).replace("up = [", f"up = [{table}, "))
    text = forked.read("models.py")
    tags = "sa.Table('tags', shop, sa.Column('id', sa.Integer, primary_key=True))"
    tag = "sa.Column('tag', sa.ForeignKey(shop.tables['tags'].c.id, name='fk_tag'))"
    forked.write("models.py", f"{text}\n{tags}\nnews.tables['posts'].append_column({tag})\n")
    refused = forked.run("makemigrations", "news")
    assert refused.code == 1
    assert "shop has 2 heads" in refused.err


def test_branches_that_no_order_can_replay(forked: ProjectFolder) -> None:
    """Both add one column: the error says that two heads are why, and --empty for another app goes on."""
    path = "shop/migrations/0003_right.py"
    forked.write(path, forked.read(path).replace('"right"', '"left"'))
    refused = forked.run("makemigrations", "news")
    assert refused.code == 1
    assert "shop has 2 heads, and what they lead to cannot be told" in refused.err
    assert "minimig rebase shop" in refused.err
    forked.ok("makemigrations", "news", "--empty", "-n", "fill")
