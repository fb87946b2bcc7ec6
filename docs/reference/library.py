"""Writes the lists of `library.md`: each public function with its signature and its first sentence.

    python docs/reference/library.py

What stands between the marks in the page is made from the code, and a test compares it with what the code says today.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import minimig

PAGE = Path(__file__).with_name("library.md")
COMMANDS = {
    "accept": "repair --accept",
    "compare": "diff",
    "configuration": "config",
    "ensure_version": "ensure-version",
    "forget": "repair --forget",
    "pending": "migrate --check",
    "prune": "migrate --prune",
    "repairs": "repair",
    "tags": "tag --list",
    "take_snapshot": "snapshot",
    "templates": "list-templates",
    "untag": "tag --delete",
}
MARK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write the page again."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def page(text: str) -> str:
    """The text of the page with its lists as they should be."""
    return MARK.sub(lambda found: f"{found[1]}{_listed(found[2])}{found[3]}", text)


def _listed(room: str) -> str:
    public = [name for name in minimig.__all__ if name != "__version__"]
    names = [name for name in public if getattr(minimig, name).__module__ == f"minimig.{room}"]
    return "".join(f"* `{_signature(name)}`  \n  {_sentence(name)}\n" for name in names)


def _signature(name: str) -> str:
    """The names of the arguments: their types are in the docstring's words and for the type checker."""
    parts = []
    star = False
    for parameter in inspect.signature(getattr(minimig, name)).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            parts.append("*")
        star = star or parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        before = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        parts.append(f"{before}{parameter.name}{_default(parameter.default)}")
    return f"{name}({', '.join(parts)})"


def _default(value: object) -> str:
    if value is inspect.Parameter.empty:
        return ""
    return f"={value!r}" if isinstance(value, str | int | float | tuple | None) else "=..."


def _sentence(name: str) -> str:
    doc = " ".join((inspect.getdoc(getattr(minimig, name)) or "").partition("\n\n")[0].split())
    return f"{doc} (`minimig {COMMANDS[name]}`)" if name in COMMANDS else doc


if __name__ == "__main__":
    main()
