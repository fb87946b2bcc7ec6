"""Reading the header of a revision file, and every way in which a file can be wrong."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from minimig.errors import RevisionFileError
from minimig.revisions.header import Header, check_name, read_header
from minimig.revisions.scanning import scan

FULL = '''
    """Give posts a unique slug.

    Old posts get their number.
    """

    import sqlalchemy as sa

    from minimig import ops

    dependencies = ["0001_initial", "accounts.0003_email", "shop.__latest__"]
    run_before: list[str] = ["shop.0002_cart"]
    replaces = ("0002_a", "0002_b")
    labels = ["slugs"]
    initial = False
    atomic = False
    irreversible = "slugs are published"

    WORDS = {"a": 1}
    _cache = {}


    def fill(conn, tables):
        labels = undefined = 1


    up = [ops.AddColumn("posts", sa.Column("slug", sa.String(80))), raise_if_run()]
    down = []
'''


def write(folder: Path, name: str, text: str) -> Path:
    """A file with this text, its indentation removed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> RevisionFileError:
    """The error that reading this text as a revision file gives."""
    path = write(folder, "0001_initial.py", text)
    with pytest.raises(RevisionFileError) as caught:
        read_header(path, "blog")
    return caught.value


def test_reads_every_header_name(tmp_path: Path) -> None:
    """All names arrive, short revisions spelled in full, and nothing in the file is run."""
    path = write(tmp_path, "0002_slug.py", FULL)
    assert read_header(path, "blog") == Header(
        app="blog",
        name="0002_slug",
        path=path,
        doc="Give posts a unique slug.\n\nOld posts get their number.",
        dependencies=("blog.0001_initial", "accounts.0003_email", "shop.__latest__"),
        run_before=("shop.0002_cart",),
        replaces=("blog.0002_a", "blog.0002_b"),
        labels=("slugs",),
        initial=False,
        atomic=False,
        irreversible="slugs are published",
    )


def test_defaults_of_a_bare_file(tmp_path: Path) -> None:
    """A file that only says `up` has no parents, is atomic, and does not claim to be initial."""
    header = read_header(write(tmp_path, "0001_initial.py", "up = []"), "blog")
    assert header == Header(app="blog", name="0001_initial", path=tmp_path / "0001_initial.py")
    assert (header.revision, header.title) == ("blog.0001_initial", "")


def test_title_is_the_first_line_of_the_docstring(tmp_path: Path) -> None:
    """A docstring that starts on its second line still has a title."""
    path = write(tmp_path, "0001_initial.py", '"""\n    Make it all.\n\n    Much more.\n"""\nup = []')
    assert read_header(path, "blog").title == "Make it all."


def test_repeated_dependencies_count_once(tmp_path: Path) -> None:
    """The short and the full spelling of one dependency are one dependency."""
    path = write(tmp_path, "0002_b.py", 'dependencies = ["0001_a", "blog.0001_a"]\nup = []')
    assert read_header(path, "blog").dependencies == ("blog.0001_a",)


