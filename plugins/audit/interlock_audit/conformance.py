"""The log in files of its own and its verb, for Interlock's conformance kit."""

import base64
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from interlock.testing import CommandConformance, LogConformance
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditLogs, AuditOptions, interlock_commands


class AuditInSqlite(LogConformance):
    kind = AuditLogs()

    def __init__(self) -> None:
        self._made: list[TemporaryDirectory[str]] = []

    def place(self) -> LogCall:
        options = AuditOptions(sealing=Secret(base64.b64encode(bytes(range(32))).decode()))
        return LogCall(url="audit+sqlite:///audit.db", folder=self._another(), options=options)

    def broken(self) -> LogCall:
        """A folder where the file should be."""
        folder = self._another()
        (folder / "audit.db").mkdir()
        return LogCall(url="audit+sqlite:///audit.db", folder=folder)

    def _another(self) -> Path:
        folder = TemporaryDirectory(prefix="interlock-audit-", ignore_cleanup_errors=True)
        self._made.append(folder)
        return Path(folder.name)


class AuditVerb(CommandConformance):
    command = next(iter(interlock_commands()))
    configuration = """
deployments: [{id: first, model: zhipu/glm-5.2, provider: zhipu}]
log: audit+sqlite:///audit.db
"""
    runs: ClassVar = (("init",), ("keys", "--json"))
