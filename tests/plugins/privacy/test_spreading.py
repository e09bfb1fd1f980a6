"""A value that is recognised once in a request is sealed wherever it stands in it."""

from collections.abc import Sequence
from typing import Any

from interlock import Message, Request, ToolCall
from interlock.protocols import GuardCall
from interlock.requests.passages import passages, rewritten
from interlock.types.findings import Finding
from interlock_privacy import Options, Privacy

NUMBER = "600 700 800"


class Labelled:
    """Recognises a number behind the word that says what it is, and `7008`, whatever is before it."""

    def find(self, text: str) -> Sequence[Finding]:
        found = []
        for value, label in ((NUMBER, "phone "), ("7008", ""), ("+44 20", "phone "), ("abc", "phone ")):
            at = text.find(label + value)
            if at >= 0:
                start = at + len(label)
                found.append(
                    Finding(kind="phone", rule="x", start=start, end=start + len(value), value=value)
                )
        return sorted(found, key=lambda each: each.start)[:1]


def sealed(*texts: Any, **options: Any) -> list[str]:
    privacy = Privacy(Options(**options), finder=Labelled())
    messages = (each if isinstance(each, Message) else Message("user", each) for each in texts)
    request = Request(tuple(messages))
    verdict: Any = privacy.inspect(GuardCall(passages=passages(request), request=request))
    return [each.text for each in passages(rewritten(request, verdict.texts))]


def test_a_number_that_a_model_repeats_in_other_words_is_sealed_in_the_next_turn() -> None:
    call = ToolCall(id="c1", name="call", arguments={"number": NUMBER})
    first, second, *_, argument = sealed(
        f"My phone {NUMBER}.", f"{NUMBER}, {NUMBER}!", Message("assistant", (call,))
    )
    token = first.removeprefix("My phone ").removesuffix(".")
    assert second == f"{token}, {token}!"
    assert argument == token


def test_what_is_part_of_a_longer_number_stays() -> None:
    assert sealed(f"phone {NUMBER}", "600 700 8001", "600 700 80")[1:] == ["600 700 8001", "600 700 80"]


def test_what_was_found_in_its_own_text_goes_before_what_is_written_alike() -> None:
    first, second = sealed(f"phone {NUMBER}", "600 7008 600 700 800")
    assert second.startswith("600 <PHONE_")
    assert second.endswith(first.removeprefix("phone "))


def test_a_value_that_does_not_begin_with_a_letter_or_digit_is_found_again() -> None:
    first, second = sealed("phone +44 20", "Call +44 20.")
    assert second == f"Call {first.removeprefix('phone ')}."


def test_what_is_too_short_to_mean_the_same_elsewhere_stays() -> None:
    assert sealed("phone abc", "It is as easy as abc.")[1] == "It is as easy as abc."
