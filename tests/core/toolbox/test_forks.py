"""A toolbox in the child of a fork."""

import os

import pytest

from drawers import Drawer, call
from interlock.tools import tool_of


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_opens_its_own_connectors_and_leaves_its_parents_open(router_with):
    drawer = Drawer("shelf", tool_of(lambda: str(os.getpid()), effect="read", name="pid", description="Who."))
    router = router_with([drawer], [{"id": "shelf", "connector": "shelf"}])
    box = router.toolbox()
    assert box.run_sync(call("pid")).content == str(os.getpid())
    opened = drawer.opened
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        said = box.run_sync(call("pid")).content
        os.write(here, f"{said} {drawer.opened - opened} {drawer.closed}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(there, 100).decode() == f"{child} 1 0"
    assert box.run_sync(call("pid")).content == str(os.getpid())
    assert drawer.opened == opened
