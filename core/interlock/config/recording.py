"""The section `records`: where records are kept beyond the process, and how many."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.schema import Count, Part, Seconds, SecretText

_EXAMPLES = "expected an address such as sqlite:///interlock.db or postgresql://user@host/database."


class RecordsConfig(Part):
    """`url` may hold a password, and so is a secret. `keep` counts calls; None sets no bound."""

    url: SecretText
    keep: Annotated[Count, Field(ge=1)] | None = 100_000
    days: Annotated[Seconds, Field(le=36_500)] | None = None

    @property
    def scheme(self) -> str:
        return self.url.reveal().partition("://")[0].lower()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.scheme.isidentifier() or "://" not in self.url.reveal():
            raise PydanticCustomError("named", "{message}", {"at": "url", "message": _EXAMPLES})
        return self


def spell_out(data: dict[str, Any]) -> None:
    """Turn `records: URL` into `records: {url: URL}`: one source may give the URL, another the rest."""
    if isinstance(data.get("records"), str):
        data["records"] = {"url": data["records"]}
