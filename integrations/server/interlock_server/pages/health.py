"""How the deployments are doing, as this process has seen it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from interlock import Deployment, Router
from interlock.types.health import Vitals
from interlock_server.pages.sessions import Session
from interlock_server.pages.site import Site, served

_OFTEN: Final = 0.2
"""From which share of failures on a deployment is not called well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A deployment, and how it is doing; of each task, where that is worth a word."""

    deployment: Deployment
    vitals: Vitals | None
    tasks: Sequence[Vitals]
    busy: int

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
    return site.page(request, "health", session=session, doing=doing(served(request).router))


def doing(router: Router) -> list[Doing]:
    """Every deployment, in the order of the configuration."""
    known: dict[str, dict[str | None, Vitals]] = {}
    for each in router.health:
        known.setdefault(each.deployment, {})[each.task] = each
    busy: dict[str, int] = {}
    for call in router.under_way:
        for name in call.trying:
            busy[name] = busy.get(name, 0) + 1
    return [
        Doing(
            deployment=deployment,
            vitals=known.get(id_, {}).get(None),
            tasks=[each for task, each in known.get(id_, {}).items() if task is not None and each.attempts],
            busy=busy.get(id_, 0),
        )
        for id_, deployment in router.deployments.items()
    ]
