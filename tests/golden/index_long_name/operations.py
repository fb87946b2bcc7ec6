"""Create index ix_users_whose_email_address_was_confirmed_by_clicking_on_the_link."""

from minimig import ops

dependencies = []

up = [
    ops.CreateIndex(
        "ix_users_whose_email_address_was_confirmed_by_clicking_on_the_link",
        "users",
        ["email"],
    ),
]

down = [
    ops.DropIndex(
        "ix_users_whose_email_address_was_confirmed_by_clicking_on_the_link",
        "users",
    ),
]
