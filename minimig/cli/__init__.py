"""The command line: words in, text out. It decides nothing; each command calls one function of `minimig.commands`."""
