"""A plugin's own options: what is written becomes an instance of its schema, or a complaint at the key."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, make_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from interlock import ConfigError
from interlock.config import load
from interlock.config.options import BrokenSchema, read_options
from interlock.types.models import Secret

KEY = "sk-live-0123456789"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    size: int = 3
    json: str = "a name that pydantic has a use for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Every kind of field."""

    model: str
    kinds: tuple[Literal["mail", "phone", "iban"], ...] = ()
    names: frozenset[str] = frozenset()
    share: float = 0.5
    loud: bool = False
    colour: Colour = Colour.RED
    api_key: Secret | None = None
    terms: Path | None = None
    engine: Engine = Engine()
    engines: list[Engine] = field(default_factory=list)
    named: dict[str, Engine] = field(default_factory=dict)
    either: int | Literal["auto"] | Engine = "auto"
    shares: dict[Literal["mail", "phone"], float] = field(default_factory=dict)
    levels: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.share > 1:
            raise ValueError("a share is at most 1")
        if self.loud and not self.names:
            raise ConfigError("names nobody to be loud about", key="names")


class Modelled(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: "ModelledEngine"
    api_key: Secret | None = None
    limit: Annotated[int, Field(gt=0)] = 1
    kind: str = Field("a", alias="type")


class ModelledEngine(BaseModel):
    size: int = 3


def read(schema: type, given: object, **more: Any) -> Any:
    config = load({"routes": {}}, {})
    more.setdefault("environ", {})
    return read_options(schema, given, path=["guardrails", "pii"], error=config.error, **more)


def complaint(schema: type, given: object, **more: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        read(schema, given, **more)
    return str(caught.value)


def test_every_kind_of_field_is_read() -> None:
    given = {
        "model": "m",
        "kinds": ["mail", "iban"],
        "names": ["Ada"],
        "share": 1,
        "loud": True,
        "colour": "blue",
        "api_key": KEY,
        "terms": "terms.txt",
        "engine": {"size": 4},
        "engines": [{}, {"json": "x"}],
        "named": {"first": {"size": 1}},
        "either": {"size": 9},
    }
    assert read(Options, given, folder=Path("/etc")) == Options(
        model="m",
        kinds=("mail", "iban"),
        names=frozenset({"Ada"}),
        share=1.0,
        loud=True,
        colour=Colour.BLUE,
        api_key=Secret(KEY),
        terms=Path("/etc/terms.txt"),
        engine=Engine(size=4),
        engines=[Engine(), Engine(json="x")],
        named={"first": Engine(size=1)},
        either=Engine(size=9),
    )


def test_what_a_variable_says_is_text_and_is_read_as_what_is_meant() -> None:
    given = {"model": "m", "kinds": "mail, phone", "share": "0.25", "loud": "true", "names": "Ada"}
    options = read(Options, given)
    assert (options.kinds, options.share, options.loud) == (("mail", "phone"), 0.25, True)
    assert options.names == {"Ada"}


@dataclass(frozen=True)
class Environment:
    variables: dict[str, str | Secret] = field(default_factory=dict)
    last: Secret | str | None = None


def test_text_or_a_secret_is_text_unless_it_stands_elsewhere() -> None:
    written = {"LEVEL": "debug", "KEY": "env:NOTES_KEY", "ADDRESS": "file:///notes", "NOTE": "see env: below"}
    options = read(Environment, {"variables": written, "last": Secret(KEY)}, environ={"NOTES_KEY": KEY})
    assert options.variables == {**written, "KEY": Secret(KEY)}
    assert options.last == Secret(KEY)
    assert read(Environment, {}).last is None


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"KEY": "env:NOT_THERE"}, "variables.KEY: NOT_THERE is not set"),
        ({"KEY": "${NOTES_KEY}"}, "variables.KEY: is written for a shell; write env:NOTES_KEY"),
        ({"KEY": 7}, "variables.KEY: expected text, not a number"),
    ],
    ids=["unset", "shell", "number"],
)
def test_text_or_a_secret_that_cannot_be_read_is_refused_at_its_key(written: Any, sentence: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        read(Environment, {"variables": written})


@dataclass(frozen=True)
class Several:
    first: Sequence[int]
    second: Iterable[str]


def test_several_values_that_are_only_read_are_a_tuple() -> None:
    assert read(Several, {"first": ["1", 2], "second": "a, b"}) == Several(first=(1, 2), second=("a", "b"))


def test_what_is_not_given_keeps_the_schemas_default() -> None:
    assert read(Options, {"model": "m"}) == Options(model="m")
    assert read(Engine, None) == Engine()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "model: is required."),
        ({"model": "m", "knds": []}, "knds: there is no such key. Did you mean 'kinds'?"),
        ({"modle": "m"}, "modle: there is no such key. Did you mean 'model'?"),
        ({"model": 4}, "model: expected text, not a number; put it in quotes."),
        ({"model": "m", "kinds": ["mail", "phone", "ibn"]}, "kinds.2: expected one of mail, phone, iban,"),
        ({"model": "m", "kinds": ["mail", "phone", "ibn"]}, "Did you mean 'iban'?"),
        ({"model": "m", "share": True}, "share: expected a number, not true or false."),
        ({"model": "m", "share": float("nan")}, "share: expected a number, not infinity."),
        ({"model": "m", "share": 2}, "pii: a share is at most 1."),
        ({"model": "m", "loud": True}, "names: names nobody to be loud about"),
        ({"model": "m", "colour": "rot"}, "colour: expected one of red, blue, not 'rot'."),
        ({"model": "m", "engine": {"sice": 1}}, "engine.sice: there is no such key. Did you mean 'size'?"),
        (
            {"model": "m", "engine": {"field_0": 1}},
            "engine.field_0: there is no such key; there are size, json.",
        ),
        (
            {"model": "m", "engines": [{}, {"size": "x"}]},
            "engines.1.size: expected a whole number, not text.",
        ),
        ({"model": "m", "named": {"first": 4}}, "named.first: expected keys and values, not a number."),
        ({"model": "m", "shares": {"fhone": 1}}, "shares.fhone: there is no such key. Did you mean 'phone'?"),
        ({"model": "m", "shares": {"x": 1}}, "shares.x: there is no such key; there are mail, phone."),
        (
            {"model": "m", "levels": {"low": "x"}},
            "levels.low: the key itself: expected a whole number, not text.",
        ),
        ({"model": "m", "terms": "~nobody-of-that-name/x"}, "terms: is no path: "),
        ({"model": "m", "either": {"size": "x"}}, "either.size: expected a whole number, not text."),
        (
            {"model": "m", "either": []},
            "either: expected a whole number or auto or keys and values, not a list.",
        ),
        ({"model": "m", "api_key": "env:NOT_SET"}, "api_key: NOT_SET is not set."),
        ({"model": "m", "api_key": "$NOT_SET"}, "api_key: is written for a shell; write env:NOT_SET."),
        ({"model": "m", "api_key": [KEY]}, "api_key: expected text, not a list."),
        (["model"], "pii: expected keys and values, not a list."),
        ("model", "pii: expected keys and values, not text."),
    ],
)
def test_a_mistake_is_told_at_its_key(given: object, told: str) -> None:
    line = complaint(Options, given)
    assert line.startswith("defaults: guardrails.pii")
    assert told in line


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "engine: is required."),
        ({"engine": {"sice": 3}}, "engine.sice: there is no such key. Did you mean 'size'?"),
        ({"engine": {}, "kind": "b"}, "kind: there is no such key; there are engine, api_key, limit, type."),
        ({"engine": {}, "limit": 0}, "limit: expected a positive number, not 0."),
        ({"engine": {}, "api_key": "env:NOT_SET"}, "api_key: NOT_SET is not set."),
    ],
)
def test_a_pydantic_model_is_a_schema_too(given: dict[str, Any], told: str) -> None:
    given_whole = {"engine": {"size": 4}, "api_key": KEY, "type": "b"}
    options = read(Modelled, given_whole)
    assert (type(options), options.engine.size, options.api_key, options.kind) == (
        Modelled,
        4,
        Secret(KEY),
        "b",
    )
    assert f"guardrails.pii.{told}" in complaint(Modelled, given)


