"""What lives in the database `analytics`. No foreign key leads from one database to another; a plain column does."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What `metadata` of the app `stats` names."""


class Visit(Base):
    """An example; put your own models in its place."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(server_default=sa.func.current_timestamp())
