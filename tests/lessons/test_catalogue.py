"""Each code of an error has one page, and the example of each page provokes that very error."""

from __future__ import annotations

import doctest
import json
import pickle
import re
from collections import Counter
from pathlib import Path

import pytest

import minimig
from minimig.errors import GraphError, MinimigError, StateError, TargetError
from minimig.lessons.catalogue import codes, page, pages
from support.lessons import base_project, carried_out

PACKAGE = Path(minimig.__file__).parent


def kinds(base: type[MinimigError] = MinimigError) -> list[type[MinimigError]]:
    """Every class of errors."""
    return [base, *(kind for below in base.__subclasses__() for kind in kinds(below))]


def written_codes() -> Counter[str]:
    """How often each code stands in the source."""
    sources = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    return Counter(code for source in sources for code in re.findall(r'"(MM\d{3})"', source))


def test_each_code_is_given_in_one_place() -> None:
    """A class or a situation has its code for itself; every class has one of its own, none that it inherits."""
    assert {code: count for code, count in written_codes().items() if count != 1} == {}
    assert all("code" in vars(kind) for kind in kinds() if kind.__module__ == "minimig.errors")


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    """None is missing, and none is about an error that is gone."""
    assert set(codes()) == written_codes().keys()


@pytest.mark.parametrize("code", codes())
def test_the_example_of_a_page_provokes_its_error(code: str, tmp_path: Path) -> None:
    """Carried out line by line, it reads as shown, and ends with this code; the page says what it is and what to do."""
    text = page(code).text
    assert re.fullmatch(rf"# {code}: [^\n.]+\n\n.+\n\n## An example\n\n.+\n\n## The cure\n\n.+\n", text, re.DOTALL)
    done = list(carried_out(text, base_project(tmp_path)))
    assert done
    for step in done:
        if isinstance(step, doctest.TestResults):
            assert step.failed == 0
            assert f"\n{code} " in text
        else:
            assert step.result.text == step.shown, step.line
    last = done[-1]
    if not isinstance(last, doctest.TestResults):
        assert f"error {code}: " in last.shown
        assert last.result.code not in (0, 4)


def test_explain_prints_a_page(tmp_path: Path) -> None:
    """In capitals or not; links name the page of the documentation. A code that nobody has is an error with a hint."""
    project = base_project(tmp_path)
    shown = project.ok("explain", "mm411")
    assert shown.out.startswith("# MM411: An app has several heads\n")
    assert "see\nteams (docs/howto/teams.md)." in shown.out
    data = json.loads(project.ok("explain", "--json", "MM411").out)
    assert (data["code"], data["title"], data["text"]) == ("MM411", "An app has several heads", shown.out)
    assert "stands alone" in project.run("explain", "MM411", "migrate").err
    unknown = project.run("explain", "MM999")
    assert (unknown.code, "no error has the code MM999" in unknown.err) == (2, True)


def test_a_code_stays_with_its_error() -> None:
    """At a place, behind a process, and as JSON; without one of its own an error has that of its class."""
    error = GraphError("two files", code="MM412", link=("a", "b")).at("blog")
    again = pickle.loads(pickle.dumps(error))
    assert (error.code, again.code, again.where) == ("MM412", "MM412", "blog")
    assert error.to_dict() == {"code": "MM412", "message": "two files", "where": "blog", "hint": None}
    assert (StateError("no").code, StateError("no").own_code) == (StateError.code, None)
    with pytest.raises(TargetError):
        page("MM000")


def test_pages_come_in_order() -> None:
    """By code, as the documentation lists them."""
    assert [each.code for each in pages()] == sorted(codes())