def test_every_mistake_gets_a_line_and_no_secret_is_in_any() -> None:
    given = {"share": "x", "engine": {"size": KEY}, "api_key": f"file:{KEY}", "kinds": 3, KEY: 1}
    lines = complaint(Options, given)
    assert len(lines.splitlines()) == 6
    assert KEY not in lines


def test_a_check_of_the_plugins_own_repeats_no_key() -> None:
    @dataclass
    class Careless:
        key: str

        def __post_init__(self) -> None:
            raise ValueError(f"{self.key} is refused.")

    assert "sk-***" in complaint(Careless, {"key": KEY})


def test_keys_that_somebody_else_reads_there_are_suggested_too() -> None:
    line = complaint(Options, {"model": "m", "timout": 2}, beside=["timeout"])
    assert line.endswith("Did you mean 'timeout'?")


def test_the_line_in_the_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "interlock.yaml"
    file.write_text("routes:\n  code_generation:\n    - a\n    - b\n", encoding="utf-8")
    config = load(file, {})
    with pytest.raises(ConfigError) as caught:
        read_options(Engine, {"b": 1}, path=["routes", "code_generation", "1"], error=config.error)
    assert caught.value.line == 4


class Itself(BaseModel):
    inner: "Itself | None" = None


@dataclass
class Circular:
    inner: "Circular | None" = None


