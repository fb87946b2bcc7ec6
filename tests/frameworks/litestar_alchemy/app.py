"""Litestar with advanced-alchemy. There is no configuration of minimig: `litestar minimig` asks the application."""

import os
from pathlib import Path

from advanced_alchemy.base import UUIDAuditBase
from advanced_alchemy.extensions.litestar import SQLAlchemyAsyncConfig, SQLAlchemyPlugin
from litestar import Litestar, get
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

URL = os.environ.get("DATABASE_URL", f"sqlite:///{Path(__file__).with_name('app.db')}")
ASYNC = URL.replace("sqlite:", "sqlite+aiosqlite:").replace("postgresql:", "postgresql+asyncpg:")


class Book(UUIDAuditBase):
    """Something to lend."""

    __tablename__ = "books"
    title: Mapped[str]


@get("/")
async def index(db_session: AsyncSession) -> list[str]:
    """All titles."""
    return list(await db_session.scalars(select(Book.title)))


config = SQLAlchemyAsyncConfig(connection_string=ASYNC, metadata=UUIDAuditBase.metadata)
app = Litestar([index], plugins=[SQLAlchemyPlugin(config=config)])
