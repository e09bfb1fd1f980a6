"""Worlds for agents: tools over a small state that is kept as JSON, served over MCP on pipes.

`python -m interlock_evaluation.worlds DOMAIN --state FOLDER` serves one of ours; a module of yours that has a
`WORLD` is named by its dotted path. Nothing in a world is left to chance: ids and the clock are part of the
state, and no network is used.
"""

from interlock_evaluation.worlds.finding import domains, world_named
from interlock_evaluation.worlds.world import Refused, State, Tool, World

__all__ = ["Refused", "State", "Tool", "World", "domains", "world_named"]
