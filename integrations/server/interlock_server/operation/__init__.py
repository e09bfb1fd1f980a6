"""Running the endpoint: processes, signals, reloads, and what an operator sees of it."""
