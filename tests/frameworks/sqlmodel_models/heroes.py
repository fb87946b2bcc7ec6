"""SQLModel: models that are Pydantic's and SQLAlchemy's at once."""

import enum
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine(f"sqlite:///{Path(__file__).with_name('heroes.db')}")


class Power(enum.Enum):
    """What a hero can do."""

    FLY = "fly"
    HIDE = "hide"


class Team(SQLModel, table=True):
    """Several heroes."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=40, unique=True)


class Hero(SQLModel, table=True):
    """One of them."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    power: Power
    fee: Decimal = Field(default=0, max_digits=8, decimal_places=2)
    since: datetime
    team_id: UUID | None = Field(default=None, foreign_key="team.id")


def hire(name: str) -> list[str]:
    """Add a hero; returns all names."""
    with Session(engine) as session:
        session.add(Hero(name=name, power=Power.FLY, since=datetime.now(UTC)))
        session.commit()
        return list(session.exec(select(Hero.name)))
