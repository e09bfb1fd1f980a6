"""The section `policies`, and the files that it names: rules about what may be done with which data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.complaints import complaints
from interlock.config.layers import text_of
from interlock.config.schema import Count, Names, Part, Text, nothing_is_empty
from interlock.documents import Node, read, shown
from interlock.errors import ConfigError, RequestError
from interlock.policies.sets import rule_sets
from interlock.types.jurisdictions import residency
from interlock.types.names import nearest

if TYPE_CHECKING:
    from interlock.config import Config

LEVELS: Final = ("public", "internal", "personal", "regulated")
_MOST_FILES: Final = 1000


def named(message: str, at: str = "", suggestion: str | None = None) -> PydanticCustomError:
    facts = {"at": at, "message": message, "suggestion": suggestion or ""}
    return PydanticCustomError("named", "{message}", facts)


def _lower(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip().lower() for name in value))


def _places(value: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(sorted(residency(frozenset(_lower(value)))))
    except RequestError as error:
        raise named(error.message, suggestion=error.suggestion) from None


def _by_name(value: object) -> object:
    """Names alone leave each set its own levels."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value, ())
    return value


def _whole(value: object) -> object:
    """`sealed: internal` is short for a level alone."""
    return {"level": value} if isinstance(value, str) else value


def _asking(value: object) -> object:
    if value is False:
        raise named("false asks for nothing; leave it out.")
    return value


def _refusing(value: object) -> object:
    if value is True:
        raise named("true asks for nothing; leave it out.")
    return value


Lowered = Annotated[Names, AfterValidator(_lower)]
Some = Annotated[Lowered, Field(min_length=1)]
Places = Annotated[Names, Field(min_length=1), AfterValidator(_places)]
LevelText = Annotated[Text, AfterValidator(lambda value: value.strip().lower())]


class PermitConfig(Part):
    """What is permitted, key by key; `retention_days` are days."""

    places: Places | None = None
    storage: Places | None = None
    operators: Places | None = None
    parents: Places | None = None
    laws: Places | None = None
    on_premise: Annotated[bool | None, BeforeValidator(_asking)] = None
    agreements: Some | None = None
    retention_days: Count | None = None
    training: Annotated[bool | None, BeforeValidator(_refusing)] = None
    transfers: Some | None = None


class ForbidConfig(Part):
    """What is forbidden, key by key."""

    places: Places | None = None
    storage: Places | None = None
    operators: Places | None = None
    parents: Places | None = None
    laws: Places | None = None
    vendors: Some | None = None


def _any(value: object) -> object:
    """`any` is what asks for nothing."""
    if isinstance(value, str):
        if value.strip().lower() != "any":
            raise named("expected keys and values, or any.")
        return PermitConfig()
    if value == {}:
        raise named("holds nothing; write `permit: any` to permit whatever is not forbidden.")
    return value


def _holds_something(value: object) -> object:
    if value == {}:
        raise named("forbids nothing; leave it out.")
    return value


class SealedConfig(Part):
    """As what a request counts once guardrails have sealed it."""

    level: LevelText
    unread: bool = False
    unchanged: bool = False


class PolicyRuleConfig(Part):
    """A rule; without `permit` it only forbids, and `permit: any` permits whatever is not forbidden."""

    id: Text
    level: Some
    source: str = ""
    permit: Annotated[PermitConfig | None, BeforeValidator(_any)] = None
    forbid: Annotated[ForbidConfig | None, BeforeValidator(_holds_something)] = None
    sealed: Annotated[SealedConfig | None, BeforeValidator(_whole)] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.permit is None and self.forbid is None:
            raise named("permits nothing and forbids nothing; it needs `permit` or `forbid`.")
        return self


def _ids_differ(rules: tuple[PolicyRuleConfig, ...]) -> tuple[PolicyRuleConfig, ...]:
    seen: dict[str, int] = {}
    for index, rule in enumerate(rules):
        first = seen.setdefault(rule.id, index)
        if first != index:
            message = f"{rule.id!r} is the id of rules.{first} too; each needs its own."
            raise named(message, f"{index}.id")
    return rules


PolicyRules = Annotated[tuple[PolicyRuleConfig, ...], AfterValidator(_ids_differ)]


class PoliciesConfig(Part):
    """`files` are paths from the configuration's folder, with * and ** as in a shell. `include` maps sets of
    rules to the levels that they are for; none leaves a set its own.
    """

    files: Names = ()
    include: Annotated[dict[Text, Lowered], BeforeValidator(_by_name)] = Field(default_factory=dict)
    levels: Annotated[Lowered, Field(min_length=1)] = LEVELS
    default: LevelText | None = None
    detected: Annotated[dict[Text, LevelText], BeforeValidator(nothing_is_empty)] = Field(
        default_factory=dict
    )
    rules: PolicyRules = ()


