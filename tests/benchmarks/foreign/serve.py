"""Serves one of ThinkingBox's servers, in an environment of its own: its name, and a port, or none for pipes.

The module keeps its world in the process; with each `__reserved__init` the world begins anew, so that many
tasks need one process.
"""

import importlib
import logging
import sys
import types

PACKAGE = "tb_business_ops_servers_202606"


def prepare() -> None:
    """FastMCP 4 has moved the one class that the servers take from a module of FastMCP 3."""
    try:
        importlib.import_module("fastmcp.server.tasks.config")
    except ModuleNotFoundError:
        moved = types.ModuleType("fastmcp.server.tasks.config")
        tasks = importlib.import_module("fastmcp.utilities.tasks")
        moved.TaskConfig = lambda: tasks.TaskConfig(mode="forbidden")
        sys.modules["fastmcp.server.tasks"] = types.ModuleType("fastmcp.server.tasks")
        sys.modules[moved.__name__] = moved


def anew(module: types.ModuleType) -> None:
    """Have a world of its own for each patch of data that the module is given."""
    made = module.initialize_sandbox_system
    begun = module.current_data_patch

    def initialize():
        nonlocal begun
        if module.current_data_patch is not begun:
            begun, module.sandbox_system = module.current_data_patch, None
        return made()

    module.initialize_sandbox_system = initialize


def main() -> None:
    prepare()
    module = importlib.import_module(f"{PACKAGE}.mcp_{sys.argv[1]}")
    logging.disable(logging.ERROR)
    anew(module)
    if len(sys.argv) > 2:
        server = {"transport": "http", "host": "127.0.0.1", "port": int(sys.argv[2])}
        module.mcp.run(**server, show_banner=False, uvicorn_config={"log_level": "error"})
    else:
        module.mcp.run(transport="stdio", show_banner=False)


main()
