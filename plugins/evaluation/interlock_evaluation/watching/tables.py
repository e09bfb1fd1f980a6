"""The tables of watches: what each began with, its looks, and what came at each step."""

from typing import Final

from sqlalchemy import Column, Double, Index, Integer, PrimaryKeyConstraint, Table, Text

from interlock_evaluation.tables import metadata

watches: Final = Table(
    "eval_watches",
    metadata,
    Column("watch", Integer, primary_key=True, autoincrement=False),
    Column("began", Double, nullable=False),
    Column("since", Double, nullable=False),  # of the baseline
    Column("until", Double, nullable=False),  # likewise; where the first step begins
    Column("options", Text, nullable=False),  # JSON
)

looks: Final = Table(
    "eval_watch_looks",
    metadata,
    Column("watch", Integer, nullable=False),
    Column("look", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column(
        "until", Double, nullable=False
    ),  # calls that began before it were counted, as far as they were there
    Column("calls", Integer, nullable=False),
    Column("late", Integer, nullable=False),  # of them, those that were not there at the look before
    Column("found", Text, nullable=False),  # JSON
    PrimaryKeyConstraint("watch", "look"),
)

steps: Final = Table(
    "eval_watch_steps",
    metadata,
    Column("watch", Integer, nullable=False),
    Column("step", Integer, nullable=False),  # from 0; those of the baseline lie below
    Column("look", Integer, nullable=False),
    Column("since", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("traffic", Text, nullable=False),  # JSON: sums, and no call
    PrimaryKeyConstraint("watch", "step"),
)

counted: Final = Table(
    "eval_watch_calls",
    metadata,
    Column("watch", Integer, nullable=False),
    Column("record", Text, nullable=False),
    Column("started", Double, nullable=False),
    PrimaryKeyConstraint("watch", "record"),
    Index("eval_watch_calls_started", "watch", "started"),
)

facts: Final = Table(
    "eval_watch_facts",
    metadata,
    Column("evidence", Text, nullable=False),
    Column("deployment", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("facts", Text, nullable=False),  # JSON
    PrimaryKeyConstraint("evidence", "deployment"),
)
