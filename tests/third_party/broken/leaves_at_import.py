"""A plugin that wants to end the program."""

raise SystemExit("no licence found")
