"""Tools of a run: those that its constraints allow, and of these the ones that a node's own allow."""

from collections.abc import Mapping
from typing import Any

from interlock import Constraints, Router
from interlock.protocols import GrantBook
from interlock.toolbox import Toolbox
from interlock_agents.running.options import constraints_of


class Tools:
    """Toolboxes under a run's constraints, one for each way in which nodes tighten them: each asks its
    connectors once for what they have.
    """

    def __init__(self, router: Router, constraints: Constraints, grants: GrantBook) -> None:
        self._router = router
        self._constraints = constraints
        self._grants = grants
        self._made: dict[Constraints, Toolbox] = {}

    def under(self, own: Mapping[str, Any]) -> Toolbox:
        """Those that the run's constraints allow, tightened by a node's."""
        tight = self._constraints.tightened(constraints_of(own)) if own else self._constraints
        if tight not in self._made:
            self._made[tight] = self._router.toolbox(constraints=tight, grants=self._grants)
        return self._made[tight]
