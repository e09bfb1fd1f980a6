"""Agents of Interlock that go on after a crash, on DBOS (`dbos+sqlite`, `dbos+postgresql`)."""

from interlock_dbos.kind import DbosEngines

__all__ = ["DbosEngines"]
