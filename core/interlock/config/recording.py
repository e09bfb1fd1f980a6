"""The sections `records`, `log` and `ledger`: where each is kept beyond the process, and how surely."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.schema import Count, Part, Seconds, SecretText, Text, nothing_is_empty, split_names
from interlock.types.models import Unprinted

_EXAMPLES = "expected an address such as sqlite:///interlock.db or postgresql://user@host/database."
_SHARED = "expected an address such as redis://127.0.0.1:6379/0 or postgresql://user@host/database."


class PlaceConfig(Part):
    """`url` may hold a password, and so is a secret."""

    _examples: ClassVar[str] = _EXAMPLES
    url: SecretText

    @property
    def scheme(self) -> str:
        return self.url.reveal().partition("://")[0].lower()

    @model_validator(mode="after")
    def _check(self) -> Self:
        named = all(part.isidentifier() for part in self.scheme.split("+"))
        if not named or "://" not in self.url.reveal():
            raise PydanticCustomError("named", "{message}", {"at": "url", "message": self._examples})
        return self


class RecordsConfig(PlaceConfig):
    """`keep` is how many calls are kept, `days` for how long; None sets no bound. `timeout` is the seconds
    for which a call waits for its record in mode `required`.
    """

    mode: Literal["required", "background"] = "background"
    timeout: Seconds = 5.0
    keep: Annotated[Count, Field(ge=1)] | None = 100_000
    days: Annotated[Seconds, Field(le=36_500)] | None = None


class LogConfig(PlaceConfig):
    """`timeout` is the seconds for which a call waits for the log in mode `required`, each time. The schema
    of whatever keeps it checks the `options`; secrets may stand there. `subject` is the key of a request's
    metadata that holds the person whom it is about, `personal` what else a log that seals is told of them.
    """

    mode: Literal["required", "background"] = "required"
    timeout: Seconds = 5.0
    options: Annotated[dict[str, Any], BeforeValidator(nothing_is_empty), AfterValidator(Unprinted)] = Field(
        default_factory=dict
    )
    subject: Text | None = None
    personal: Annotated[
        tuple[Literal["metadata", "request", "answer"], ...], BeforeValidator(split_names)
    ] = ()


class LedgerConfig(PlaceConfig):
    """`down` says what holds while it is out of reach: nothing is sent that a budget concerns, or every
    process goes on by itself for `grace` seconds.
    """

    _examples: ClassVar[str] = _SHARED
    down: Literal["refuse", "grace"] = "refuse"
    grace: Seconds = 60.0

    @model_validator(mode="after")
    def _is_meant(self) -> Self:
        if self.down == "refuse" and "grace" in self.model_fields_set:
            message = "nothing is let through while down is refuse; write down: grace, or leave it out."
            raise PydanticCustomError("named", "{message}", {"at": "grace", "message": message})
        return self


def spell_out(data: dict[str, Any]) -> None:
    """Turn `records: URL` into `records: {url: URL}`: one source may give the URL, another the rest."""
    for name in ("records", "log", "ledger"):
        if isinstance(data.get(name), str):
            data[name] = {"url": data[name]}
