"""What a run was given by hand, for data steps that ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RunOptions:
    """The `-x key=value` of the command line (a word alone has an empty value), and the text of `--tag`."""

    x: Mapping[str, str] = field(default_factory=dict)
    tag: str | None = None


NO_OPTIONS = RunOptions()
