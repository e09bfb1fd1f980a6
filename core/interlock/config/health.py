"""How failures are answered: retries, and what is remembered of them."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.schema import Count, Limit, Part, Seconds, SecretText, Share
from interlock.health import HealthPolicy, RetryPolicy

_EXAMPLE = "expected an address such as redis://127.0.0.1:6379/0 or postgresql://user@host/database."

_Attempts = Annotated[Limit, Field(le=10**6)]


class RetriesConfig(Part):
    """`max` is how many retries one deployment has after its first attempt, within one call.

    Together, calls have `floor` retries of a deployment in ten seconds, and `share` of its first attempts.
    """

    max: Count = 2
    share: Share = 0.2
    floor: Count = 10

    def policy(self) -> RetryPolicy:
        return RetryPolicy(share=self.share, floor=self.floor)


class HealthConfig(Part):
    """`error_rate` is a fraction, `window` and `opens_after` count attempts, `cooldown` is in seconds.

    `shared` is where processes share it, and may hold a password.
    """

    error_rate: Share = 0.05
    window: Annotated[_Attempts, Field(ge=5)] = 200
    cooldown: Seconds = 20.0
    opens_after: _Attempts = 10
    shared: SecretText | None = None

    @property
    def scheme(self) -> str:
        return "" if self.shared is None else self.shared.reveal().partition("://")[0].lower()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.shared is not None and ("://" not in self.shared.reveal() or not self.scheme.isidentifier()):
            raise PydanticCustomError("named", "{message}", {"at": "shared", "message": _EXAMPLE})
        return self

    def policy(self) -> HealthPolicy:
        return HealthPolicy(
            error_rate=self.error_rate,
            window=self.window,
            cooldown=self.cooldown,
            opens_after=self.opens_after,
        )
