"""A Flask application. Change the models, then run: flask minimig makemigrations, flask minimig migrate."""

from __future__ import annotations

import os

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The models of this application."""


db = SQLAlchemy(model_class=Base)


class Note(db.Model):
    """An example; put your own models in its place."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))


def create_app() -> Flask:
    """The application; the `flask` command finds this function by its name."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///app.db")
    # A second database is a bind: app.config["SQLALCHEMY_BINDS"] = {"auth": ...}, flask minimig --bind auth migrate
    app.config["MINIMIG"] = {"migrations": "migrations"}  # the keys of a minimig.toml; all may be left out
    db.init_app(app)

    @app.get("/")
    def index() -> list[str]:
        return list(db.session.scalars(sa.select(Note.title)))

    return app
