"""An asynchronous program. Change the models, then run: minimig makemigrations."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import minimig
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

HERE = Path(__file__).parent
engine = create_async_engine(os.environ.get("DATABASE_URL", f"sqlite+aiosqlite:///{HERE / 'app.db'}"))


class Base(DeclarativeBase):
    """The models of this program."""


class Note(Base):
    """An example; put your own models in its place."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))


async def main() -> list[str]:
    """Migrate, then give all titles. Where `minimig migrate` is a step of the deployment, the first line may go."""
    await minimig.migrate_async(engine, HERE / "migrations")
    async with AsyncSession(engine) as session:
        titles = list(await session.scalars(sa.select(Note.title)))
    await engine.dispose()
    return titles


if __name__ == "__main__":
    print(asyncio.run(main()))  # noqa: T201 - a program prints
