"""Revision files edited in place: what changes, and that nothing else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minimig import ops
from minimig.errors import RevisionFileError
from minimig.operations.base import Operation
from minimig.revisions.editing import RevisionEditor, edited_header
from minimig.revisions.header import read_header
from minimig.revisions.loader import Migration, load_migration

HEAD = "import sqlalchemy as sa\n\nfrom minimig import ops\n\n"
TWO = HEAD + (
    'dependencies = ["blog.0001_a"]\n\n\ndef fill(conn, tables):\n    up = 1  # its own\n\n\n'
    "up = [  # the way\n"
    "    # first\n"
    '    ops.AddColumn("posts", sa.Column("slug",   sa.String(80))),  # spaced\n'
    "\n"
    '    ops.AlterColumn("posts", "slug", nullable=False),\n'
    "    ops.RunPython(fill, reverse=ops.NOOP),\n"
    "    # the end\n"
    "]\n"
)
NEW = ops.AddColumn("posts", sa.Column("title", sa.String(9)))


def load(folder: Path, data: bytes | str, name: str = "0002_b") -> Migration:
    """The migration of a file with this content."""
    path = folder / f"{name}.py"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return load_migration(read_header(path, "blog"))


def header_edit(folder: Path, text: str | bytes, **new: tuple[str, ...]) -> bytes:
    """The file after lists of its header were set; it reads back as meant."""
    path = folder / "0002_b.py"
    data = text.encode() if isinstance(text, str) else text
    path.write_bytes(data)
    old = read_header(path, "blog")
    after = edited_header(data, old, replace(old, **new))
    assert read_header(path, "blog", after) == replace(old, **new)
    return after


def with_up(migration: Migration, up: list[Operation]) -> str:
    """The text of the file after `up` was set; it reads back as meant."""
    editor = RevisionEditor(migration.header.path, migration.source)
    editor.operations("up", migration.up, up)
    data = editor.result()
    found = load_migration(migration.header, None, data).up
    assert [each.describe() for each in found] == [each.describe() for each in up]
    return data.decode()


def refused(folder: Path, text: str, *, keep: int | None = None) -> RevisionFileError:
    """The error for an `up` that loses all items, or keeps one, and gets a new one."""
    migration = load(folder, text)
    kept = [] if keep is None else [migration.up[keep]]
    with pytest.raises(RevisionFileError) as caught:
        with_up(migration, [*kept, NEW])
    return caught.value


# --- lists of words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "new", "expected"),
    [
        ('dependencies = ["blog.0001_a"]', ("blog.0009_z",), 'dependencies = ["blog.0009_z"]'),
        ("dependencies = ['0001_a', 'shop.1']", ("blog.0009_z", "shop.1"), "dependencies = [\"0009_z\", 'shop.1']"),
        ('dependencies = ["blog.0001_a"]', (), "dependencies = []"),
        ("dependencies = []", ("shop.1", "shop.2"), 'dependencies = ["shop.1", "shop.2"]'),
        ('dependencies = ("0001_a",)', ("blog.1", "shop.1"), 'dependencies = ["1", "shop.1"]'),
        ('dependencies = "0001_a", "shop.1"', ("shop.1",), 'dependencies = ["shop.1"]'),
        (
            'dependencies: list[str] = [\n    # main\n    "blog.0001_a",  # old\n    "shop.1",\n]',
            ("blog.0009_z", "shop.1"),
            'dependencies: list[str] = [\n    # main\n    "blog.0009_z",  # old\n    "shop.1",\n]',
        ),
        (
            'dependencies = [\n    "blog.0001_a",  # old\n    "shop.1"\n]',
            ("blog.0001_a", "shop.1", "x.1"),
            'dependencies = [\n    "blog.0001_a",  # old\n    "shop.1",\n    "x.1",\n]',
        ),
    ],
)
def test_dependencies(tmp_path: Path, line: str, new: tuple[str, ...], expected: str) -> None:
    """A word is replaced where it stands, with the quotes, comments and short names around it kept."""
    text = f'"""Doc."""\n{line}\nup = []\n'
    assert header_edit(tmp_path, text, dependencies=new).decode() == text.replace(line, expected)


def test_a_comment_between_words_is_not_lost(tmp_path: Path) -> None:
    """Taking a word away that a comment speaks of is refused, with the line of the comment."""
    text = 'dependencies = [\n    "shop.1",\n    # because of the view\n    "shop.2",\n]\nup = []\n'
    with pytest.raises(RevisionFileError, match="because of the view") as caught:
        header_edit(tmp_path, text, dependencies=("shop.1",))
    assert str(caught.value.where).endswith("0002_b.py:3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dependencies = []\n\nup = []\n", 'dependencies = []\nlabels = ["x"]\n\nup = []\n'),
        ("dependencies = []; up = [\n]\n", 'dependencies = []; up = [\n]\nlabels = ["x"]\n'),
        ("# why\nup = []\n", 'labels = ["x"]\n\n# why\nup = []\n'),
        ("dependencies = []\nup = []", 'dependencies = []\nlabels = ["x"]\nup = []'),
        ("atomic = False\nup = []\n", 'labels = ["x"]\natomic = False\nup = []\n'),
        ("# coding: utf-8\nup = []\n", '# coding: utf-8\nlabels = ["x"]\n\nup = []\n'),
    ],
)
def test_a_missing_name_is_added(tmp_path: Path, text: str, expected: str) -> None:
    """It stands where a new file would have it, and comments stay with what they are about."""
    assert header_edit(tmp_path, text, labels=("x",)).decode() == expected


def test_a_name_is_removed(tmp_path: Path) -> None:
    """With its whole lines; one that has a comment or shares its line is refused."""
    text = 'dependencies = []\nreplaces = [\n    "blog.0001_a",\n]\n\nup = []\n'
    assert header_edit(tmp_path, text, replaces=()) == b"dependencies = []\n\nup = []\n"
    for line in ('labels = ["x"]  # why\n', 'labels = ["x"]; atomic = False\n'):
        with pytest.raises(RevisionFileError, match="labels"):
            header_edit(tmp_path, f"{line}up = []\n", labels=())


PIECES = st.sampled_from(
    [
        "# a comment with blog.0001_a in it\n",
        "X = '''\nblog.0001_a\n'''\n",
        'def f(conn, tables):\n\t"""Ünïcödé \u2028 and \x0c form feed."""\n\treturn "blog.0001_a"  # ☃\n',
        "atomic = False\n",
        "\n\n",
        "class A: pass ; B = 1\n",
        'labels = ["x"]   #  kept\n',
    ]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(PIECES, max_size=5, unique=True),
    st.lists(PIECES, max_size=5, unique=True),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
)
def test_all_other_bytes_stay(
    tmp_path: Path, before: list[str], after: list[str], newline: str, bom: bool, ends: bool
) -> None:
    """Whatever stands around it, in whatever line ends, with a byte-order mark or without an end: one word changes."""
    others = [piece for piece in after if piece not in before]
    line = 'dependencies = ["blog.0001_a"]  # behind blog.0001_a\n'
    whole = "".join([*before, line, *others, "up = []\n" if ends else "up = []"]).replace("\n", newline)
    data = (b"\xef\xbb\xbf" if bom else b"") + whole.encode()
    got = header_edit(tmp_path, data, dependencies=("blog.0009_z",))
    assert got == data.replace(b'["blog.0001_a"]', b'["blog.0009_z"]')


def test_another_encoding_stays(tmp_path: Path) -> None:
    """A file in Latin-1 stays one; a word that it cannot hold is refused."""
    data = '# -*- coding: latin-1 -*-\n# é\ndependencies = ["blog.a"]\nup = []\n'.encode("latin-1")
    assert header_edit(tmp_path, data, dependencies=("blog.ö",)) == data.replace(b"blog.a", b"blog.\xf6")
    with pytest.raises(RevisionFileError, match="iso-8859-1"):
        header_edit(tmp_path, data, dependencies=("blog.ж",))


# --- lists of operations ----------------------------------------------------------------------------------------------


def test_what_stays_keeps_its_text(tmp_path: Path) -> None:
    """One operation goes, one comes: the others keep their spelling, comments and empty lines."""
    migration = load(tmp_path, TWO)
    first, _, step = migration.up
    gone = '\n    ops.AlterColumn("posts", "slug", nullable=False),\n'
    assert with_up(migration, [first, step]) == TWO.replace(gone, "")
    added = '    ops.AddColumn("posts", sa.Column("title", sa.String(9))),\n'
    assert with_up(migration, [first, NEW, step]) == TWO.replace(gone, added)
    assert with_up(migration, list(migration.up)) == TWO


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up = []\n", "up = [\n    NEW,\n]\n"),
        ("up = [\n    # nothing yet\n]\n", "up = [\n    NEW,\n    # nothing yet\n]\n"),
        ("up = [ops.X(1), ops.X(2)]", "up = [\n    ops.X(1),\n    ops.X(2),\n    NEW,\n]"),
        ("up = (ops.X(1),)\n", "up = [\n    ops.X(1),\n    NEW,\n]\n"),
        ("up = [\n  ops.X(1)\n]\n", "up = [\n  ops.X(1),\n    NEW,\n]\n"),
        ("up = [ops.X(1),\n      ops.X(2)]\n", "up = [\n    ops.X(1),\n    ops.X(2),\n    NEW,\n]\n"),
        ("up = [\n    (\n        ops.X(1)\n    ),\n    # end\n]\n", None),
    ],
)
def test_lists_of_all_shapes(tmp_path: Path, text: str, expected: str | None) -> None:
    """An operation is added to a list however it is laid out; one in brackets of its own is refused."""

    def said(short: str) -> str:
        made = short.replace("ops.X(1)", 'ops.RunSQL("""a\n  b""")').replace("ops.X(2)", 'ops.RunSQL("c", reverse="d")')
        return HEAD + made.replace("NEW", 'ops.AddColumn("posts", sa.Column("title", sa.String(9)))')

    migration = load(tmp_path, said(text))
    if expected is None:
        with pytest.raises(RevisionFileError, match="brackets"):
            with_up(migration, [*migration.up, NEW])
    else:
        assert with_up(migration, [*migration.up, NEW]) == said(expected)


def test_line_ends_of_new_lines(tmp_path: Path) -> None:
    """A file with CRLF gets no other line ends."""
    migration = load(tmp_path, TWO.replace("\n", "\r\n").encode())
    text = with_up(migration, [*migration.up, NEW, ops.RunSQL("a\nb")])
    assert text.count("\n") == text.count("\r\n") > TWO.count("\n")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("A = ops.NOOP\nup = [ops.RunSQL('a'), *[ops.RunSQL('b')]]", 6, "star"),
        ("A = ops.RunSQL('a')\nup = [A]", 6, "no call"),
        ("LENGTH = 3\nup = [ops.AddColumn('a', sa.Column('b', sa.String(LENGTH)))]", 6, "LENGTH"),
        ("up = [\n    # why\n    ops.RunSQL('a'),\n]", 6, "# why"),
        ("up = [\n    ops.RunSQL(\n        'a',  # why\n    ),\n]", 7, "# why"),
        ("up = [ops.RunSQL('a'),  # why\n]", 5, "# why"),
        ("up = []\nfor name in 'ab':\n    up.append(ops.RunSQL(name))", 7, "used here"),
        ("up = []\nup += [ops.RunSQL('a')]", 6, "changed here"),
        ("up = [ops.RunSQL(name) for name in 'ab']", 5, "no list"),
        ("up = [ops.RunSQL('a')]\ndown = list(up)", 6, "is used here"),
        ("def make():\n    return up\nup = [ops.RunSQL('a')]", 6, "is used here"),
        ("if sa:\n    up = [ops.RunSQL('a')]", 6, "changed here"),
    ],
)
def test_what_a_person_wrote_is_not_lost(tmp_path: Path, text: str, line: int, problem: str) -> None:
    """A list that is more than calls, or an item that is more than values, is refused with its line and a way out."""
    error = refused(tmp_path, HEAD + text)
    assert problem in error.message
    assert str(error.where).endswith(f"0002_b.py:{line}")
    assert error.hint


# --- imports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("import os\n\n", "import os\n\nimport sqlalchemy as sa\n\nfrom minimig import ops\n\n"),
        ('"""Doc."""\n\n', '"""Doc."""\n\nimport sqlalchemy as sa\n\nfrom minimig import ops\n\n'),
        ("", "import sqlalchemy as sa\n\nfrom minimig import ops\n\n"),
        ("from minimig import ops\n", "import sqlalchemy as sa\n\nfrom minimig import ops\n"),
        ("import sqlalchemy as sa\n", "import sqlalchemy as sa\n\nfrom minimig import ops\n"),
        (
            "from minimig import (\n    ops,\n    reflect,\n)\nimport sqlalchemy as sa\n",
            "from minimig import (\n    ops,\n    reflect,\n)\nimport sqlalchemy as sa\n",
        ),
    ],
)
def test_missing_imports_are_added(tmp_path: Path, head: str, expected: str) -> None:
    """In the groups of a new file, behind what belongs before them; those that are there are not added twice."""
    migration = load(tmp_path, f"{head}up = []\n")
    assert with_up(migration, [NEW]).partition("up = ")[0] == expected


def test_a_name_that_means_something_else(tmp_path: Path) -> None:
    """Where `ops` is another thing in the file, the edit is refused instead of shadowing it."""
    error = refused(tmp_path, "import os as ops\nup = []")
    assert "ops is something else" in error.message


def test_a_missing_down_is_added(tmp_path: Path) -> None:
    """Behind `up`, with an empty line between, also where the file has no line end."""
    migration = load(tmp_path, HEAD + "up = []")
    editor = RevisionEditor(migration.header.path, migration.source)
    editor.operations("down", (), [ops.DropColumn("posts", "title")])
    editor.doc("No docstring is no place for one.")
    added = '\n\ndown = [\n    ops.DropColumn("posts", "title"),\n]'
    assert editor.result().decode() == HEAD + "up = []" + added


def test_the_docstring_is_replaced(tmp_path: Path) -> None:
    """And nothing but it."""
    migration = load(tmp_path, "'Old.'  # kept\nup = []")
    editor = RevisionEditor(migration.header.path, migration.source)
    editor.doc("New.")
    assert editor.result() == b'"""New."""  # kept\nup = []'


# --- any list ---------------------------------------------------------------------------------------------------------

COMMENT = st.sampled_from(["", "", "# one", '# "two", [', "# ☃ three)"])


@st.composite
def laid_out(draw: st.DrawFn) -> str:
    """A list of statements in one of the ways in which people write lists, comments between them."""
    count = draw(st.integers(0, 4))
    one_line = draw(st.booleans())
    parts = []
    for number in range(count):
        quote = draw(st.sampled_from(['"', "'", '"""']))
        sql = f"s{number}" if len(quote) == 1 else draw(st.sampled_from([f"s{number}", f"s{number}\n  # no comment ]"]))
        item = f"ops.RunSQL({quote}{sql}{quote})"
        above, behind = draw(COMMENT), draw(COMMENT)
        last = number == count - 1
        comma = "" if last and draw(st.booleans()) else draw(st.sampled_from([",", " ,"]))
        if one_line and not (above or behind):
            parts.append(f"{item}{comma} ")
        else:
            margin = draw(st.sampled_from(["", "    ", "\t"]))
            blank = draw(st.sampled_from(["", "\n", "\n\n"]))
            parts.append(f"{blank}{f'{margin}{above}' + chr(10) if above else ''}{margin}{item}{comma}  {behind}\n")
    head, tail = draw(st.sampled_from(["[", "(", "[\n", "[  # head\n"])), draw(COMMENT)
    head = "[\n" if head == "(" and count < 2 else head
    end = ")" if head == "(" else "]"
    return f"{head}{''.join(parts)}{f'{tail}' + chr(10) if tail else ''}{end}"


def edited_or_problem(migration: Migration, up: list[Operation]) -> tuple[str | None, str]:
    """The new text, or why there is none."""
    try:
        return with_up(migration, up), ""
    except RevisionFileError as error:
        return None, error.message


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(laid_out(), st.data())
def test_an_edited_list_loses_nothing(tmp_path: Path, written: str, data: st.DataObject) -> None:
    """However it is laid out: it reads back as meant with every comment still there, or it is refused."""
    before, after = f"{HEAD}# in front\nup = ", "  # behind\n\n\ndef f():\n    pass"
    migration = load(tmp_path, f"{before}{written}{after}")
    kept = [operation for operation in migration.up if data.draw(st.booleans())]
    place = data.draw(st.integers(0, len(kept)))
    new: list[Operation] = [*kept[:place], *data.draw(st.sampled_from([[], [NEW]])), *kept[place:]]
    text, problem = edited_or_problem(migration, new)
    if text is None:
        assert "would lose the comment" in problem
        return
    assert text.startswith(before)
    assert text.endswith(after)
    for comment in ("# one", '# "two", [', "# ☃ three)", "# head"):
        assert text.count(comment) == written.count(comment) + (before + after).count(comment)
