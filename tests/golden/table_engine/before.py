import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "logs", metadata, sa.Column("id", sa.Integer, primary_key=True), mysql_engine="InnoDB", mariadb_engine="InnoDB"
)
