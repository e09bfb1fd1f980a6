"""What the configuration says of the guardrail."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from interlock import ConfigError
from interlock.types.models import Secret
from interlock.types.names import nearest
from interlock_privacy.actions import Action

if TYPE_CHECKING:
    from interlock_privacy.detection import Detector

__all__ = ["DEFAULTS", "Options"]

DEFAULTS: Final[Mapping[str, Action]] = {"secret": "redact"}
"""What is done with a kind for which the configuration says nothing; all others are tokenised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is looked for, and what follows.

    Raises:
        ConfigError: a kind that nobody knows, or that is given an action and not looked for; a short key.

    Attributes:
        actions: a kind of data, and what is done with it: refuse, mask, redact, tokenise, flag or ignore.
        default: what is done with every other kind; left out, secrets are redacted and the rest is tokenised.
        detectors: the detectors of plugins that look for names and more, besides the rules.
        kinds: the kinds that are looked for; left out, all, those of the detectors too.
        countries: the countries whose numbers are looked for, as two letters; left out, all.
        key: what tokens are made with; left out, a random one, and tokens change when the process ends.
        session: the metadata key that names a request's session; its run is the session where there is none.
        instruct: whether the model is told to leave tokens as they are.
        unseen: what follows when a request holds pictures, sound or files that nobody can look into: block or
            pass.
    """

    actions: dict[str, Action] = field(default_factory=dict)
    default: Action | None = None
    detectors: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    key: Secret | None = None
    session: str = "session"
    instruct: bool = True
    unseen: Literal["block", "pass"] = "block"

    def __post_init__(self) -> None:
        if not self.detectors:  # what those find is known when they are there
            self.check_kinds()
        for kind in self.actions:
            if self.kinds and kind not in self.kinds:
                raise ConfigError(
                    f"{kind} is not among kinds, so nobody looks for it.", key=f"actions.{kind}"
                )
        if self.key is not None and len(self.key.reveal()) < _SHORTEST:
            raise ConfigError(f"a key has at least {_SHORTEST} characters.", key="key")

    def check_kinds(self, more: Collection[str] = ()) -> None:
        """Raises ConfigError for a kind that neither the rules find nor is one of `more`."""
        _known("actions", self.actions, more)
        _known("kinds", self.kinds, more)

    @property
    def detector(self) -> "Detector":
        """The rules. Raises ConfigError for a country that none knows."""
        from interlock_privacy.detection import KINDS, Detector  # noqa: PLC0415 - takes long; who uses it waits

        kinds = [kind for kind in self.kinds if kind in KINDS] if self.kinds else None
        try:
            return Detector(kinds=kinds, countries=self.countries or None)
        except ValueError as error:
            raise ConfigError(f"{error}.", key="countries") from None

    def action(self, kind: str) -> Action:
        """What is done with a value of a kind."""
        if (named := self.actions.get(kind)) is not None:
            return named
        return self.default or DEFAULTS.get(kind, "tokenise")


_SHORTEST = 16


def _known(key: str, kinds: Collection[str], more: Collection[str]) -> None:
    if not kinds:
        return
    from interlock_privacy.detection import KINDS  # noqa: PLC0415 - as above

    known = dict.fromkeys([*KINDS, *sorted(more)])
    for kind in kinds:
        if kind not in known:
            what = f"{kind!r:.40} is no kind of data; there are {', '.join(known)}."
            raise ConfigError(what, key=f"{key}.{kind}", suggestion=nearest(kind, known))
