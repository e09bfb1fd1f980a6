"""A Jira Data Center out of a wheel, which speaks version 2 of the API: one project, its issues, boards."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulators.running import Emulator, running

SERVER = Path(__file__).with_name("data_center_server.py")


@contextmanager
def data_center() -> Iterator[Emulator]:
    """The project SHOP, with a workflow in which not every status leads to every other."""
    if importlib.util.find_spec("jira820") is None:
        pytest.skip("jira820 is not installed: `uv sync` installs it")

    def command(port: int) -> list[str]:
        return [sys.executable, str(SERVER), str(port)]

    with running(command, ready="/rest/api/2/serverInfo") as emulator:
        yield emulator
