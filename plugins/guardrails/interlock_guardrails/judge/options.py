"""What the configuration says of the judge."""

from dataclasses import dataclass
from typing import Literal

from interlock import ConfigError
from interlock.types.passages import Phase

__all__ = ["JudgeOptions"]

_LONGEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOptions:
    """By what a model judges, and what follows.

    Raises:
        ConfigError: a policy of nothing, or of more than a model reads with care; no phase; a threshold that
            nothing or everything reaches; a category that is no word.

    Attributes:
        policy: what must not be, in words, as one would tell a new colleague.
        phases: what is judged: what the user says last (request), what tools gave back (tool_result), an
            answer's text (answer), what it asks tools to do (tool_arguments).
        threshold: from which score of the model, 0 to 1, a text breaks the policy.
        categories: the words by which the model may say what is broken; left out, `policy`.
        action: block; flag, which goes on and is recorded; or ask, which leaves it to a person.
    """

    policy: str
    phases: tuple[Phase, ...] = ("request",)
    threshold: float = 0.5
    categories: tuple[str, ...] = ()
    action: Literal["block", "flag", "ask"] = "block"

    def __post_init__(self) -> None:
        if not self.policy.strip():
            raise ConfigError("says nothing; write what must not be.", key="policy")
        if len(self.policy) > _LONGEST:
            raise ConfigError(f"has more than {_LONGEST} characters.", key="policy")
        if not self.phases:
            raise ConfigError("names no phase; leave it out for request.", key="phases")
        if not 0 < self.threshold <= 1:
            raise ConfigError(f"{self.threshold:g} lies not above 0 and at most at 1.", key="threshold")
        for category in self.categories:
            if not category.replace("_", "").isalnum() or not category.isascii() or len(category) > 64:  # noqa: PLR2004 - as records have it
                raise ConfigError(f"{category!r:.80} is no word of letters, digits and _.", key="categories")
