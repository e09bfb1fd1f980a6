"""Services that the npm package `emulate` stands in for, Slack and GitHub among them."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulators.node import node_program, skip_without
from emulators.running import Emulator, running


@contextmanager
def emulate(service: str, seed: Mapping[str, Any] | None = None, *, ready: str = "/") -> Iterator[Emulator]:
    """One service, with what is there at the start: the shape of `seed` is in the package's README."""
    skip_without("emulate")
    with tempfile.TemporaryDirectory(prefix="interlock-seed-") as folder:
        seeded = Path(folder) / "seed.json"
        seeded.write_text(json.dumps(seed or {}), "utf-8")
        more = ["--seed", str(seeded)] if seed else []

        def command(port: int) -> list[str]:
            started = ["start", "--service", service, "--port", str(port), *more]
            return node_program("emulate", "dist/index.js", *started)

        with running(command, ready=ready) as emulator:
            yield emulator
