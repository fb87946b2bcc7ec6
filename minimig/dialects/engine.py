"""An engine for a URL, or an error that says what is wrong with the URL or missing for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, StaticPool

from minimig.errors import ConfigError, nearest
from minimig.masking import mask_url

INSTALL = {
    "psycopg": "pip install 'minimig[postgresql]'",
    "aiosqlite": "pip install 'minimig[async]'",
    "asyncpg": "pip install 'minimig[async]'",
    "aiomysql": "pip install 'minimig[async]'",
    "greenlet": "pip install 'minimig[async]'",
    "pymysql": "pip install 'minimig[mysql]'",
    "MySQLdb": "pip install mysqlclient, or write mysql+pymysql:// in the URL and pip install 'minimig[mysql]'",
}
DATABASES = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")


def engine_for(text: str, connect_args: Mapping[str, Any] = MappingProxyType({})) -> sa.Engine:
    """A new engine for a URL that names its driver. Raises ConfigError as `make_engine` does."""
    where = mask_url(text)
    try:
        url = sa.make_url(text)
        # The end of a password that was not quoted; the driver would ask a name server for it.
        if url.password and "@" in f"{url.host}{url.database}":
            raise ValueError("host")  # noqa: TRY301 - told below, in the same words as any other URL
        in_memory = url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")
        # One connection for a database that lives in it; elsewhere none kept, so that a finished run holds
        # no lock.
        engine = sa.create_engine(url, poolclass=StaticPool if in_memory else NullPool, connect_args=dict(connect_args))
    except sa.exc.NoSuchModuleError as error:
        raise ConfigError(
            f"SQLAlchemy knows no database called {text.partition('://')[0]}",
            where=where,
            hint=nearest(text.partition("://")[0], DATABASES) or "is its dialect's package installed?",
            code="MM107",
        ) from error
    except (sa.exc.ArgumentError, ValueError, TypeError):
        # from None: SQLAlchemy's message may quote the URL with its password
        raise ConfigError(
            "the URL of the database cannot be read", where=where, hint=_url_hint(text), code="MM110"
        ) from None
    except ImportError as error:
        module = (error.name or "").partition(".")[0]
        hint = INSTALL.get(module) or f"pip install {module or 'the driver'}"
        raise ConfigError(f"the driver of the database is not installed: {error}", where=where, hint=hint) from error
    return engine


def _url_hint(text: str) -> str:
    if "://" not in text:
        return "a URL looks like sqlite:///blog.db or postgresql://user@host/name"
    return "write special characters of the password in percent form: @ is %40, / is %2F, : is %3A"
