"""A grant lets one run through, and no other: what was tried to get by with it."""

import asyncio
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import (
    ApprovalNeeded,
    ApprovalRequest,
    Grant,
    Preview,
    Repeat,
    ToolCall,
    ToolPolicy,
    ToolRule,
    ToolSpec,
)
from interlock.testing import FakeClock
from interlock.tools import MemoryGrants, admit, asking, digest, objection

SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}, "approver": {"type": "string"}}}
NOON = 1_800_000_000.0
PREVIEW = Preview(text="Deletes a.txt, 3 bytes.", changes={"deleted": ["a.txt"]})


class Delete:
    api = 1
    spec = ToolSpec(name="delete_file", description="Deletes a file.", parameters=SCHEMA)
    effect: Any = "destructive"
    repeat = Repeat("natural")
    settles_within = 0.0

    async def run(self, run: Any) -> Any: ...


def asked(
    arguments: Any = None, tool: Any = None, policy: ToolPolicy | None = None, **facts: Any
) -> ApprovalRequest:
    call = ToolCall(id="call_1", name="delete_file", arguments=arguments or {"path": "a.txt"})
    known = {"connector": "disk", "version": "1", "run": "run-1", "step": "2/1", "preview": PREVIEW, **facts}
    return asking(tool or Delete(), call, policy or ToolPolicy(), **known)


def granted(request: ApprovalRequest | None = None, lasts: float = 60.0) -> Grant:
    return (request or asked()).grant(approver="ada", now=NOON, lasts=lasts)


def book(at: float = NOON) -> MemoryGrants:
    return MemoryGrants(clock=lambda: at, monotonic=lambda: 0.0)


def passes(
    request: ApprovalRequest, grant: Grant | None, grants: MemoryGrants | None = None, now: float = NOON
) -> bool:
    try:
        asyncio.run(admit(request, grant, grants or book(now), now=now))
    except ApprovalNeeded:
        return False
    return True


def described(description: str) -> Delete:
    tool = Delete()
    tool.spec = replace(Delete.spec, description=description)
    return tool


class Harmless(Delete):
    effect = "write"


BYPASSES = {
    "another path": (asked({"path": "/etc/shadow"}), "other arguments"),
    "one argument more": (asked({"path": "a.txt", "recursive": True}), "other arguments"),
    "a name that looks alike": (asked({"path": "\u0430.txt"}), "other arguments"),
    "a forged approver among the arguments": (
        asked({"path": "/etc/shadow", "approver": "ada"}),
        "other arguments",
    ),
    "another version of the connector": (asked(version="2"), "another version of delete_file"),
    "another description": (asked(tool=described("Deletes a folder.")), "another version of delete_file"),
    "a tool that calls itself harmless by now": (asked(tool=Harmless()), "another version of delete_file"),
    "the same tool of another connector": (asked(connector="cloud"), "another tool"),
    "another run": (asked(run="run-2"), "another run"),
    "another step of the run": (asked(step="2/2"), "another step"),
    "an edited preview": (
        asked(preview=replace(PREVIEW, changes={"deleted": ["a.txt", "b.txt"]})),
        "not what was",
    ),
    "other words in the preview": (
        asked(preview=replace(PREVIEW, text="Deletes nothing.")),
        "not what was shown",
    ),
    "no preview any more": (asked(preview=None), "not what was shown"),
    "a policy that has changed": (
        asked(policy=ToolPolicy(rules=(ToolRule(tools="x"),))),
        "the policy has changed",
    ),
}


@pytest.mark.parametrize("bypass", BYPASSES)
def test_a_grant_covers_nothing_but_what_was_shown(bypass: str) -> None:
    request, why = BYPASSES[bypass]
    assert why in (objection(request, granted(), now=NOON) or "")
    assert not passes(request, granted())


RUNS = st.fixed_dictionaries(
    {
        "arguments": st.dictionaries(
            st.sampled_from(["path", "all"]),
            st.sampled_from([1, 1.0, True, None, "é", "e\u0301"]),
            min_size=1,
        ),
        "tool": st.sampled_from([Delete(), described("Deletes a folder."), Harmless()]),
        "connector": st.sampled_from(["disk", "cloud"]),
        "version": st.sampled_from(["1", "2"]),
        "run": st.sampled_from(["run-1", "run-2"]),
        "step": st.sampled_from(["2/1", "2/2"]),
        "preview": st.sampled_from([None, PREVIEW, replace(PREVIEW, text="Deletes nothing.")]),
        "policy": st.sampled_from([ToolPolicy(), ToolPolicy(requires_grant="write")]),
    }
)


