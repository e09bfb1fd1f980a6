"""What the configuration says of injections."""

from dataclasses import dataclass
from typing import Literal

from interlock import ConfigError
from interlock.types.names import nearest
from interlock_guardrails.injection.phrases import FAMILIES

__all__ = ["InjectionAction", "InjectionOptions"]

InjectionAction = Literal["flag", "block", "ask", "rewrite", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectionOptions:
    """What is done with a text that seems to give the model orders, by where it stands.

    Each is flag, which goes on and is recorded; block; ask, which leaves it to a person; rewrite, which
    fences it as data and takes out what people do not see; or ignore, which does not look.

    Raises:
        ConfigError: nothing is looked at; a threshold that nothing or everything reaches; a family that
            nobody knows.

    Attributes:
        tool_result: in what a tool gave back.
        documents: in files that a request holds, such as what was retrieved for it.
        request: in everything else that a request holds; users may well talk of instructions.
        threshold: the score, 0 to 1, from which something is done.
        without: families of signs that do not count.
        quoted: whether what is quoted in a text about such attacks counts less, or in full.
    """

    tool_result: InjectionAction = "flag"
    documents: InjectionAction = "flag"
    request: InjectionAction = "ignore"
    threshold: float = 0.6
    without: tuple[str, ...] = ()
    quoted: Literal["less", "full"] = "less"

    def __post_init__(self) -> None:
        if {self.tool_result, self.documents, self.request} == {"ignore"}:
            raise ConfigError(
                "tool_result, documents and request are all ignored, so nothing is looked at; "
                "leave the section out."
            )
        if not 0 < self.threshold <= 1:
            raise ConfigError(f"{self.threshold:g} lies not above 0 and at most at 1.", key="threshold")
        for family in self.without:
            if family not in FAMILIES:
                what = f"{family!r:.40} is no family of signs; there are {', '.join(FAMILIES)}."
                raise ConfigError(what, key="without", suggestion=nearest(family, FAMILIES))
