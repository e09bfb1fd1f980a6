"""Whatever a tool of a world is asked for, there is a result or a clear refusal, and no traceback."""

import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock_evaluation.worlds import domains, world_named
from interlock_evaluation.worlds.calling import call
from interlock_evaluation.worlds.state import Folder
from world_tasks import solution_of, tasks_of

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**12),
    st.floats(allow_nan=True),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)


@cache
def words_of(domain: str) -> tuple[list[str], list[float]]:
    """Texts and numbers that mean something there."""
    initial = json.loads((world_named(domain).folder / "initial.json").read_text("utf-8"))
    given = [arguments for task in tasks_of(domain).values() for _, arguments in solution_of(task)]
    found = [*leaves(initial), *leaves(given)]
    texts = {each for each in found if isinstance(each, str) and len(each) < 60}
    numbers = {each for each in found if isinstance(each, (int, float)) and not isinstance(each, bool)}
    return sorted(texts), sorted(numbers)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def values(schema: dict[str, Any], domain: str) -> st.SearchStrategy[Any]:
    """Values of a schema, most of which mean something in the world."""
    texts, numbers = words_of(domain)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([values(each, domain) for each in schema["anyOf"]])
    kind = schema.get("type")
    if kind == "string":
        return st.sampled_from(texts) | st.text(max_size=30)
    if kind in ("integer", "number"):
        known = [int(each) for each in numbers] if kind == "integer" else numbers
        return st.sampled_from([*known, -1, 0, 1]) | st.integers(-(10**15), 10**15)
    if kind == "boolean":
        return st.booleans()
    if kind == "array":
        return st.lists(values(schema.get("items", {}), domain), max_size=3)
    if kind == "object" and "properties" in schema:
        return st.fixed_dictionaries({k: values(v, domain) for k, v in schema["properties"].items()})
    if kind == "object":
        each = schema.get("additionalProperties", {})
        inner = values(each if isinstance(each, dict) else {}, domain)
        return st.dictionaries(st.sampled_from(texts), inner, max_size=3)
    return JUNK


@st.composite
def calls(draw: st.DrawFn, domain: str) -> tuple[str, dict[str, Any]]:
    world = world_named(domain)
    tool = world.tools[draw(st.sampled_from(sorted(world.tools)))]
    schema = tool.schema
    arguments = {}
    for name, each in schema["properties"].items():
        if name in schema.get("required", ()) or draw(st.booleans()):
            strange = draw(st.integers(0, 30)) == 0
            arguments[name] = draw(JUNK if strange else values(each, domain))
    return tool.name, arguments


@pytest.mark.parametrize("domain", domains())
def test_any_calls_have_a_result_or_a_refusal(domain: str) -> None:
    @settings(max_examples=30)
    @given(st.lists(calls(domain), min_size=1, max_size=8))
    def play(asked: list[tuple[str, dict[str, Any]]]) -> None:
        with tempfile.TemporaryDirectory() as path:
            folder = Folder(path=Path(path), world=world_named(domain))
            for tool, arguments in asked:
                with folder.opened() as kept:
                    before = (kept.state.data, kept.writes)
                answer = call(folder, tool, arguments)
                json.dumps(answer.value, allow_nan=False)
                assert not answer.refusal or (answer.value is None and answer.reason)
                with folder.opened() as kept:
                    assert kept.writes == len(folder.applied())
                    assert kept.state.data.keys() == before[0].keys()
                    if answer.refusal or folder.world.tool(tool).reads:
                        assert (kept.state.data, kept.writes) == before

    play()
