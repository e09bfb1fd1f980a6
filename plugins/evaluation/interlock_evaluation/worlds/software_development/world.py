"""The world of a small shop's repository, whose tools the modules beside it add."""

from pathlib import Path
from typing import Final

from interlock_evaluation.worlds.world import World

WORLD: Final = World(name="software_development", folder=Path(__file__).parent)
