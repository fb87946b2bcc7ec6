"""Tables of the app `blog`. `minimig demo` edits its own copy of the two marked lines."""

from datetime import datetime

import sqlalchemy as sa
from database import Base
from sqlalchemy.orm import Mapped, mapped_column


class Post(Base):
    """What an author writes."""

    __tablename__ = "blog_posts"
    __table_args__ = (
        sa.CheckConstraint("status IN ('draft', 'published')", name="ck_blog_posts_status"),
        sa.Index("ix_blog_posts_status_created_at", "status", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts_users.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))  # demo: a column is added after this line
    body: Mapped[str] = mapped_column(sa.Text)  # demo: this column is renamed
    status: Mapped[str] = mapped_column(sa.String(12))
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Comment(Base):
    """What a reader answers."""

    __tablename__ = "blog_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("blog_posts.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts_users.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(sa.Text)
