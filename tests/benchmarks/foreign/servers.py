"""ThinkingBox's five servers, in either revision of the protocol: which one depends on their FastMCP."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVE = Path(__file__).with_name("serve.py")
SERVERS = (
    *("external_booking_v1", "sandbox_auto_insurance", "sandbox_consulting", "sandbox_external_retail"),
    "sandbox_neobank_support_v1",
)
NEEDED = ("odata-query==0.10.0", "typesense==2.1.1")
# The servers were written for the first; the second is on the SDK that knows the stateless revision.
FASTMCP = {"2025-11-25": "3.4.11", "2026-07-28": "4.1.7"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A Python that has what the servers need.

    Attributes:
        folder: a copy of the repository that they are in.
    """

    python: Path
    folder: Path

    def launch(self, server: str) -> dict[str, Any]:
        """The options of a connector that starts it."""
        return {"command": str(self.python), "args": [str(SERVE), server], "env": self.env}

    @property
    def env(self) -> dict[str, str]:
        """They ask for a key of a search engine, and do not use it."""
        package = self.folder / "servers" / "tb_business_ops_servers_202606"
        return {"PYTHONPATH": str(package), "TYPESENSE_API_KEY": "none"}

    def serve(self, server: str, port: int) -> "subprocess.Popen[bytes]":
        """Start it on a port of this machine."""
        env = {"PATH": os.environ["PATH"], **self.env}
        return subprocess.Popen([self.python, SERVE, server, str(port)], env=env, stderr=subprocess.DEVNULL)


def environment(revision: str, folder: Path, made: Path) -> Environment:
    """One that speaks the revision, installed below `made` unless it is there."""
    place = made / f"fastmcp-{FASTMCP[revision]}"
    python = place / "bin" / "python"
    if not (place / "done").exists():
        subprocess.run(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, place], check=True)
        wanted = [f"fastmcp=={FASTMCP[revision]}", *NEEDED]
        subprocess.run(["uv", "pip", "install", "--quiet", "--python", python, *wanted], check=True)
        (place / "done").touch()
    return Environment(python=python, folder=folder)
