"""GuardrailConformance: a guardrail that breaks a rule fails that rule's test."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any
from unittest import SkipTest

import pytest

from interlock import Answer, GuardrailError, Message, Text
from interlock.protocols import GuardCall
from interlock.testing import GuardrailConformance, rules_of
from interlock.testing.running import run_rules
from interlock.types.messages import Part, ToolCall

RULES = rules_of(GuardrailConformance)
FOR_STOPPERS = {"test_changes_nothing_where_it_hides_nothing", "test_stops_what_must_not_pass"}
ADDRESS = re.compile(r"(?<![a-z])[a-z]{1,64}@[a-z.]{1,64}")


def mapped(part: Part, change: Callable[[str], str]) -> Part:
    if isinstance(part, Text):
        return replace(part, text=change(part.text))
    if isinstance(part, ToolCall):
        return replace(part, arguments=json.loads(change(json.dumps(dict(part.arguments)))))
    return part


class Masks:
    """Hides addresses and gives them back."""

    api = 1
    name = "masks"

    def before(self, call: GuardCall) -> tuple[Sequence[Message], Any]:
        found = [name for m in call.request.messages for name in ADDRESS.findall(m.text)]
        kept = {name: f"ADDRESS_{number}" for number, name in enumerate(dict.fromkeys(found))}

        def hide(text: str) -> str:
            return ADDRESS.sub(lambda match: kept.get(match[0], "ADDRESS"), text)

        messages = [
            replace(m, content=tuple(mapped(part, hide) for part in m.parts)) for m in call.request.messages
        ]
        return messages, kept

    def after(self, call: GuardCall) -> Answer:
        def show(text: str) -> str:
            for name, mask in call.restore.items():
                text = text.replace(mask, name)
            return text

        return replace(call.answer, parts=tuple(mapped(part, show) for part in call.answer.parts))


class Kit(GuardrailConformance):
    examples = ("Write to ada@example.com, then to bob@example.com.", "Is cy@example.org right?")
    hidden = ("ada@example.com", "cy@example.org")

    def __init__(self, guardrail: Any, **changes: Any) -> None:
        self.guardrail = guardrail
        vars(self).update(changes)


@pytest.mark.parametrize("rule", RULES)
def test_a_guardrail_that_keeps_the_contract_passes(rule: str) -> None:
    finding = next(each for each in run_rules(Kit(Masks())) if f"test_{each.rule}".replace(" ", "_") == rule)
    assert finding.result == ("left out" if rule in FOR_STOPPERS else "passed"), finding.reason


class Waits(Masks):
    async def before(self, call: GuardCall) -> Any: ...


class TextsAlone(Masks):
    def before(self, call: GuardCall) -> Any:
        return [Message(m.role, m.text) for m in call.request.messages], {}


class LastOnly(Masks):
    def before(self, call: GuardCall) -> Any:
        messages, kept = super().before(call)
        return messages[-1:], kept


class Blind(Masks):
    def before(self, call: GuardCall) -> Any:
        return call.request.messages, {}


class NeverGivesBack(Masks):
    def after(self, call: GuardCall) -> Answer:
        return call.answer


class TextOnly(Masks):
    def after(self, call: GuardCall) -> Answer:
        whole = super().after(call)
        return replace(
            whole,
            parts=tuple(
                old if isinstance(old, ToolCall) else new
                for old, new in zip(call.answer.parts, whole.parts, strict=True)
            ),
        )


class Remembers(Masks):
    """Keeps the last call's masks in itself."""

    def before(self, call: GuardCall) -> Any:
        messages, self.kept = super().before(call)
        return messages, None

    def after(self, call: GuardCall) -> Answer:
        return super().after(replace(call, restore=self.kept))


class Rebuilds(Masks):
    def after(self, call: GuardCall) -> Answer:
        return Answer(parts=super().after(call).parts, finish_reason="stop")


class Flattens(Masks):
    def after(self, call: GuardCall) -> Answer:
        return replace(call.answer, parts=(Text(super().after(call).text),))


class Prints(Masks):
    def before(self, call: GuardCall) -> Any:
        for message in call.request.messages:
            message.text.encode()
        return super().before(call)


