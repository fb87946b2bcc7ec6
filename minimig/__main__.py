"""`python -m minimig`: the same as the `minimig` command."""

from minimig.cli.main import main

main()
