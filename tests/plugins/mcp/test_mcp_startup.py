"""A router with MCP servers starts as fast as one without: the SDK is imported when tools are asked for."""

import subprocess
import sys

PROGRAM = """
import sys
import interlock_mcp
from interlock import Router

options = {"command": "no-such-server"}
connector = {"id": "notes", "connector": "mcp", "region": "local", "options": options}
router = Router.from_config({"connectors": [connector]})
router.toolbox()
print([name for name in ("mcp", "mcp_types", "jsonschema", "httpx2") if name in sys.modules])
"""


def test_nothing_of_the_sdk_is_imported_before_tools_are_asked_for():
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