class StopsEverything(Masks):
    def before(self, call: GuardCall) -> Any:
        raise ValueError("no")


@pytest.mark.parametrize(
    ("guardrail", "rule", "sentence"),
    [
        (object(), "is_a_guardrail", "it needs api, name, before, after"),
        (Waits(), "is_a_guardrail", "before must not be a coroutine function"),
        (LastOnly(), "loses_no_message", "messages were given and 1 came out"),
        (TextsAlone(), "loses_no_message", r"held \['Text', 'Image'\], and now holds \['Text'\]"),
        (StopsEverything(), "loses_no_message", "a harmless request was stopped by ValueError"),
        (Blind(), "hides_what_must_not_leave", "'ada@example.com' must not leave"),
        (NeverGivesBack(), "gives_back_what_it_hid", "came back as 'Write to ADDRESS_0"),
        (TextOnly(), "gives_back_what_it_hid_in_a_tool_call", "a tool would be called with what stands"),
        (Remembers(), "keeps_calls_apart", "were mixed up"),
        (Rebuilds(), "hands_over_whole_answers", "usage was .* use dataclasses.replace"),
        (Flattens(), "hands_over_whole_answers", "holds nothing of its own was changed"),
        (Prints(), "survives_hostile_text", "made it raise UnicodeEncodeError"),
    ],
)
def test_a_breach_fails_its_rule(guardrail: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(guardrail), f"test_{rule}")()


class Stops(Masks):
    """Raises at a word, whoever says it."""

    def __init__(self, word: str = "Heron") -> None:
        self.word = word

    def before(self, call: GuardCall) -> Any:
        self.look(message.text for message in call.request.messages)
        return call.request.messages, None

    def after(self, call: GuardCall) -> Answer:
        self.look([call.answer.text])
        return call.answer

    def look(self, texts: Iterable[str]) -> None:
        if any(self.word in text for text in texts):
            raise GuardrailError(f"{self.word} is secret", guardrail=self.name)


class Checks(Stops):
    """Lets prompts pass and turns answers down."""

    def look(self, texts: Iterable[str]) -> None: ...

    def check(self, call: GuardCall) -> str | None:
        return "a secret word" if self.word in call.answer.text else None


class Stamps(Stops):
    def before(self, call: GuardCall) -> Any:
        return [replace(m, name="stamped") for m in call.request.messages], None


STOPPER: dict[str, Any] = {
    "cannot": {"hide": "it stops calls and changes none"},
    "examples": ("Tell me of the Egret.",),
    "hidden": (),
    "blocked": ("Tell me of the Heron.",),
}


@pytest.mark.parametrize("guardrail", [Stops(), Checks()], ids=["stops", "checks"])
def test_one_that_hides_nothing_is_held_to_all_else(guardrail: Any) -> None:
    found = {each.rule: each.result for each in run_rules(Kit(guardrail, **STOPPER))}
    assert set(found.values()) == {"passed", "left out"}
    assert {rule for rule, result in found.items() if result == "left out"} == {
        "hides what must not leave",
        "gives back what it hid",
        "gives back what it hid in a tool call",
        "keeps calls apart",
    }


def test_one_that_stops_the_kits_own_request_is_not_wrong() -> None:
    """A word of the kit's own conversation, and one of its own answer."""
    for word in ("And then?", "It rains."):
        found = run_rules(Kit(Stops(word), **{**STOPPER, "blocked": (word,)}))
        assert not [each for each in found if each.result == "failed"]


@pytest.mark.parametrize(
    ("guardrail", "changes", "rule", "sentence"),
    [
        (Stops("Egret"), {}, "changes_nothing", "an example of what it lets pass, and was stopped"),
        (Stamps(), {}, "changes_nothing", "'Tell me of the Egret.' was changed"),
        (Stops(), {"hidden": ("Egret",)}, "changes_nothing", "hidden names words that must not leave"),
        (Stops("Egret"), {}, "stops_what_must_not_pass", "'Tell me of the Heron.' must be stopped"),
        (Flattens(), {}, "hands_over_whole_answers", "holds nothing of its own was changed"),
        (Stops("Egret"), {"cannot": {}}, "gives_back", r"""says cannot = \{"hide": "why"\}"""),
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
