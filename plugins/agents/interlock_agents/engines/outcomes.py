"""How a strand has ended, as it is kept."""

import json
from dataclasses import dataclass, field
from typing import Any

from interlock_agents.engines.errors import StrandFailed
from interlock_agents.engines.values import from_text, to_text

_LONGEST = 2_000  # characters of an exception's message


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A strand's end. It has returned `value`, a JSON text, unless an exception of a class `kind` did it."""

    value: str = "null"
    kind: str | None = None
    message: str = ""
    cause: BaseException | None = field(default=None, compare=False)

    @classmethod
    def returned(cls, value: Any, *, path: str) -> "Outcome":
        """Raises NotJson."""
        return cls(value=to_text(value, what=f"the strand {path!r}"))

    @classmethod
    def raised(cls, error: Exception) -> "Outcome":
        """By what the program let pass."""
        return cls(kind=type(error).__name__, message=str(error)[:_LONGEST], cause=error)

    @classmethod
    def kept(cls, text: str) -> "Outcome":
        """From what `text` gave."""
        plain = json.loads(text)
        if "raised" in plain:
            return cls(kind=plain["raised"], message=plain["message"])
        return cls(value=json.dumps(plain["returned"], separators=(",", ":")))

    @property
    def text(self) -> str:
        """As it is kept."""
        if self.kind is None:
            return f'{{"returned":{self.value}}}'
        return json.dumps({"raised": self.kind, "message": self.message}, separators=(",", ":"))

    def give(self, path: str) -> Any:
        """What the strand has returned. Raises StrandFailed."""
        if self.kind is None:
            return from_text(self.value)
        raise StrandFailed(
            f"the strand {path!r} has ended by {self.kind}: {self.message}", path=path, kind=self.kind
        ) from self.cause