@pytest.mark.parametrize(
    "line",
    [
        "dependencies = make()",
        'dependencies = [f"blog.{1}"]',
        'dependencies = ["blog.0001"] + ["blog.0002"]',
        'dependencies += ["blog.0001"]',
        'dependencies.append("blog.0001")',
        'dependencies[0] = "blog.0001"',
        'dependencies = replaces = ["blog.0001"]',
        "if True:\n    dependencies = []",
        "from elsewhere import dependencies",
        "for dependencies in (): pass",
        "def dependencies(): pass",
    ],
)
def test_header_data_must_be_literal(tmp_path: Path, line: str) -> None:
    """Whatever parsing cannot read for certain is refused with its line, never read as something else."""
    error = refusal(tmp_path, f"import os\n{line}\nup = []")
    assert "`dependencies` must be a literal" in error.message
    assert error.where is not None
    assert error.where.startswith(f"{tmp_path / '0001_initial.py'}:")
    assert error.where.rpartition(":")[2] in ("2", "3")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('dependencies = "blog.0001"', "`dependencies` must be a list of strings"),
        ("dependencies = [1]", "`dependencies` must be a list of strings"),
        ('dependencies = {"blog.0001"}', "`dependencies` must be a list of strings"),
        ("dependencies = None", "`dependencies` must be a list of strings"),
        ('dependencies = ["a.b.c"]', "'a.b.c' in `dependencies` does not name a revision"),
        ('dependencies = [""]', "does not name a revision"),
        ('run_before = ["blog."]', "'blog.' in `run_before` does not name a revision"),
        ('labels = ["a b"]', "'a b' in `labels` is not a plain word"),
        ("initial = 1", "`initial` must be True or False, not 1"),
        ('atomic = "no"', "`atomic` must be True or False, not 'no'"),
        ("irreversible = True", "`irreversible` must be a text that gives the reason"),
        ('irreversible = " "', "`irreversible` must be a text that gives the reason"),
    ],
)
def test_header_data_of_the_wrong_type(tmp_path: Path, line: str, message: str) -> None:
    """A literal of the wrong type is refused at its line."""
    error = refusal(tmp_path, f"\n# a comment\n{line}\nup = []".lstrip("\n"))
    assert message in error.message
    assert error.where == f"{tmp_path / '0001_initial.py'}:2"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("dependancies = []", "did you mean dependencies"),
        ("dependency: list[str] = []", "did you mean dependencies"),
        ("down_revision = 'abc'", "did you mean dependencies"),
        ("operations = []", "did you mean up?"),
        ("helper = make()", "HELPER or _helper"),
        ("if True:\n    helper = 1", "HELPER or _helper"),
        ("first, second = 1, 2", "FIRST or _first"),
    ],
)
def test_unknown_lower_case_names_are_errors(tmp_path: Path, line: str, hint: str) -> None:
    """A misspelled header name is never ignored; the hint gives the nearest one and the other way."""
    error = refusal(tmp_path, f"{line}\nup = []")
    assert "unknown name `" in error.message
    assert error.hint is not None
    assert hint in error.hint


def test_functions_imports_and_constants_may_have_any_name(tmp_path: Path) -> None:
    """Helpers, classes, loop variables and names inside functions are none of the header's business."""
    text = """
        import os.path as helper
        from json import *
        CONSTANT = [other for other in ()]
        _private = 1
        Base = object
        annotated: int
        for word in (): print(word)
        class thing:
            attribute = 1
        def function():
            variable = 1
            return variable
        up = []
        up += [1]
        if CONSTANT: up.append(2)
    """
    assert read_header(write(tmp_path, "0001_a.py", text), "blog").dependencies == ()


def test_a_name_set_twice_is_an_error(tmp_path: Path) -> None:
    """Two assignments (a bad merge of two files) name both lines instead of the last one winning."""
    error = refusal(tmp_path, "up = [1]\n\nup = [2]")
    assert error.message == "`up` is set twice, first in line 1"
    assert str(error.where).endswith(":3")


@pytest.mark.parametrize("text", ["", "down = []", "up: list[int]", "UP = []", "up.append(1)", "# only a comment"])
def test_up_is_required(tmp_path: Path, text: str) -> None:
    """A file without `up` is no revision, even an empty one."""
    assert "has no `up`" in refusal(tmp_path, text).message


@pytest.mark.parametrize("text", ["def up(op): pass", "from elsewhere import up", "up = []\ndef down(op): pass"])
def test_up_and_down_are_lists_not_functions(tmp_path: Path, text: str) -> None:
    """The imperative style of other tools gets told what to write instead."""
    error = refusal(tmp_path, text)
    assert "must be a list of operations" in error.message
    assert "ops.RunPython" in str(error.hint)


def test_syntax_errors_show_the_line(tmp_path: Path) -> None:
    """A syntax error gives file, line and the text of that line."""
    error = refusal(tmp_path, "up = [\n    1,\n    oh no,\n]")
    assert error.where == f"{tmp_path / '0001_initial.py'}:3"
    assert "oh no," in error.message


def test_conflict_markers_are_a_syntax_error(tmp_path: Path) -> None:
    """Markers that a merge left behind are reported where they stand."""
    error = refusal(tmp_path, "up = []\n<<<<<<< HEAD\nlabels = []\n=======\n>>>>>>> theirs")
    assert str(error.where).endswith(":2")
    assert "<<<<<<< HEAD" in error.message


