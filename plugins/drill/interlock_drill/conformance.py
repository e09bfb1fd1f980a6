"""What `interlock plugins check` runs: one fault, shortened, against two deployments."""

from typing import ClassVar

from interlock.testing import CommandConformance
from interlock_drill import interlock_commands


class Drill(CommandConformance):
    command = next(iter(interlock_commands()))
    configuration = """
deployments:
  - {id: first, model: zhipu/glm-5.2, provider: zhipu}
  - {id: second, model: mistral/mistral-large-3, provider: mistral}
routes: {conversational: [first, second]}
"""
    runs: ClassVar = (("--scale", "0.1", "--only", "13"), ("--scale", "0.1", "--only", "13", "--json"))
