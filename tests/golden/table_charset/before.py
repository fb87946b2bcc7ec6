import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "logs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("line", sa.String(80)),
    mysql_charset="latin1",
    mariadb_charset="latin1",
)
