"""Tables of the app `accounts`."""

from datetime import datetime

import sqlalchemy as sa
from database import Base
from sqlalchemy.orm import Mapped, mapped_column


class User(Base):
    """Somebody who reads, writes or buys."""

    __tablename__ = "accounts_users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    display_name: Mapped[str] = mapped_column(sa.String(80))
    joined_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    # Posts point to users as well: a knot, which revision accounts.0002 shows how to tie.
    pinned_post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("blog_posts.id", ondelete="SET NULL"))
