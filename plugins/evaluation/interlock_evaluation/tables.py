"""The tables of evaluations. Times are in seconds since the epoch; what is not known is NULL."""

from typing import Final

from sqlalchemy import Column, Double, Index, Integer, MetaData, PrimaryKeyConstraint, Table, Text

metadata: Final = MetaData()

runs: Final = Table(
    "eval_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("suite", Text, nullable=False),  # its name
    Column("digest", Text, nullable=False),  # of the suite
    Column("configuration", Text, nullable=False),  # the router's digest
    Column("models", Text, nullable=False),  # JSON, as the two below
    Column("options", Text, nullable=False),
    Column("started", Double, nullable=False),
    Column("ended", Double),
)

samples: Final = Table(
    "eval_samples",
    metadata,
    Column("run", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("number", Integer, nullable=False),  # its place in the suite
    Column("task", Text, nullable=False),
    Column("sample", Text, nullable=False),  # JSON
    PrimaryKeyConstraint("run", "prompt"),
)

results: Final = Table(
    "eval_results",
    metadata,
    Column("run", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("asked", Integer, nullable=False),  # how often the call was begun
    Column("outcome", Text),  # answer, error or excluded; none while it is asked
    Column("answer", Text),
    Column("finish_reason", Text),
    Column("error", Text),  # its class
    Column("why", Text),
    Column("latency", Double),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cost", Double),
    Column("deployment", Text),
    Column("served_model", Text),
    Column("record", Text),
    Column("at", Double),
    PrimaryKeyConstraint("run", "prompt", "model", "repeat"),
)

marks: Final = Table(
    "eval_marks",
    metadata,
    Column("run", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("grader", Text, nullable=False),
    Column("score", Double),
    Column("why", Text, nullable=False),
    Column("cost", Double, nullable=False),
    PrimaryKeyConstraint("run", "prompt", "model", "repeat", "grader"),
    Index("eval_marks_run", "run", "grader"),
)
