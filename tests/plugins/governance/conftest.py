"""The program, run inside this process."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from interlock.cli.app import app


@pytest.fixture
def run() -> Callable[..., Result]:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return invoke
