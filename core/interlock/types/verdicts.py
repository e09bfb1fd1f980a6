"""What a guardrail thinks of what passes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Action = Literal["pass", "rewrite", "block", "flag", "ask"]
ACTIONS: tuple[str, ...] = get_args(Action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Attributes:
        action: pass; rewrite; block; flag, which goes on and is recorded; ask, for a person has to decide.
        category: what was found, as one word, e.g. `prompt_injection`; it is recorded.
        score: how sure the guardrail is, 0 to 1.
        reason: a sentence for whoever made the call. It quotes nothing of what passes.
        where: the place of the passage that it is about, when it is about one.
        texts: of a rewrite, the new texts by their places; what is not named stays as it is.
        instructions: of a rewritten request, what the model is told besides. It leaves at the end of the
            system message, or as one where there is none, and once where it stands there already.
        kept: what the guardrail keeps aside for this call, to restore what it sealed.

    Raises ValueError for what makes no sense together.
    """

    action: Action = "pass"
    category: str | None = None
    score: float | None = None
    reason: str = ""
    where: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    instructions: str = ""
    kept: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"{self.action!r} is no action; use one of {', '.join(ACTIONS)}")
        if self.score is not None and not 0 <= self.score <= 1:
            raise ValueError(f"a score is 0 to 1, not {self.score!r}")
        if self.texts and self.action != "rewrite":
            raise ValueError(f"texts go with the action rewrite, not with {self.action}")
        if self.instructions and self.action != "rewrite":
            raise ValueError(f"instructions go with the action rewrite, not with {self.action}")

    @property
    def told(self) -> str:
        """The reason, else the category, else nothing, as the end of a sentence."""
        said = self.reason or self.category
        return f": {said}" if said else ""


PASS = Verdict()
