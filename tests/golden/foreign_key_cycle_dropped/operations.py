"""Drop constraint fk_teams_captain from teams, drop table players, and 1 more."""

import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("fk_teams_captain", "teams"),
    ops.DropTable("players"),
    ops.DropTable("teams"),
]

down = [
    ops.CreateTable(
        "teams",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("captain_id", sa.Integer),
    ),
    ops.CreateTable(
        "players",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("team_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_players_team"),
    ),
    ops.AddConstraint(
        "teams",
        sa.ForeignKeyConstraint(
            ["captain_id"],
            ["players.id"],
            name="fk_teams_captain",
        ),
    ),
]
