"""FastAPI with an async engine; the lifespan brings the database up to date before the first request."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import minimig

HERE = Path(__file__).parent
URL = os.environ.get("DATABASE_URL", f"sqlite:///{HERE / 'app.db'}")
engine = create_async_engine(URL.replace("sqlite:", "sqlite+aiosqlite:").replace("postgresql:", "postgresql+asyncpg:"))
sessions = async_sessionmaker(engine)


class Base(DeclarativeBase):
    """The models of this program."""


class Task(Base):
    """Something to do."""

    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(80))


async def migrate() -> None:
    """Bring the database up to date; however many workers start, one does it and the others wait."""
    await minimig.migrate_async(engine, HERE / "migrations")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What happens before the first request and after the last."""
    await migrate()
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def index() -> list[str]:
    """All titles."""
    async with sessions() as session:
        return list(await session.scalars(sa.select(Task.title)))
