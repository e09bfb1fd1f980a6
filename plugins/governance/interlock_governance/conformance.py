"""What `interlock plugins check` runs: each verb on a small inventory, which it finds beside this file."""

from pathlib import Path
from typing import ClassVar

from interlock.testing import CommandConformance
from interlock_governance import interlock_commands

_VERBS = {each.name: each for each in interlock_commands()}
_FILE = str(Path(__file__).with_name("example.yaml"))


_CONFIGURATION = """
deployments:
  - {id: glm, model: zhipu/glm-5.2, provider: zhipu}
  - {id: gpt, model: openai/gpt-5.5, provider: openai}
"""


class Inventory(CommandConformance):
    command = _VERBS["inventory"]
    runs: ClassVar = ((_FILE,), (_FILE, "--json"))


class Candidates(CommandConformance):
    command = _VERBS["candidates"]
    configuration = _CONFIGURATION
    runs: ClassVar = ((_FILE,), (_FILE, "--json"))


class Assess(CommandConformance):
    command = _VERBS["assess"]
    configuration = _CONFIGURATION
    runs: ClassVar = ((_FILE,), (_FILE, "--json"))


class Dossier(CommandConformance):
    command = _VERBS["dossier"]
    configuration = _CONFIGURATION
    runs: ClassVar = ((), ("--json",), ("--use-case", "letters", "--inventory", _FILE))


class Vendors(CommandConformance):
    command = _VERBS["vendors"]
    runs: ClassVar = (("--json",), ("openai", "zhipu"), ("--compare", "mistral", "alibaba"))
