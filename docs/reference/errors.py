"""Writes `errors.md`: each class of errors, and each code with its example and its cure.

    python docs/reference/errors.py

The pages of the codes are those that `minimig explain CODE` prints; the tests carry out their examples.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from minimig import errors
from minimig.errors import MinimigError
from minimig.lessons.catalogue import Page, blog, pages

PAGE = Path(__file__).with_name("errors.md")
HEAD = """\
# Errors

Each error has a code. `minimig explain MM411` prints what stands here under that code: what it means, an example that
provokes it, and the cure. [Exit codes](errors-and-exit-codes.md) are a page of their own. This page is made by
`python docs/reference/errors.py`, and a test compares it with what the code says.

"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The text of the page."""
    index = "\n".join(f"| [{each.code}](#{anchor(each)}) | {each.title} |" for each in pages())
    classes = "\n".join(_class_lines())
    return (
        f"{HEAD}## All codes\n\n| code | what it is |\n|---|---|\n{index}\n\n"
        "## Classes\n\nWhat a program catches; all of them derive from `MinimigError`. An error that has no code of its"
        " own has that of its class.\n\n"
        f"| class | code | exit code | kind of | meaning |\n|---|---|---|---|---|\n{classes}\n\n"
        f"## The blog of the examples\n\n{blog()}\n" + "\n".join(demoted(each) for each in pages())
    )


def anchor(each: Page) -> str:
    """Where a page stands, as GitHub and MyST make it of a heading."""
    kept = "".join(c for c in f"{each.code} {each.title}".lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def demoted(each: Page) -> str:
    """A page with its headings one level lower; what stands in a fence is no heading."""
    lines, fenced = [], False
    for line in each.text.splitlines():
        fenced ^= line.startswith("```")
        lines.append(f"#{line}" if line.startswith("#") and not fenced else line)
    return "\n".join(lines) + "\n"


def classes() -> tuple[type[MinimigError], ...]:
    """The classes of errors, in the order of the module."""
    return tuple(
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, MinimigError)
    )


def _class_lines() -> Iterator[str]:
    for kind in classes():
        meaning = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
        above = "" if kind is MinimigError else f"`{kind.__mro__[1].__name__}`"
        yield f"| `{kind.__name__}` | {kind.code} | {kind.exit_code} | {above} | {meaning} |"


if __name__ == "__main__":
    main()
