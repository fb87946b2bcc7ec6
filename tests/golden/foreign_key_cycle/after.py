"""Two tables with foreign keys to each other come.

Alembic: warns, and leaves the order to chance (A-AUT-28, A-PAIN-20)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "teams",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("captain_id", sa.Integer, sa.ForeignKey("players.id", name="fk_teams_captain")),
)
sa.Table(
    "players",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("team_id", sa.Integer, sa.ForeignKey("teams.id", name="fk_players_team"), nullable=False),
)
