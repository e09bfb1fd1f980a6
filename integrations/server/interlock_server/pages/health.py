"""How the deployments are doing: as this process has seen it, but for who is busy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from interlock import Deployment, Router
from interlock.types.health import Vitals
from interlock_server.pages.going import Processes, busy
from interlock_server.pages.sessions import Session
from interlock_server.pages.site import Site, served

_OFTEN: Final = 0.2
"""From which share of failures on a deployment is not called well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A deployment, and how it is doing; of each task, where that is worth a word.

    `busy` counts calls of all processes, `elsewhere` the others in which its breaker is open.
    """

    deployment: Deployment
    vitals: Vitals | None
    tasks: Sequence[Vitals]
    busy: int
    elsewhere: int

    @property
    def word(self) -> str:
        """Its state."""
        own = self.vitals
        if own is None:
            return "not asked yet"
        if own.state != "closed":
            return f"{own.state}, {own.cause}" if own.cause else own.state
        if own.moved_back:
            return "behind others"
        return "failures of late" if own.error_rate >= _OFTEN else "well"

    @property
    def tone(self) -> str:
        """How grave that is."""
        own = self.vitals
        if own is None:
            return "quiet"
        if own.state == "open":
            return "problem"
        doubtful = own.moved_back or own.state != "closed" or own.error_rate >= _OFTEN
        return "attention" if doubtful else "ok"


async def health(site: Site, request: Request, session: Session) -> Response:
    """The page."""
    router = served(request).router
    processes = site.processes
    return site.page(
        request, "health", session=session, doing=doing(router, processes), several=processes.shared
    )


def doing(router: Router, processes: Processes) -> list[Doing]:
    """Every deployment, in the order of the configuration."""
    asked, elsewhere = busy(processes.calls(router)), processes.left_alone()
    known: dict[str, dict[str | None, Vitals]] = {}
    for each in router.health:
        known.setdefault(each.deployment, {})[each.task] = each
    return [
        Doing(
            deployment=deployment,
            vitals=known.get(id_, {}).get(None),
            tasks=[each for task, each in known.get(id_, {}).items() if task is not None and each.attempts],
            busy=asked[id_],
            elsewhere=elsewhere[id_],
        )
        for id_, deployment in router.deployments.items()
    ]
