"""Questions out of TOML: those that come with Interlock, and the user's own beside them."""

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from interlock.errors import ConfigError, RequestError
from interlock.types.names import nearest
from interlock_governance.assessing.question import TAKES, VALUE, DeploymentRule, Measure, Option, Question
from interlock_governance.assessing.requirement import loaded_rules, required
from interlock_governance.assessing.texts import text_of

_LARGEST: Final = 1024 * 1024
_RULE: Final = ("source", "permit", "forbid", "as_of")
_QUESTION: Final = ("id", "title", "text", "options", "counts", "ask", "shared", "until_known")
_OPTION: Final = ("id", "text", "alone", "takes", "rules", "measures", "treat", "refused", "source")
_MEASURE: Final = ("who", "what", "source")
_RESERVED: Final = ("unknown", "answer")
_SAMPLES: Final = ("eu",)
_TAKEN: Final = {"retention_days": "days", **dict.fromkeys(("agreements", "vendors", "transfers"), "names")}
_ID: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


@cache
def standard_questions() -> tuple[Question, ...]:
    """The five that come with Interlock."""
    text = files("interlock_governance.assessing").joinpath("questions.toml").read_text("utf-8")
    return _Reader(tomllib.loads(text), "questions.toml", {}).questions()


def read_questions(file: str | os.PathLike[str]) -> tuple[Question, ...]:
    """The standard questions with those of a file: one of the same id takes the standard one's place, others
    come behind. Rules of the standard ones may be named.

    Raises:
        RequestError: the file cannot be read, or holds what is no question; names the key.
    """
    path = Path(file)
    data = _read(path)
    standard = standard_questions()
    rules = {rule.id: rule for each in standard for option in each.options for rule in option.rules}
    reader = _Reader(data, path.name, rules)
    own = reader.questions()
    _check(reader.own, path.name)
    replaced = {each.id: each for each in own}
    merged = [replaced.pop(each.id, each) for each in standard]
    return (*merged, *replaced.values())


def _read(path: Path) -> Mapping[str, Any]:
    text = text_of(path, _LARGEST)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"is not readable TOML: {error}.", key=path.name) from None
    except (RecursionError, ValueError):  # a number of thousands of digits is none to Python
        raise RequestError(
            "is not readable TOML: nested too deeply, or a number is too long.", key=path.name
        ) from None


def _check(rules: Sequence[DeploymentRule], file: str) -> None:
    """As policies read them; each by itself only where something is wrong, so as to say which."""
    made = [required(each, _SAMPLES if each.takes_value else ()) for each in rules]
    try:
        loaded_rules(made)
    except ConfigError:
        for each in made:
            try:
                loaded_rules([each])
            except ConfigError as error:
                key = ".".join((file, "rules", each.rule.id, *error.key.split(".")[3:]))
                raise RequestError(error.message, key=key, suggestion=error.suggestion) from None
        raise


