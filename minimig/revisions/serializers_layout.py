"""Source text in the shape that ruff and black would give it.

In: a small tree of `Source` nodes. Out: text. What fits in one line stays in one line; what does not is opened, one
item a line with a comma after the last, and formatters leave it so. That is the whole rule, so that a file reads well
where no formatter is installed, and stays as it is where one is.

Django breaks each call by one fixed scheme whatever its length, Alembic hardly wraps: both rely on a formatter.
"""

from __future__ import annotations

from dataclasses import dataclass

# What ruff and black use unless told otherwise; with a wider limit they leave opened brackets open.
WIDTH = 88
STEP = 4


@dataclass(frozen=True)
class Bracket:
    """`opening`, items, `closing`: a call, a list, a dict. An item is a prefix (`nullable=`, `"key": `) and its value.

    `spread` opens it even if it would fit in one line; `lone_comma` is for tuples, where one item needs a comma.
    """

    opening: str
    items: tuple[tuple[str, Source], ...]
    closing: str
    spread: bool = False
    lone_comma: bool = False


@dataclass(frozen=True)
class Chain:
    """A value and the method calls on it: `sa.JSON().with_variant(...)`; each is a Bracket that opens with a dot."""

    base: Source
    calls: tuple[Bracket, ...]


@dataclass(frozen=True)
class Lines:
    """A string of several lines: one literal if it fits, else one literal for each line, in parentheses."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A string of several lines between triple quotes, for a value that is read without its margin (SQL text)."""

    whole: str
    opening: str
    lines: tuple[str, ...]


Source = str | Bracket | Chain | Lines | Block
"""Python source before it is laid out; a `str` is text that is never broken."""


def flat(source: Source) -> str:
    """The source in one line."""
    if isinstance(source, str):
        return source
    if isinstance(source, Bracket):
        inside = ", ".join([prefix + flat(item) for prefix, item in source.items])
        return f"{source.opening}{inside}{',' if source.lone_comma and len(source.items) == 1 else ''}{source.closing}"
    if isinstance(source, Chain):
        return flat(source.base) + "".join([flat(call) for call in source.calls])
    return source.whole


def layout(source: Source, indent: int = 0, used: int = 0, reserved: int = 0) -> str:
    """The source as lines of at most WIDTH where that is possible.

    `indent` is that of the statement or item it belongs to, `used` what its first line holds before it, and `reserved`
    what comes after it on its last line.
    """
    if isinstance(source, str):
        return source
    if not _spread(source) and used + len(line := flat(source)) + reserved <= WIDTH:
        return line
    if isinstance(source, Bracket):
        return _opened(source, indent)
    if isinstance(source, Chain):
        return _chained(source, indent, used, reserved)
    if isinstance(source, Block):
        return _block(source, " " * indent)
    margin = " " * (indent + STEP)
    return "".join(["(\n", *(f"{margin}{part}\n" for part in source.parts), " " * indent, ")"])


def _spread(source: Source) -> bool:
    """Whether a node inside asks to be opened."""
    if isinstance(source, Bracket):
        return source.spread or any(_spread(item) for _, item in source.items if not isinstance(item, str))
    if isinstance(source, Chain):
        return _spread(source.base) or any(_spread(call) for call in source.calls)
    return isinstance(source, Block)


def _opened(bracket: Bracket, indent: int) -> str:
    if not bracket.items:
        return bracket.opening + bracket.closing
    inner = indent + STEP
    lines = [bracket.opening]
    for prefix, item in bracket.items:
        lines.append(f"{' ' * inner}{prefix}{layout(item, inner, inner + len(prefix), 1)},")
    return "\n".join([*lines, " " * indent + bracket.closing])


def _block(block: Block, margin: str) -> str:
    lines = [f"{margin}{line}" if line else "" for line in block.lines]
    return "\n".join([block.opening, *lines, f'{margin}"""'])


def _chained(chain: Chain, indent: int, used: int, reserved: int) -> str:
    if len(chain.calls) > 1:
        ends = [0] * (len(chain.calls) - 1) + [reserved]
        calls = [layout(call, indent, indent, end) for call, end in zip(chain.calls, ends, strict=True)]
        return f"\n{' ' * indent}".join([layout(chain.base, indent, used), *calls])
    (call,) = chain.calls
    start = flat(chain.base)
    if used + len(start) + len(call.opening) <= WIDTH and not _spread(chain.base):
        return start + layout(call, indent, used + len(start), reserved)
    base = _opened(chain.base, indent) if isinstance(chain.base, Bracket) else start
    return base + layout(call, indent, indent + 1, reserved)


# --- the nodes that writers build -------------------------------------------------------------------------------------


def call(target: str, args: tuple[Source, ...] = (), kwargs: tuple[tuple[str, Source], ...] = ()) -> Bracket:
    """A call, of plain and named arguments."""
    return Bracket(f"{target}(", (*[("", arg) for arg in args], *[(f"{name}=", value) for name, value in kwargs]), ")")


def list_of(items: tuple[Source, ...], *, spread: bool = False) -> Bracket:
    """A list; `spread` opens it whatever its length."""
    return Bracket("[", tuple([("", item) for item in items]), "]", spread=spread)


def text(value: str) -> Source:
    """A string literal, with double quotes unless single ones need fewer backslashes."""
    lines = () if value.isprintable() else value.splitlines(keepends=True)
    if len(lines) < 2:
        return quoted(value)
    return Lines(quoted(value), tuple(quoted(line) for line in lines))


def quoted(value: str) -> str:
    """The literal of a string, in one line."""
    if '"' not in value and "\\" not in value and value.isprintable():
        return f'"{value}"'
    if value.count('"') > value.count("'"):
        return "'" + "\\'".join(repr(piece)[1:-1] for piece in value.split("'")) + "'"
    # A single quote in front makes repr choose double quotes, whatever else the piece holds.
    return '"' + '\\"'.join(repr("'" + piece)[2:-1] for piece in value.split('"')) + '"'


def block(value: str) -> Source:
    """SQL text of an object: in a block when it has several lines, one literal when it has one."""
    if "\n" not in value:
        return quoted(value)
    lines = value.split("\n")
    if "\\" in value and '"""' not in value and all(line.isprintable() for line in lines):
        return Block(quoted(value), 'r"""', tuple(lines))
    return Block(quoted(value), '"""', tuple(_escaped(line) for line in lines))


def _escaped(line: str) -> str:
    plain = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line.replace("\\", "\\\\"))
    return plain.replace('"""', '\\"\\"\\"')
