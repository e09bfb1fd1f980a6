"""The tables of reviews. Times are in seconds since the epoch; secrets are kept as their digests alone."""

from typing import Final

from sqlalchemy import Boolean, Column, Double, Index, Integer, PrimaryKeyConstraint, Table, Text

from interlock_evaluation.tables import metadata

reviews: Final = Table(
    "eval_reviews",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run", Text, nullable=False),
    Column("options", Text, nullable=False),  # JSON: how it was drawn, and what is hidden
    Column("opened", Double, nullable=False),
    Column("closed", Double),
)

reviewers: Final = Table(
    "eval_reviewers",
    metadata,
    Column("review", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("link", Text, unique=True),  # none where it was used or taken back
    Column("session", Text, unique=True),  # of the browser in which it was used
    Column("made", Double, nullable=False),  # when the link was
    PrimaryKeyConstraint("review", "name"),
)

items: Final = Table(
    "eval_review_items",
    metadata,
    Column("id", Text, primary_key=True),  # random, and all that a browser sees of it
    Column("review", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("number", Integer, nullable=False),  # its place in the reviewer's order, from 0
    Column("prompt", Text, nullable=False),
    Column("left", Text, nullable=False),  # a model, as is the one below
    Column("right", Text, nullable=False),
    Column("left_repeat", Integer, nullable=False),
    Column("right_repeat", Integer, nullable=False),
    Column("left_answer", Text, nullable=False),  # a digest of what was drawn, as is the one below
    Column("right_answer", Text, nullable=False),
    Column("again", Boolean, nullable=False),  # whether it was shown before, the other way round
    Index("eval_review_items_order", "review", "reviewer", "number", unique=True),
)

votes: Final = Table(
    "eval_votes",
    metadata,
    Column("item", Text, primary_key=True),
    Column("choice", Text, nullable=False),  # left, right, both or neither
    Column("comment", Text, nullable=False),
    Column("at", Double, nullable=False),
)
