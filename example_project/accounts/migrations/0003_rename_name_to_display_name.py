"""Call the name what it is: the name on display.

Lesson 4: a rename keeps the values; drop and add would lose them. No tool can see the difference in the models, so
makemigrations asks, or is told: `--rename accounts_users.name:display_name`.
"""

from minimig import ops

dependencies = ["accounts.0002_pin_a_post"]

up = [
    ops.RenameColumn("accounts_users", "name", "display_name"),
]

down = [
    ops.RenameColumn("accounts_users", "display_name", "name"),
]