@dataclass
class Misspelt:
    names: "lits[str]"  # type: ignore[name-defined]  # noqa: F821 - broken on purpose


@dataclass
class Unwell:
    size: int = 0

    def __post_init__(self) -> None:
        raise KeyError("size")


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (Circular, "holds itself"),
        (Misspelt, "NameError"),
        (Unwell, "Unwell raised KeyError"),
        (int, "neither a dataclass nor a pydantic model"),
        (Engine(), "neither a dataclass nor a pydantic model"),
    ],
)
def test_a_broken_schema_is_its_plugins_fault(schema: Any, told: str) -> None:
    with pytest.raises(BrokenSchema, match=told):
        read(schema, {})


def test_a_model_may_hold_itself() -> None:
    assert read(Itself, {"inner": {"inner": {}}}).inner.inner == Itself()
    assert "inner.iner" in complaint(Itself, {"inner": {"iner": {}}})


KINDS: Sequence[Any] = (
    str,
    int,
    float,
    bool,
    Secret,
    Path,
    Colour,
    Any,
    Engine,
    Itself,
    Literal["a", "b", 3],
    list[str],
    list[int],
    tuple[Engine, ...],
    tuple[int, str],
    set[str],
    frozenset[Literal["a"]],
    Sequence[float],
    Iterable[str],
    dict[Literal["a", "b"], int],
    dict[str, int],
    dict[str, list[Engine]],
    int | str,
    str | list[str],
    Engine | None,
    Engine | list[Engine] | bool,
    Annotated[int, Field(gt=2)],
)
NAMES = st.sampled_from(["a", "b", "json", "schema", "copy", "model_config", "_private", "size", "field_0"])
KEYS = NAMES | st.text(max_size=3)
schemas = st.lists(st.tuples(NAMES, st.sampled_from(KINDS), st.booleans()), unique_by=lambda row: row[0]).map(
    lambda rows: make_dataclass(
        "Drawn",
        [(name, kind, field(default=None)) if default else (name, kind) for name, kind, default in rows],
        kw_only=True,
        frozen=True,
    )
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["a", "1", "env:X", "file:/no/such", "true", "9" * 400, "nan"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(schema=schemas, written=st.dictionaries(KEYS, values, max_size=4) | values)
def test_any_value_becomes_an_instance_or_a_complaint_at_its_key(schema: Any, written: object) -> None:
    try:
        options = read(schema, written)
    except ConfigError as error:
        for each in (error, *error.others):
            assert each.key.startswith("guardrails.pii") or not each.key
    else:
        assert isinstance(options, schema)
        assert set(written or {}) <= {each.name for each in fields(schema)}  # type: ignore[call-overload]  # a mapping


def read_from(text: str, folder: Path) -> Any:
    file = folder / "interlock.yaml"
    file.write_text(text, encoding="utf-8")
    config = load(file, {})
    written = config.guardrails.get("pii")
    given = None if written is None else written.options
    return read_options(Options, given, path=["guardrails", "pii"], error=config.error, environ={})


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
)
HOSTILE = {
    "deep": "guardrails: {pii: {engine: " + "{json: " * 200 + "1" + "}" * 202,
    "deep lists": "guardrails: {pii: {names: " + "[" * 5000 + "]" * 5000 + "}}",
    "aliases": BOMB + "guardrails: {pii: {names: *g}}",
    "huge": "guardrails:\n  pii:\n    names: [" + "abc, " * 150_000 + "]",
    "a number": "guardrails: 4",
    "a list": "guardrails: [pii]",
    "a text": "guardrails: {pii: kinds}",
    "no key": "guardrails: {'': {}}",
    "a number's key": "guardrails: {pii: {1: 2}}",
    "a number that is too long": f"guardrails: {{pii: {{share: {'9' * 5000}}}}}",
    "twice": "guardrails: {pii: {kinds: [], kinds: []}}",
    "a tag": "guardrails: {pii: !!python/object:os.system {}}",
    "itself": "guardrails: &all {pii: *all}",
    "controls": 'guardrails: {pii: {"k\\ninds": []}}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_complaint(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_from(HOSTILE[name], tmp_path)
    assert len(str(caught.value)) < 1000


@given(text=st.text(max_size=60))
def test_any_text_in_a_file_becomes_options_or_a_complaint(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    body = text.encode("utf-8", "replace").decode("utf-8")
    for whole in (f"guardrails: {{pii: {body}}}", f"guardrails:\n  pii:\n    model: {body}\n"):
        with suppress(ConfigError):
            read_from(whole, folder)
