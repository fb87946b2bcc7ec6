"""A FastAPI application. Change the models, then run: minimig makemigrations."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import minimig
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

HERE = Path(__file__).parent
engine = sa.create_engine(os.environ.get("DATABASE_URL", f"sqlite:///{HERE / 'app.db'}"))


class Base(DeclarativeBase):
    """The models of this application."""


class Note(Base):
    """An example; put your own models in its place."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Migrate before the first request. However many workers start at once: one migrates, the others wait for it."""
    await minimig.migrate_async(engine, HERE / "migrations")
    yield
    engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/")
def index() -> list[str]:
    """All titles."""
    with Session(engine) as session:
        return list(session.scalars(sa.select(Note.title)))
