"""The constraints of several sources together: one may tighten what another asks for, and none loosens it."""

from collections.abc import Sequence

from pydantic import ValidationError

from interlock.config.constraints import ConstraintsConfig
from interlock.config.layers import Layer
from interlock.errors import ConfigError
from interlock.types.jurisdictions import NOWHERE


def tightest(layers: Sequence[Layer], merged: ConstraintsConfig) -> ConstraintsConfig:
    """What all layers ask for; `merged` is what the strongest of them asks for, key by key.

    Raises:
        ConfigError: two sources name residencies, or storages, that have no place in common.
    """
    given = [(layer, layer.data["constraints"]) for layer in layers if layer.data.get("constraints")]
    if len(given) < 2:  # noqa: PLR2004 - nothing to compare
        return merged
    whole = merged.constraints()
    for layer, part in given:
        try:
            asked = ConstraintsConfig.model_validate(part)
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False)[0]
            key = ".".join(("constraints", *map(str, wrong["loc"])))
            raise ConfigError(f"{wrong['msg']}.", key=key, source=layer.name) from None
        tighter = whole.tightened(asked.constraints())
        for rule in ("residency", "storage"):
            if NOWHERE in getattr(tighter, rule):
                others = " and ".join(other.name for other, _ in given if other is not layer)
                _, line, variable = layer.find(["constraints", rule])
                raise ConfigError(
                    f"{', '.join(getattr(asked, rule))} has no place in common with what {others} allows: "
                    f"{', '.join(sorted(getattr(whole, rule)))}.",
                    key=variable or f"constraints.{rule}",
                    source=layer.name,
                    line=line,
                )
        whole = tighter
    return ConstraintsConfig.of(whole)
