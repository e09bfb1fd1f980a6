"""The tables that DBOS lacks, beside its own: which process works on a run, jobs, workers, money and limits.

Times are in seconds since 1970 by the database's clock, money in billionths of a US dollar.
"""

from pathlib import Path

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, MetaData, Table, Text

from interlock_agents.engines.building import leases
from interlock_sql.building import Migrations

metadata = MetaData()
runs = leases("interlock_dbos_runs", metadata)

jobs = Table(
    "interlock_jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("form", Integer, nullable=False),
    Column("spec", Text, nullable=False),  # JSON
    Column("queue", Text, nullable=False),
    Column("budget", BigInteger),
    Column("at_once", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("wave", Integer, nullable=False),
    Column("enqueued", Boolean, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("before", Integer, nullable=False),
    Column("coordinator", Text, nullable=False),  # the worker that sees to it
    Column("created", Double, nullable=False),
    Column("started", Double),
    Column("updated", Double),
    Column("ended", Double),
)

workers = Table(
    "interlock_job_workers",
    metadata,
    Column("owner", Text, primary_key=True),  # the executor as DBOS has it
    Column("machine", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("queue", Text, nullable=False),
    Column("form", Integer, nullable=False),
    Column("at_once", Integer, nullable=False),
    Column("busy", Integer, nullable=False),
    Column("began", Double, nullable=False),
    Column("until", Double, nullable=False),  # its lease
    Column("adopter", Text, nullable=False),  # who puts back what it had, once it is gone
)

holds = Table(
    "interlock_job_holds",
    metadata,
    Column("job", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("token", Text, nullable=False),  # of one attempt at the task
    Column("owner", Text, nullable=False),  # the worker whose attempt it is
    Column("amount", BigInteger, nullable=False),
    Index("interlock_job_holds_owner", "owner"),
)
"""What tasks that are under way may cost."""

turns = Table(
    "interlock_job_turns",
    metadata,
    Column("job", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Index("interlock_job_turns_provider", "job", "provider"),
    Index("interlock_job_turns_owner", "owner"),
)
"""Which tasks have a provider's call under way."""

providers = Table(
    "interlock_job_providers",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("per_minute", Integer),
    Column("per_second", Integer),
    Column("number", BigInteger, nullable=False),  # of calls that have begun
    Column("paused", Double, nullable=False),  # until when it is to be left alone
)

starts = Table(
    "interlock_job_starts",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
)
"""When the last calls of each provider that has a limit have begun, or are to."""

MIGRATIONS = Migrations(
    folder=Path(__file__).with_name("migrations"),
    revisions=("0001", "0002"),
    version_table="interlock_dbos_version",
    distribution="interlock-dbos",
    section="--store",
)
