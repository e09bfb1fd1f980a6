"""The section `limits`: limits of whole providers, and where several processes keep to limits together."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.schema import Limit, Part, RateLimits, Seconds, SecretText, Text, at_key
from interlock.types.limits import SharedLimit

_EXAMPLES = "expected an address such as redis://127.0.0.1:6379/0 or postgresql://user@host/database."


class ProviderLimitsConfig(Part):
    """For all deployments of one provider together. `max_concurrency` is how many attempts they may have
    under way.
    """

    max_concurrency: Limit | None = None
    rate_limit: RateLimits = ()

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.max_concurrency is None and not self.rate_limit:
            raise at_key("", "limits nothing; it needs max_concurrency or rate_limit.")
        return self

    def limit(self, name: str) -> SharedLimit:
        rates = tuple(each.rate() for each in self.rate_limit)
        return SharedLimit(name=name, places=self.max_concurrency, rates=rates)


class LimitsConfig(Part):
    """`shared` is where processes keep to their limits together, and may hold a password. `down` says what
    holds while it is out of reach: each process goes on with its share for `grace` seconds, or nothing is
    sent that a limit concerns.
    """

    shared: SecretText | None = None
    down: Literal["grace", "refuse"] = "grace"
    grace: Seconds = 600.0
    providers: dict[Text, ProviderLimitsConfig] = Field(default_factory=dict)

    @property
    def scheme(self) -> str:
        return "" if self.shared is None else self.shared.reveal().partition("://")[0].lower()

    @property
    def url(self) -> str:
        """The address, its scheme in lower case; empty without one."""
        if self.shared is None:
            return ""
        return f"{self.scheme}://{self.shared.reveal().partition('://')[2]}"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.shared is None:
            for key in ("down", "grace"):
                if key in self.model_fields_set:
                    raise at_key(
                        key, "nothing is shared; name the address in limits.shared, or leave it out."
                    )
            return self
        if "://" not in self.shared.reveal() or not self.scheme.isidentifier():
            raise PydanticCustomError("named", "{message}", {"at": "shared", "message": _EXAMPLES})
        if self.down == "refuse" and "grace" in self.model_fields_set:
            message = "nothing is let through while down is refuse; write down: grace, or leave it out."
            raise at_key("grace", message)
        return self


def spell_out_limits(data: dict[str, Any]) -> None:
    """Turn `limits: URL` into `limits: {shared: URL}`: one source may give the URL, another the rest."""
    if isinstance(data.get("limits"), str):
        data["limits"] = {"shared": data["limits"]}