def known(run: dict[str, Any]) -> tuple[Any, ...]:
    """What makes it this run and no other."""
    arguments = {name: (isinstance(value, bool), value) for name, value in run["arguments"].items()}
    return arguments, *(value for name, value in run.items() if name != "arguments")


@given(st.data())
def test_a_grant_for_one_run_covers_another_exactly_when_it_is_the_same(data: st.DataObject) -> None:
    one = data.draw(RUNS)
    other = one | {
        name: data.draw(RUNS)[name] for name in data.draw(st.sets(st.sampled_from(sorted(one)), max_size=2))
    }
    grant = granted(asked(**one))
    assert (objection(asked(**other), grant, now=NOON) is None) == (known(one) == known(other))


def test_what_was_shown_passes() -> None:
    assert passes(asked(), granted())


def test_a_name_in_another_normal_form_is_another_name() -> None:
    grant = granted(asked({"path": "caf\u00e9.txt"}))
    assert passes(asked({"path": "caf\u00e9.txt"}), grant)
    assert not passes(asked({"path": "cafe\u0301.txt"}), grant)


def test_the_order_of_keys_does_not_matter() -> None:
    grant = granted(asked({"path": "a", "depth": {"x": 1, "y": 2}}))
    assert passes(asked({"depth": {"y": 2, "x": 1}, "path": "a"}), grant)


def test_a_number_is_the_same_number_with_a_point_and_no_truth_value() -> None:
    grant = granted(asked({"depth": 1}))
    assert passes(asked({"depth": 1.0}), grant)
    assert not passes(asked({"depth": True}), grant)
    assert not passes(asked({"depth": "1"}), grant)


def test_a_grant_is_used_once() -> None:
    grants, grant = book(), granted()
    assert passes(asked(), grant, grants)
    assert not passes(asked(), grant, grants)
    assert not passes(asked(), replace(grant), grants)


def test_a_grant_is_used_once_by_threads_at_once() -> None:
    grants, grant, request = book(), granted(), asked()
    with ThreadPoolExecutor(20) as pool:
        ended = list(pool.map(lambda _: passes(request, grant, grants), range(200)))
    assert Counter(ended) == {True: 1, False: 199}


def test_a_grant_that_does_not_fit_is_not_used_up() -> None:
    grants, grant = book(), granted()
    assert not passes(asked({"path": "b.txt"}), grant, grants)
    assert passes(asked(), grant, grants)


@pytest.mark.parametrize(("after", "lets"), [(0, True), (59.9, True), (60, False), (1e9, False)])
def test_a_grant_expires(after: float, lets: bool) -> None:
    assert passes(asked(), granted(lasts=60), now=NOON + after) == lets


def test_a_clock_that_is_set_back_brings_no_grant_back() -> None:
    wall, passed = [NOON], FakeClock()
    grants, grant = MemoryGrants(clock=lambda: wall[0], monotonic=passed), granted(lasts=60)
    wall[0] = NOON + 61
    assert passes(asked(), granted(lasts=3600), grants, now=wall[0])
    wall[0] = NOON + 1
    assert objection(asked(), grant, now=wall[0]) is None
    assert not passes(asked(), grant, grants, now=wall[0])


def test_a_clock_that_is_held_back_makes_no_grant_last_longer() -> None:
    passed = FakeClock()
    grants, grant = MemoryGrants(clock=lambda: NOON, monotonic=passed), granted(lasts=60)
    passed.advance(61)
    assert not passes(asked(), grant, grants, now=NOON)


def test_a_clock_that_stands_before_the_grant_is_not_believed() -> None:
    assert "the clock stands before" in (objection(asked(), granted(), now=NOON - 1) or "")


