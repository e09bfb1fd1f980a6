"""Servers over HTTP and servers that are started, against the rules for connectors."""

import sys
from pathlib import Path
from typing import ClassVar

from interlock.testing import CommandConformance
from interlock.types.models import Destination
from interlock_mcp import McpOptions, Picked, interlock_commands
from interlock_mcp.conformance import McpConformance

RAW = str(Path(__file__).parent / "raw_server.py")


class TestHttp(McpConformance):
    pass


class TestStdio(McpConformance):
    service = None
    options = McpOptions(
        command=sys.executable,
        args=("-I", "-S", RAW, "hints"),
        tools=Picked(allow=("echo", "fails")),
        trust_annotations=True,
    )
    arguments: ClassVar = {"echo": {"text": "hi"}}
    wrong: ClassVar = {"echo": {"text": 7}}

    def destination(self) -> Destination:
        return Destination(id="conformance", region="local")


class TestVerb(CommandConformance):
    command = next(iter(interlock_commands()))
