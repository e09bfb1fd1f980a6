"""From what callers write to a checked request and each of its texts; from an answer's text to its output."""
