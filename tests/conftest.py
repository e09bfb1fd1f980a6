import os

import pytest
from hypothesis import settings

# How long an example takes is the machine's doing.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _no_configuration_from_outside(monkeypatch, tmp_path):
    """Keys, settings and files of the machine that runs the tests change nothing."""
    for name in list(os.environ):
        if name.startswith("INTERLOCK_") or name.endswith(("_API_KEY", "_TOKEN")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
