"""What a router makes toolboxes with."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from interlock.engine.attempting.call_log import CallLog
from interlock.engine.bridge import Bridge
from interlock.engine.tracing import Tracing
from interlock.http import HttpClient
from interlock.policies import Policies, check_levels
from interlock.protocols import GrantBook
from interlock.toolbox.running import Steps
from interlock.toolbox.sources import ToolSources
from interlock.toolbox.toolbox import Toolbox
from interlock.tools import MemoryGrants
from interlock.types.request import Constraints, Request
from interlock.types.tool_policies import ToolPolicy


class Toolboxes:
    """The connectors of one router, and the rules for every toolbox of theirs."""

    def __init__(
        self,
        sources: ToolSources,
        *,
        defaults: Constraints,
        policy: ToolPolicy,
        http: HttpClient,
        tracing: Tracing,
        bridge: Bridge,
        check_vendors: Callable[[Iterable[str]], None],
        log: CallLog | None,
        policies: Policies | None = None,
    ) -> None:
        self.sources = sources
        self._defaults = defaults
        self._policy = policy
        self._steps = Steps(http, log)
        self._tracing = tracing
        self._bridge = bridge
        self._check_vendors = check_vendors
        self._policies = policies
        self._grants = MemoryGrants()

    def make(
        self, constraints: Constraints | Mapping[str, Any] | None, grants: GrantBook | None = None
    ) -> Toolbox:
        """Raises RequestError for constraints that cannot be meant."""
        asked = Request("", constraints=constraints or Constraints()).constraints
        if asked.deny_vendors:
            self._check_vendors(asked.deny_vendors)
        check_levels(self._policies, asked)
        return Toolbox(
            self.sources,
            self._defaults.tightened(asked),
            steps=self._steps,
            policy=self._policy,
            grants=grants or self._grants,
            tracing=self._tracing,
            bridge=self._bridge,
            policies=self._policies,
        )
