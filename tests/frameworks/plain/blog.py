"""SQLAlchemy and nothing else: models, an engine, and a function that uses both."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = sa.create_engine(f"sqlite:///{Path(__file__).with_name('blog.db')}")


class Base(DeclarativeBase):
    """The models of this program."""


class Post(Base):
    """Something to read."""

    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(80))


def publish(title: str) -> list[str]:
    """Add a post; returns all titles."""
    with Session(engine) as session:
        session.add(Post(title=title))
        session.commit()
        return list(session.scalars(sa.select(Post.title)))
