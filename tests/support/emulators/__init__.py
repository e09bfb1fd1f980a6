"""Programs that stand in for services, run for the session of one test process.

Each is started on a free port of this machine, waited for until it answers, and ended with whoever started
it, killed or not. Tests that need one that is not installed are skipped with the reason.

    @pytest.fixture(scope="session")
    def github():
        with emulate("github", {"github": {...}}) as emulator:
            yield emulator.url
"""

from emulators.data_center import data_center
from emulators.emulate import emulate
from emulators.mcp_servers import everything, mcp_server
from emulators.mock_sap import mock_sap
from emulators.node import needs_packages, node_program, skip_without
from emulators.running import Emulator, Refused, running
from emulators.sap_cap import sap_cap

__all__ = [
    "Emulator",
    "Refused",
    "data_center",
    "emulate",
    "everything",
    "mcp_server",
    "mock_sap",
    "needs_packages",
    "node_program",
    "running",
    "sap_cap",
    "skip_without",
]
