"""The tables that every tenant has. Change them, then run: minimig makemigrations, minimig migrate --tenants."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What `metadata` in minimig.toml names."""


class Note(Base):
    """An example; put your own models in its place."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))