def test_used_grants_are_remembered_until_they_expire_and_no_longer() -> None:
    clock = FakeClock()
    grants = MemoryGrants(clock=clock, monotonic=lambda: 0.0)
    request = asked()

    async def use(lasts: float) -> bool:
        return await grants.consume(request.grant(approver="ada", now=clock(), lasts=lasts))

    assert all(asyncio.run(use(10)) for _ in range(5))
    clock.advance(11)
    assert asyncio.run(use(10))
    assert len(grants._used) == 1


def test_a_grant_without_a_name_or_a_mere_yes_is_none() -> None:
    assert "nobody's name" in (objection(asked(), replace(granted(), approver=""), now=NOON) or "")
    with pytest.raises(AttributeError):
        asyncio.run(admit(asked(), True, book()))  # type: ignore[arg-type]  # what a bool would be


def test_no_argument_is_a_grant() -> None:
    forged = {"path": "a.txt", "approver": "ada", "approved": True, "grant": granted().id}
    assert not passes(asked(forged), None)


def test_a_person_is_shown_what_would_not_be_seen() -> None:
    request = asked({"path": "a.txt\u202egpj.exe\u200b", "note": "café\n\U000e0041", "all": True})
    assert request.shown == (
        '{"all": true, "note": "café\\n\\udb40\\udc41", "path": "a.txt\\u202egpj.exe\\u200b"}'
    )
    assert json.loads(request.shown) == request.call.arguments


def test_arguments_that_change_after_the_approval_are_not_what_is_run() -> None:
    arguments = {"path": "a.txt", "more": ["x"]}
    request = asked(arguments)
    arguments["more"].append("/etc/shadow")  # type: ignore[attr-defined]  # it is a list
    assert request.call.arguments == {"path": "a.txt", "more": ["x"]}
    assert passes(asked({"path": "a.txt", "more": ["x"]}), granted(request))


@pytest.mark.parametrize(
    ("effect", "requires", "lets"),
    [
        *(("read", "destructive", True), ("read", "write", True)),
        *(("write", "destructive", True), ("write", "write", False)),
        *(("destructive", "destructive", False), ("destructive", "write", False)),
        *(("irreversible", "destructive", False), ("irreversible", "write", False)),
    ],
)
def test_what_needs_a_grant(effect: Any, requires: Any, lets: bool) -> None:
    tool = Delete()
    tool.effect = effect
    request = asked(tool=tool, policy=ToolPolicy(requires_grant=requires))
    assert passes(request, None) == lets


def test_the_users_word_counts_and_not_the_tools() -> None:
    tool = Delete()
    tool.effect = "read"
    assert passes(asked(tool=tool), None)
    assert not passes(
        asked(tool=tool, policy=ToolPolicy(rules=(ToolRule(tools="disk/*", effect="destructive"),))), None
    )


def test_the_error_says_why_and_what_to_approve_and_quotes_no_argument() -> None:
    request = asked({"path": "/home/ada/secret"})
    with pytest.raises(ApprovalNeeded) as caught:
        asyncio.run(admit(request, None, book()))
    assert str(caught.value) == "delete_file was not run: it is destructive, and nobody has approved it"
    found = caught.value.request
    assert found is not None
    assert (found.tool, found.preview, found.arguments_digest) == (
        *("delete_file", PREVIEW),
        request.arguments_digest,
    )
    assert passes(found, found.grant(approver="ada", now=NOON))


def test_a_tool_has_one_digest_whatever_the_order_of_its_schema() -> None:
    tool = Delete()
    tool.spec = replace(Delete.spec, parameters=dict(reversed(SCHEMA.items())))
    assert digest(tool, connector="disk", version="1") == digest(Delete(), connector="disk", version="1")


@pytest.mark.parametrize(
    "change",
    [
        {"spec": replace(Delete.spec, name="delete_files")},
        {"spec": replace(Delete.spec, description="Deletes a file!")},
        {"spec": replace(Delete.spec, parameters={**SCHEMA, "required": ["path"]})},
        {"effect": "irreversible"},
        {"repeat": Repeat("none")},
    ],
)
def test_any_word_of_a_tool_makes_it_another(change: dict[str, Any]) -> None:
    tool = Delete()
    vars(tool).update(change)
    assert digest(tool, connector="disk", version="1") != digest(Delete(), connector="disk", version="1")
