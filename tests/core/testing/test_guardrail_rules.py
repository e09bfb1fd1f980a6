"""GuardrailConformance: a guardrail that breaks a rule fails that rule's test."""

import asyncio
from dataclasses import replace
from typing import Any
from unittest import SkipTest

import pytest

from guards_at_work import Accounts, Forbids, Judges
from interlock import Unavailable, Verdict
from interlock.protocols import GuardCall, Release, ReleaseCall, RestoreCall
from interlock.testing import GuardrailConformance, rules_of
from interlock.testing.running import run_rules

RULES = rules_of(GuardrailConformance)


class Kit(GuardrailConformance):
    examples = ("Move it from ACC-123456 to ACC-654321.", 'Is "ACC-111111" right, <ACCOUNT_1>?')
    hidden = ("ACC-123456", "ACC-654321", "ACC-111111")

    def __init__(self, guardrail: Any, **changes: Any) -> None:
        self.guardrail = guardrail
        vars(self).update(changes)


STOPPER: dict[str, Any] = {
    "cannot": {"hide": "it stops calls and changes none"},
    "examples": ("Tell me of the Egret.",),
    "hidden": (),
    "blocked": ("Tell me of the Heron.",),
}
JUDGE: dict[str, Any] = STOPPER | {
    "said": lambda request: "yes" if "Heron" in request.messages[0].text else "no"
}
LEFT_OUT = {
    "seals": {
        "answers within its time",
        "changes nothing where it hides nothing",
        "does not pass what it could not ask about",
        "stops what must not pass",
    },
    "blocks": {
        "answers within its time",
        "does not pass what it could not ask about",
        "gives back what it hid",
        "hides what must not leave",
        "keeps calls apart",
    },
    "asks": {
        "gives back what it hid",
        "hides what must not leave",
        "holds back no more than it must",
        "keeps calls apart",
        "lets go of the whole wherever it is cut",
    },
}


@pytest.mark.parametrize(
    ("kind", "kit"),
    [("seals", Kit(Accounts())), ("blocks", Kit(Forbids(), **STOPPER)), ("asks", Kit(Judges(), **JUDGE))],
)
def test_a_guardrail_that_keeps_the_contract_passes(kind: str, kit: Kit) -> None:
    findings = run_rules(kit)
    assert not [(each.rule, each.reason) for each in findings if each.result == "failed"]
    assert {each.rule for each in findings if each.result == "left out"} == LEFT_OUT[kind]


class NoPhases(Accounts):
    phases = frozenset({"requests"})


class Hurried(Accounts):
    timeout = 0.0


class RestoresLater(Accounts):
    async def restore(self, call: RestoreCall) -> Any: ...


class Unsaid(Accounts):
    rewrites = False


class Elsewhere(Accounts):
    def inspect(self, call: GuardCall) -> Verdict:
        return Verdict(action="rewrite", texts={"messages[99]": "x"})


class Blind(Accounts):
    def inspect(self, call: GuardCall) -> Verdict:
        return Verdict(kept={})


class NoResults(Accounts):
    """Leaves what tools have returned as it is."""

    def inspect(self, call: GuardCall) -> Verdict:
        mine = tuple(each for each in call.passages if each.phase == "request")
        return super().inspect(replace(call, passages=mine))


class NeverGivesBack(Accounts):
    def restore(self, call: RestoreCall) -> str:
        return call.text


class Remembers(Accounts):
    """Keeps the last call's numbers in itself."""

    def inspect(self, call: GuardCall) -> Verdict:
        verdict = super().inspect(call)
        self.kept = verdict.kept
        return verdict

    def restore(self, call: RestoreCall) -> str:
        return super().restore(replace(call, kept=self.kept))


class Impatient(Accounts):
    """Lets everything go as it comes."""

    def release(self, call: ReleaseCall) -> Release:
        return Release(upto=len(call.text), text=self.restore(RestoreCall(text=call.text, kept=call.kept)))


class Hoards(Accounts):
    """Keeps everything until its end."""

    def release(self, call: ReleaseCall) -> Release:
        return super().release(call) if call.final else Release(upto=0)


