"""What SAP builds OData V4 services with, and a buyer's part of S/4HANA modelled in it: `emulators/sap`."""

from collections.abc import Iterator
from contextlib import contextmanager

from emulators.node import PACKAGES, node_program, skip_without
from emulators.running import Emulator, running

PURCHASING = "/sap/opu/odata4/sap/api_purchaseorder_2/srvd_a2x/sap/purchaseorder/0001"
LOGIN = "buyer:secret"


@contextmanager
def sap_cap() -> Iterator[Emulator]:
    """It gives pages of three, and ETags; a second thing with the same key is answered with 500."""
    skip_without("@sap/cds", "@cap-js/sqlite")
    project = PACKAGES.parent / "sap"

    def command(port: int) -> list[str]:
        return node_program("@sap/cds", "bin/serve.js", "purchasing.cds", "--port", str(port))

    with running(command, cwd=project, env={"NO_TELEMETRY": "1"}) as emulator:
        yield emulator
