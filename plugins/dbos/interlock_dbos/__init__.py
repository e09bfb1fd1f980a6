"""Agents of Interlock that go on after a crash, on DBOS."""

__all__: list[str] = []
