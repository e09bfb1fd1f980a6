"""The configuration's `constraints`, a key for each field of `Constraints`, and its `demands`."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import AfterValidator, create_model, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.schema import Names, Part
from interlock.errors import RequestError
from interlock.types.jurisdictions import residency as jurisdictions_named
from interlock.types.request import DEMANDS, Constraints, as_demands


def _jurisdictions(value: tuple[str, ...]) -> tuple[str, ...]:
    try:
        jurisdictions_named(frozenset(name.strip().lower() for name in value))
    except RequestError as error:
        raise _refused(error) from None
    return value


def _demands(value: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(sorted(as_demands(value)))
    except RequestError as error:
        raise _refused(error) from None


def _refused(error: RequestError) -> PydanticCustomError:
    hint = {"suggestion": error.suggestion or ""}
    return PydanticCustomError("named", "{message}", {"message": error.message, **hint})


Demands = Annotated[Names, AfterValidator(_demands)]

# What is checked further than a field's kind says.
_Jurisdictions = Annotated[Names, AfterValidator(_jurisdictions)]
_CHECKED: Final[dict[str, Any]] = dict.fromkeys(("residency", "storage", "deny_laws"), _Jurisdictions)


class _Written(Part):
    """Defaults for every request, which can only tighten them. Names are tuples here."""

    if TYPE_CHECKING:
        # Every field is there; these are read by name.
        residency: tuple[str, ...] = ()
        storage: tuple[str, ...] = ()
        deny_vendors: tuple[str, ...] = ()
        sensitivity: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _holds_rules_alone(cls, value: Any) -> Any:
        for name in DEMANDS if isinstance(value, Mapping) else ():
            if name in value:
                message = f"it excludes nothing, so it is no constraint; write demands: [{name}], at the top."
                raise PydanticCustomError("named", "{message}", {"at": name, "message": message})
        return value

    @classmethod
    def of(cls, constraints: Constraints) -> Self:
        given = {field.name: getattr(constraints, field.name) for field in fields(Constraints)}
        return cls(
            **{
                name: tuple(sorted(value)) if isinstance(value, frozenset) else value
                for name, value in given.items()
            }
        )

    def constraints(self) -> Constraints:
        return Constraints(**dict(self)).coded()


if TYPE_CHECKING:

    class ConstraintsConfig(_Written): ...

else:
    ConstraintsConfig = create_model(
        "ConstraintsConfig",
        __base__=_Written,
        __module__=__name__,
        __doc__=_Written.__doc__,
        **{
            field.name: (_CHECKED.get(field.name, Names), ())
            if isinstance(field.default, frozenset)
            else (field.type, field.default)
            for field in fields(Constraints)
        },
    )
