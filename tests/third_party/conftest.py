"""What these hold is installed, or put on the path, by the tests that run it."""

collect_ignore_glob = ["*/*"]