class _Reader:
    """Of one file; `rules` are those that may be named beside its own."""

    def __init__(self, data: Mapping[str, Any], file: str, rules: Mapping[str, DeploymentRule]) -> None:
        self._file = file
        self._data = self._table(data, "", ("as_of", "rules", "questions"))
        self._as_of = self._date(self._data.get("as_of", ""), "as_of")
        own = self._typed(self._data.get("rules", {}), dict, "rules", "a table of rules")
        made = {name: self._rule(name, table, f"rules.{name}") for name, table in own.items()}
        self.own = tuple(made.values())
        self._rules = {**rules, **made}

    def questions(self) -> tuple[Question, ...]:
        listed = self._typed(self._data.get("questions", []), list, "questions", "a list of tables")
        if not listed:
            raise self._wrong("questions", "there is none; write [[questions]].")
        found = [self._question(table, f"questions.{at}") for at, table in enumerate(listed)]
        self._differ(found, "questions")
        return tuple(found)

    def _question(self, given: object, key: str) -> Question:
        table = self._table(given, key, _QUESTION)
        listed = self._typed(table.get("options", []), list, f"{key}.options", "a list of tables")
        options = [self._option(each, f"{key}.options.{at}") for at, each in enumerate(listed)]
        if not options:
            raise self._wrong(f"{key}.options", "there is none; an answer is one of them.")
        self._differ(options, f"{key}.options")
        question = Question(
            id=self._id(table, key),
            title=self._text(table, "title", key, needed=True),
            text=self._text(table, "text", key, needed=True),
            options=tuple(options),
            counts=self._text(table, "counts", key),
            ask=self._text(table, "ask", key) or "owner",
            shared=self._flag(table, "shared", key),
            until_known=self._names(table, "until_known", key),
        )
        for name in question.until_known:
            option = question.option(name)
            if option is None:
                known = [each.id for each in options]
                what = f"there is no option {name!r}; there are {', '.join(known)}."
                raise self._wrong(f"{key}.until_known", what, nearest(name, known))
            if option.takes or option.refused:
                what = f"{name!r} refuses or takes a value, which nobody has given as long as nobody answers."
                raise self._wrong(f"{key}.until_known", what)
        return question

    def _option(self, given: object, key: str) -> Option:
        table = self._table(given, key, _OPTION)
        takes = self._text(table, "takes", key)
        if takes not in TAKES:
            raise self._wrong(f"{key}.takes", f"is one of {', '.join(TAKES[1:])}.", nearest(takes, TAKES))
        rules = tuple(self._named(name, f"{key}.rules") for name in self._names(table, "rules", key))
        for rule in rules:
            if rule.takes_value and not takes:
                raise self._wrong(f"{key}.takes", f"the rule {rule.id!r} needs a value; say what it takes.")
            for part, value in (*rule.permit.items(), *rule.forbid.items()):
                if value == VALUE and _TAKEN.get(part, "places") != takes:
                    what = f"the rule {rule.id!r} needs {_TAKEN.get(part, 'places')} for {part}, not {takes}."
                    raise self._wrong(f"{key}.takes", what)
        listed = self._typed(table.get("measures", []), list, f"{key}.measures", "a list of tables")
        treat = self._typed(table.get("treat", {}), dict, f"{key}.treat", "a table of kinds and actions")
        return Option(
            id=self._id(table, key),
            text=self._text(table, "text", key, needed=True),
            alone=self._flag(table, "alone", key),
            takes=takes,  # type: ignore[arg-type]  # it is one of them
            rules=rules,
            measures=tuple(self._measure(each, f"{key}.measures.{at}") for at, each in enumerate(listed)),
            treat={kind: self._text(treat, kind, f"{key}.treat", needed=True) for kind in treat},
            refused=self._text(table, "refused", key),
            source=self._text(table, "source", key),
        )

    def _measure(self, given: object, key: str) -> Measure:
        table = self._table(given, key, _MEASURE)
        return Measure(
            who=self._text(table, "who", key, needed=True),
            what=self._text(table, "what", key, needed=True),
            source=self._text(table, "source", key),
        )

    def _rule(self, name: str, given: object, key: str) -> DeploymentRule:
        table = self._table(given, key, _RULE)
        if not name or not set(name) <= {*_ID, "-"}:
            raise self._wrong(key, "an id has letters from a to z, digits, - and _.")
        return DeploymentRule(
            id=name,
            source=self._text(table, "source", key, needed=True),
            permit=self._typed(table.get("permit", {}), dict, f"{key}.permit", "a table"),
            forbid=self._typed(table.get("forbid", {}), dict, f"{key}.forbid", "a table"),
            as_of=self._date(table["as_of"], f"{key}.as_of") if "as_of" in table else self._as_of,
        )

    def _named(self, name: str, key: str) -> DeploymentRule:
        rule = self._rules.get(name)
        if rule is None:
            what = f"there is no rule {name!r}; write [rules.{name}]."
            raise self._wrong(key, what, nearest(name, list(self._rules)))
        return rule

    def _differ(self, found: Iterable[Question | Option], key: str) -> None:
        seen = set()
        for each in found:
            if each.id in seen:
                raise self._wrong(key, f"two have the id {each.id!r}.")
            seen.add(each.id)

    def _table(self, given: object, key: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        table: Mapping[str, Any] = self._typed(given, dict, key, "a table")
        for name in table:
            if name not in known:
                where = f"{key}.{name}".lstrip(".")
                raise self._wrong(where, f"is no key; there are {', '.join(known)}.", nearest(name, known))
        return table

    def _typed(self, value: Any, kind: type, key: str, expected: str) -> Any:
        if not isinstance(value, kind):
            raise self._wrong(key, f"{expected} is expected.")
        return value

    def _text(self, table: Mapping[str, Any], name: str, key: str, *, needed: bool = False) -> str:
        value = table.get(name, "")
        if not isinstance(value, str) or (needed and not value.strip()):
            raise self._wrong(f"{key}.{name}", "a text is expected.")
        return " ".join(value.split())

    def _flag(self, table: Mapping[str, Any], name: str, key: str) -> bool:
        return bool(self._typed(table.get(name, False), bool, f"{key}.{name}", "true or false"))

    def _names(self, table: Mapping[str, Any], name: str, key: str) -> tuple[str, ...]:
        value = self._typed(table.get(name, []), list, f"{key}.{name}", "a list of texts")
        if not all(isinstance(each, str) for each in value):
            raise self._wrong(f"{key}.{name}", "a list of texts is expected.")
        return tuple(dict.fromkeys(value))

    def _id(self, table: Mapping[str, Any], key: str) -> str:
        name = self._text(table, "id", key, needed=True)
        if not set(name) <= _ID or name in _RESERVED:
            what = f"has letters from a to z, digits and _, and is none of {', '.join(_RESERVED)}."
            raise self._wrong(f"{key}.id", what)
        return name

    def _date(self, value: object, key: str) -> str:
        if value == "":
            return ""
        try:
            return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()[:10]
        except ValueError:
            raise self._wrong(key, "a day is expected, as 2026-11-29.") from None

    def _wrong(self, key: str, message: str, suggestion: str | None = None) -> RequestError:
        return RequestError(message, key=": ".join(filter(None, (self._file, key))), suggestion=suggestion)