class PolicyFileConfig(Part):
    """A file of rules."""

    rules: Annotated[PolicyRules, Field(min_length=1)]


Complain = Callable[[str, str, str | None], ConfigError]
"""An error about a key below a rule, with the place where it stands: key, message, suggestion."""


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule, and what complains of it where it is written. `as_of` is when its sources were read, an ISO
    date; empty where nobody says.
    """

    rule: PolicyRuleConfig
    where: str
    error: Complain
    as_of: str = ""


def written_rules(config: "Config") -> list[WrittenRule]:
    """The rules of the configuration and of the files that it names.

    Raises:
        ConfigError: a file is missing, cannot be read or holds what is no rule; or policies stand in several
            sources, of which one would loosen what another says.
    """
    policies = config.policies
    if policies is None:
        return []
    sources = config.sources("policies")
    if len(sources) > 1:
        what = f"stand in {' and in '.join(sources)}; keep them in one place, or one would loosen the other."
        raise config.error("policies", what)
    found = [
        WrittenRule(rule, config.locate("policies.rules")[0], _complaint(config, index))
        for index, rule in enumerate(policies.rules)
    ]
    for name, levels in policies.include.items():
        found += _included(config, name, levels)
    for index, pattern in enumerate(policies.files):
        for path in _matching(config, pattern, f"policies.files.{index}"):
            found += _rules_in(path)
    return found


def _complaint(config: "Config", index: int) -> Complain:
    def error(key: str, message: str, suggestion: str | None = None) -> ConfigError:
        return config.error(f"policies.rules.{index}.{key}".rstrip("."), message, suggestion)

    return error


def _included(config: "Config", name: str, levels: tuple[str, ...]) -> list[WrittenRule]:
    """The rules of a set that comes with Interlock."""
    sets = rule_sets()
    if name not in sets:
        what = f"there is no set of rules {name!r}; there are {', '.join(sets)}."
        raise config.error(["policies", "include", name], what, nearest(name, list(sets)))

    def error(_: str, message: str, suggestion: str | None = None) -> ConfigError:
        return config.error(["policies", "include", name], message, suggestion)

    found = sets[name]
    level = levels or found.levels
    rules = [PolicyRuleConfig.model_validate({**rule, "level": level}) for rule in found.rules]
    return [WrittenRule(rule, f"the set {name}", error, found.as_of) for rule in rules]


def _matching(config: "Config", pattern: str, key: str) -> list[Path]:
    """The files that a pattern names, in the order of their names; at least one."""
    folder = config.folder or Path()
    path = Path(pattern).expanduser()
    root, rest = (
        (Path(path.anchor), str(path.relative_to(path.anchor))) if path.is_absolute() else (folder, pattern)
    )
    if not any(letter in pattern for letter in "*?["):
        return [root / rest]
    try:
        found = sorted(each for each in root.glob(rest) if each.is_file())
    except (ValueError, OSError, NotImplementedError) as error:
        raise config.error(key, f"is no pattern of paths: {error}.") from None
    if not found:
        raise config.error(key, "no file matches it.")
    if len(found) > _MOST_FILES:
        raise config.error(key, f"matches more than {_MOST_FILES:,} files.")
    return found


def _rules_in(path: Path) -> list[WrittenRule]:
    name = str(path)
    root = read(text_of(name, "there is no such file; `policies.files` names it."), name)
    value = None if root is None else root.plain()
    if root is None or not isinstance(value, Mapping):
        raise ConfigError("expected `rules:` with a list of rules.", source=name, line=1)

    def build(steps: Sequence[str], message: str, suggestion: str | None) -> ConfigError:
        return _at(root, name, steps, message, suggestion)

    try:
        written = PolicyFileConfig.model_validate(value)
    except ValidationError as error:
        raise complaints(error, PolicyFileConfig, build) from None

    def complaint(index: int) -> Complain:
        def error(key: str, message: str, suggestion: str | None = None) -> ConfigError:
            steps = ["rules", str(index), *(key.split(".") if key else [])]
            return build(steps, message, suggestion)

        return error

    return [WrittenRule(rule, name, complaint(index)) for index, rule in enumerate(written.rules)]


def _at(root: Node, name: str, steps: Sequence[str], message: str, suggestion: str | None) -> ConfigError:
    _, line = root.find(list(steps))
    return ConfigError(message, key=shown(steps), source=name, line=line, suggestion=suggestion)


def plain_rule(rule: PolicyRuleConfig) -> dict[str, Any]:
    """The rule as it is written, for whoever shows it."""
    return rule.model_dump(exclude_none=True, exclude_defaults=True)
