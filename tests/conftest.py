import gc
import os
import signal

import pytest
from hypothesis import settings

# How long an example takes is the machine's doing. The same examples each time, unless somebody goes looking
# for others: `pytest --hypothesis-profile exploring`.
settings.register_profile("exploring", deadline=None)
settings.register_profile("same", deadline=None, derandomize=True)
settings.load_profile("same")


def pytest_configure():
    """Interrupts are heard: what a shell starts in the background ignores them, as would what tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Processes that share a run must collect the same names."""
    for item in items:
        if " at 0x" in item.name:
            raise pytest.UsageError(f"{item.nodeid}: addresses differ between processes; give it an id")


def pytest_collection_finish():
    """What collecting has made stays for the whole run: no collector need walk through it again."""
    gc.collect()
    gc.freeze()


# A process of pytest-xdist has the first two of its own.
_TERMINAL = {"COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR"}


@pytest.fixture(autouse=True)
def _no_configuration_from_outside(monkeypatch, tmp_path):
    """Keys, settings and files of the machine that runs the tests change nothing."""
    for name in list(os.environ):
        if name.startswith("INTERLOCK_") or name.endswith(("_API_KEY", "_TOKEN")) or name in _TERMINAL:
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
