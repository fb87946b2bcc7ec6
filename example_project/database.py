"""The declarative base that all three apps share: one MetaData, so a foreign key may point into another app."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Base of every model. Nothing here knows about minimig: any SQLAlchemy project looks like this."""