class NeverEnds(Accounts):
    def release(self, call: ReleaseCall) -> Release:
        return Release(upto=max(0, len(call.text) - 1))


class Prints(Accounts):
    def inspect(self, call: GuardCall) -> Verdict:
        for passage in call.passages:
            passage.text.encode()
        return super().inspect(call)


class StopsEverything(Accounts):
    def inspect(self, call: GuardCall) -> Verdict:
        raise ValueError("no")


class Slow(Judges):
    async def inspect(self, call: GuardCall) -> Verdict:
        await asyncio.sleep(60)
        return Verdict()


class Trusting(Judges):
    async def inspect(self, call: GuardCall) -> Verdict:
        try:
            return await super().inspect(call)
        except Unavailable:
            return Verdict()


@pytest.mark.parametrize(
    ("guardrail", "rule", "sentence"),
    [
        (object(), "is_a_guardrail", "it needs api, name, phases, inspect"),
        (NoPhases(), "is_a_guardrail", "must be a frozenset of answer, request, tool_arguments"),
        (Hurried(), "is_a_guardrail", "timeout is 0.0"),
        (Judges(on_error="ignore"), "is_a_guardrail", "on_error is 'ignore', and must be block or pass"),
        (RestoresLater(), "is_a_guardrail", "restore must not be a coroutine function"),
        (Unsaid(), "rewrites_only_what_it_was_shown", "does not say so with rewrites = True"),
        (Elsewhere(), "rewrites_only_what_it_was_shown", r"that it was not shown: \['messages\[99\]'\]"),
        (StopsEverything(), "rewrites_only_what_it_was_shown", "a harmless text made it raise ValueError"),
        (Blind(), "hides_what_must_not_leave", "'ACC-123456' must not leave"),
        (NoResults(), "hides_what_must_not_leave", "was sent as tool_result"),
        (NeverGivesBack(), "gives_back_what_it_hid", "came back as 'Move it from <ACCOUNT_1>"),
        (Remembers(), "keeps_calls_apart", "were mixed up"),
        (Impatient(), "lets_go_of_the_whole", "cut in .*, what left was"),
        (NeverEnds(), "lets_go_of_the_whole", "a part of it is kept back"),
        (Hoards(), "holds_back_no_more_than_it_must", "none may leave before the text has ended"),
        (Prints(), "survives_hostile_text", "made it raise UnicodeEncodeError"),
        (Slow(timeout=0.01), "answers_within_its_time", "takes longer than its timeout of 0.01 s"),
        (Trusting(), "does_not_pass_what_it_could_not_ask", "was down, and the verdict is pass"),
    ],
)
def test_a_breach_fails_its_rule(guardrail: Any, rule: str, sentence: str) -> None:
    name = next(name for name in RULES if name.startswith(f"test_{rule}"))
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(guardrail), name)()


@pytest.mark.parametrize(
    ("guardrail", "changes", "rule", "sentence"),
    [
        (Forbids("Egret"), {}, "changes_nothing", "an example of what it lets pass, and was stopped"),
        (Accounts(), {"examples": ("ACC-123456",)}, "changes_nothing", "'ACC-123456' was changed"),
        (Forbids(), {"hidden": ("Egret",)}, "changes_nothing", "hidden names words that must not leave"),
        (Forbids("Egret"), {}, "stops_what_must_not_pass", "'Tell me of the Heron.' must be stopped"),
        (Forbids(), {"cannot": {}}, "gives_back", r"""says cannot = \{"restore": "why"\}"""),
    ],
)
def test_a_breach_of_one_that_hides_nothing_fails_its_rule(
    guardrail: Any, changes: dict[str, Any], rule: str, sentence: str
) -> None:
    name = next(name for name in RULES if name.startswith(f"test_{rule}"))
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(guardrail, **{**STOPPER, **changes}), name)()


def test_one_that_never_gives_back_says_why() -> None:
    kit = Kit(NeverGivesBack(), cannot={"restore": "what was masked stays masked"})
    kit.test_what_it_cannot_do_has_a_reason()
    with pytest.raises(SkipTest, match="stays masked"):
        kit.test_gives_back_what_it_hid()
