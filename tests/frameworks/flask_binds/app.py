"""Flask-SQLAlchemy with two databases. There is no configuration of minimig: `flask minimig` asks the application."""

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The models of this program."""


db = SQLAlchemy(model_class=Base)
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
app.config["SQLALCHEMY_BINDS"] = {"auth": "sqlite:///auth.db"}
db.init_app(app)


class Item(db.Model):
    """Lives in the default database."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))


class User(db.Model):
    """Lives in another one."""

    __bind_key__ = "auth"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(80), unique=True)


@app.get("/")
def index() -> dict[str, int]:
    """Count what is in both databases."""
    return {model.__name__: len(db.session.scalars(sa.select(model)).all()) for model in (Item, User)}
