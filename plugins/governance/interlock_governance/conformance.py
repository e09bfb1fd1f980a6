"""What `interlock plugins check` runs: each verb on a small inventory, which it finds beside this file."""

from pathlib import Path
from typing import ClassVar

from interlock.testing import CommandConformance
from interlock_governance import interlock_commands

_VERBS = {each.name: each for each in interlock_commands()}
_FILE = str(Path(__file__).with_name("example.yaml"))


class Inventory(CommandConformance):
    command = _VERBS["inventory"]
    runs: ClassVar = ((_FILE,), (_FILE, "--json"))
