"""What lies here is installed, or put on the path, by the tests that use it."""

collect_ignore = ["accounts", "acme", "broken", "notes"]
