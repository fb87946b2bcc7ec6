"""Who the customers are. A program would ask a table, or the service that bills them."""

from __future__ import annotations

from collections.abc import Iterator


def every() -> Iterator[str]:
    """The name of each tenant; a pair of a name and a URL where its database is somewhere else."""
    yield "acme"
    yield "umbrella"
