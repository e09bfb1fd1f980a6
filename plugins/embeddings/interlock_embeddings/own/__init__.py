"""Tasks of a user's own: read from examples, measured, judged, kept in a file, found in prompts.

In this order: `examples.py`, `learning.py`, `measures.py`, `tasks.py`.
"""
