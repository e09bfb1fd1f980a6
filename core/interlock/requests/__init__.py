"""From what callers write to a checked request, and from an answer's text to the output it asks for."""
