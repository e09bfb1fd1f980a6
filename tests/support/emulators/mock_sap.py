"""An SAP system out of a wheel, which speaks OData V2 and V4: orders, partners, deliveries."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from emulators.running import Emulator, running


@contextmanager
def mock_sap(*options: str) -> Iterator[Emulator]:
    """`options` are those of its command line, such as `--auth user:password`."""
    if importlib.util.find_spec("mocksap") is None:
        pytest.skip("mock-sap is not installed: `uv sync` installs it")

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "mocksap", "--port", str(port), "--quiet", *options]

    with running(command, ready="/_mock/health") as emulator:
        yield emulator