def test_undecodable_files_give_the_line_and_the_byte(tmp_path: Path) -> None:
    """Latin-1 bytes in a file that does not declare it are a clear error, not a traceback."""
    path = tmp_path / "0001_initial.py"
    path.write_bytes(b"up = []\nNAME = '\xe9'\n")
    with pytest.raises(RevisionFileError, match="not valid utf-8 text: byte 0xe9") as caught:
        read_header(path, "blog")
    assert caught.value.where == f"{path}:2"


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfup = []\nNAME = '\xc3\xa9'\n",
        b"# coding: latin-1\nup = []\nNAME = '\xe9'\n",
        b"up = []\r\n",
    ],
)
def test_encodings_are_read_as_python_reads_them(tmp_path: Path, data: bytes) -> None:
    """A byte-order mark, a coding comment and Windows line ends are all fine."""
    path = tmp_path / "0001_initial.py"
    path.write_bytes(data)
    assert read_header(path, "blog").name == "0001_initial"


@pytest.mark.parametrize("data", [b"# coding: martian\nup = []\n", b"up = []\n\x00", b"up = " + b"(" * 5000])
def test_files_that_no_parser_takes(tmp_path: Path, data: bytes) -> None:
    """An unknown encoding, null bytes and bottomless nesting are errors of the file, not of the tool."""
    path = tmp_path / "0001_initial.py"
    path.write_bytes(data)
    with pytest.raises(RevisionFileError):
        read_header(path, "blog")


def test_a_dangling_link_is_reported(tmp_path: Path) -> None:
    """A revision file that cannot be opened stops the scan instead of vanishing from the history."""
    (tmp_path / "0001_initial.py").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RevisionFileError, match="cannot be read: No such file"):
        scan({"blog": tmp_path})


@pytest.mark.parametrize("name", ["0001.orig", "a@b", "a:b", "a+1", "a b", "-1", "", "0001_initial (copy)"])
def test_names_that_no_revision_can_have(name: str) -> None:
    """Signs that mean something in a target, and leftovers of editors, are refused."""
    with pytest.raises(RevisionFileError, match="cannot be the name of a revision"):
        check_name(name)


@pytest.mark.parametrize("name", ["zero", "base", "head", "heads"])
def test_words_of_the_command_line_are_no_names(name: str) -> None:
    """A revision called `zero` could never be told from going to zero."""
    with pytest.raises(RevisionFileError, match="is a place in the history"):
        check_name(name)


@pytest.mark.parametrize("name", ["0001_initial", "ae1027a6acf", "2024-10-01-add-x", "0002_größe"])
def test_names_that_are_fine(tmp_path: Path, name: str) -> None:
    """Numbers, hashes, dates and letters of any language are names."""
    assert read_header(write(tmp_path, f"{name}.py", "up = []"), "blog").revision == f"blog.{name}"


def test_names_are_composed(tmp_path: Path) -> None:
    """A name that the file system hands out with split accents is the same revision as elsewhere."""
    path = write(tmp_path, "0002_gro\u0308sse.py", "up = []")
    assert read_header(path, "blog").name == "0002_gr\u00f6sse"


def test_scan_sorts_and_skips(tmp_path: Path) -> None:
    """Finds the revision files of all apps, sorted; no private, hidden or backup files, no folders."""
    for name in ("0002_b.py", "0001_a.py", "_helper.py", "__init__.py", ".#0003.py", "~0004.py", "notes.txt"):
        write(tmp_path / "shop", name, "up = []")
    write(tmp_path / "blog", "0001_a.py", "up = []")
    (tmp_path / "shop" / "folder.py").mkdir()
    folders = {"shop": tmp_path / "shop", "blog": tmp_path / "blog", "empty": tmp_path / "missing"}
    assert [h.revision for h in scan(folders)] == ["blog.0001_a", "shop.0001_a", "shop.0002_b"]


def test_scan_refuses_a_file_as_folder(tmp_path: Path) -> None:
    """A setting that points at a file says so."""
    with pytest.raises(RevisionFileError, match="folder cannot be read") as caught:
        scan({"blog": write(tmp_path, "file.py", "")})
    assert caught.value.where == str(tmp_path / "file.py")


def test_names_that_differ_only_in_case(tmp_path: Path) -> None:
    """Two files that would be one on Windows or macOS are refused, both named; in two apps they are fine."""
    write(tmp_path / "blog", "0001_Initial.py", "up = []")
    write(tmp_path / "shop", "0001_initial.py", "up = []")
    assert len(scan({"blog": tmp_path / "blog", "shop": tmp_path / "shop"})) == 2
    write(tmp_path / "blog", "0001_initial.py", "up = []")
    if len(list((tmp_path / "blog").iterdir())) == 1:
        pytest.skip("this file system holds only one of them")
    with pytest.raises(RevisionFileError, match=r"0001_Initial\.py and 0001_initial\.py differ only"):
        scan({"blog": tmp_path / "blog"})
