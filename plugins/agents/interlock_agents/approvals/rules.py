"""How requests are put before people, and how long they and their grants last."""

from collections.abc import Collection
from dataclasses import dataclass
from math import isfinite
from urllib.parse import urlencode

from interlock import RequestError
from interlock.types.approvals import QUARTER
from interlock.types.tools import EFFECTS, ToolEffect

DAY = 24 * 60 * 60.0
_LONGEST = 366 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRules:
    """What holds for the requests of an agent.

    Attributes:
        waits: seconds after which nobody's answer is a denial.
        lasts: seconds for which a grant may be used, where whoever gives it says nothing else.
        four_eyes: effects to which two people have to agree, under two names.
        page: where people answer, for links: what stands before `/requests/`; empty where there is no page.

    Raises:
        RequestError: `waits` or `lasts` is no time, or longer than a year, or there is no such effect.
    """

    waits: float = DAY
    lasts: float = QUARTER
    four_eyes: Collection[ToolEffect] = ()
    page: str = ""

    def __post_init__(self) -> None:
        for key in ("waits", "lasts"):
            check_seconds(getattr(self, key), key)
        for effect in self.four_eyes:
            if effect not in EFFECTS:
                raise RequestError(f"{effect!r} is none of {', '.join(EFFECTS)}", key="four_eyes")

    def link(self, id_: str) -> str:
        """Where the request of that id is answered; empty where there is no page."""
        return f"{self.page.rstrip('/')}/requests/{id_}" if self.page else ""

    def doubt_link(self, id_: str) -> str:
        """Where the effect of that id is decided; empty where there is no page."""
        return f"{self.page.rstrip('/')}/effect?{urlencode({'id': id_})}" if self.page else ""


def check_seconds(seconds: float, key: str) -> float:
    """Raises RequestError for what is no time, or longer than a year."""
    if not (isfinite(seconds) and 0 < seconds <= _LONGEST):
        raise RequestError(f"expected seconds above 0 and at most {_LONGEST:,.0f}, not {seconds}", key=key)
    return seconds
