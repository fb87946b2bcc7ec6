"""Tables as cards: what stays the same thing through time, and what is stored once."""

from __future__ import annotations

import sqlalchemy as sa

from minimig import ops
from support.explored import Told

USERS = ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(80)))
POSTS = ops.CreateTable(
    "posts",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", name="fk_posts_user"), nullable=False),
    sa.CheckConstraint("id > 0", name="ck_posts_id"),
    comment="What people write",
)


def test_a_table_is_a_card_of_rows() -> None:
    """Columns with types, keys and constraints in the words of SQL; a foreign key knows the card that it points to."""
    told = Told()
    shown = told.after(USERS, POSTS)
    card = told.album.cards.items[shown[1]]
    assert (card.kind, card.name, card.note) == ("table", "posts", "What people write")
    rows = {row.ident: row for row in told.rows(shown, 1)}
    assert rows["user_id"].text == "INTEGER NOT NULL"
    assert rows["foreign_key fk_posts_user"].target == 0
    assert rows["check ck_posts_id"].text == "CHECK (id > 0)"
    assert [row.ident for row in rows.values() if not row.shown] == ["primary key", "foreign_key fk_posts_user"]


def test_a_renamed_table_keeps_its_slot_and_a_renamed_column_its_row() -> None:
    """What was renamed is the same thing under another name; what was dropped and added is not."""
    told = Told()
    told.after(USERS)
    shown = told.after(ops.RenameTable("users", "people"), ops.RenameColumn("people", "name", "nick"))
    assert told.album.cards.items[shown[0]].name == "people"
    assert [(row.ident, row.name) for row in told.rows(shown, 0)[:2]] == [("id", "id"), ("name", "nick")]
    shown = told.after(ops.AddColumn("people", sa.Column("name", sa.Text())))
    assert [(row.ident, row.name) for row in told.rows(shown, 0)[:3]] == [
        ("id", "id"),
        ("name", "nick"),
        ("name'", "name"),
    ]
    shown = told.after(ops.DropColumn("people", "nick"), ops.AddColumn("people", sa.Column("nick", sa.String(80))))
    assert [row.ident for row in told.rows(shown, 0)[:3]] == ["id", "name'", "nick"]


def test_a_table_that_comes_back_has_its_old_slot() -> None:
    """A table dropped and created again stands where it stood; another one does not take its place."""
    told = Told()
    told.after(USERS)
    assert told.after(ops.DropTable("users"), ops.CreateTable("tags", sa.Column("id", sa.Integer))) == {1: 1}
    assert set(told.after(USERS)) == {0, 1}


def test_what_is_equal_is_stored_once() -> None:
    """A column added and dropped again leads to the card that there was, and unchanged rows are shared."""
    told = Told()
    first = told.after(USERS)
    second = told.after(ops.AddColumn("users", sa.Column("age", sa.Integer)))
    third = told.after(ops.DropColumn("users", "age"))
    assert first == third != second
    assert len(told.album.cards.items) == 2
    assert len(told.album.rows.items) == len(told.rows(first, 0)) + 1


def test_an_enum_shows_its_labels_and_a_comment_is_part_of_its_column() -> None:
    """What generic SQL has no words for can be seen, so that a change of it can be seen too."""
    mood = sa.Column("mood", sa.Enum("sad", "ok", name="mood"), comment="how it goes")
    told = Told()
    shown = told.after(ops.CreateTable("days", sa.Column("id", sa.Integer), mood))
    assert told.rows(shown, 0)[1].text == "ENUM mood(sad, ok) COMMENT 'how it goes'"


def test_a_view_is_a_card_too() -> None:
    """Objects that are no tables stand beside them, with their definition."""
    told = Told()
    shown = told.after(USERS, ops.CreateView("names", "SELECT name FROM users"))
    card = told.album.cards.items[shown[1]]
    assert (card.kind, card.name) == ("view", "names")
    assert "SELECT name FROM users" in told.rows(shown, 1)[0].text
