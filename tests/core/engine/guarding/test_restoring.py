"""An answer's texts, put back: each kind as one, names and sources too, and nothing else is touched."""

import pytest

from interlock import Answer, Citation, Image, Reasoning, Refusal, Text, ToolCall, Usage
from interlock.engine.guarding.restoring import restored


def restore(text: str) -> str:
    return text.replace("<A1>", "Alice").replace("<B2>", "Bo")


def answer(*parts: object) -> Answer:
    usage = Usage(input_tokens=1, output_tokens=2)
    return Answer(parts=parts, finish_reason="stop", usage=usage, id="r1", served_model="m")  # type: ignore[arg-type]


def test_what_is_cut_between_two_parts_is_put_together() -> None:
    """As a stream does, which joins them."""
    given = answer(Text("See <"), Reasoning("of <B"), Text("A1> and <B"), Reasoning("2>!"), Text("2>."))
    found = restored(given, restore)
    assert (found.text, found.reasoning) == ("See Alice and Bo.", "of Bo!")
    assert [type(part) for part in found.parts] == [type(part) for part in given.parts]


def test_parts_that_hold_whole_words_keep_their_own() -> None:
    found = restored(answer(Text("<A1>, "), Text("<B2>")), restore)
    assert [part.text for part in found.parts if isinstance(part, Text)] == ["Alice, ", "Bo"]


def test_sources_move_with_their_text() -> None:
    cited = Citation(quote="<A1> said", title="<B2>", start=5, end=14)
    found = restored(answer(Text("<B2>-<A1> said it", citations=(cited,))), restore)
    (part,) = found.parts
    assert isinstance(part, Text)
    (citation,) = part.citations
    assert (citation.quote, citation.title) == ("Alice said", "Bo")
    assert part.text[citation.start : citation.end] == "Alice said"


def test_arguments_are_restored_as_what_they_say() -> None:
    call = ToolCall(id="<A1>", name="look", arguments={"<A1>": ["<B2>", {"n": 1, "at": None}], "x": True})
    found = restored(
        answer(call), lambda text: text.replace("<A1>", 'a "quoted" \\ Alice').replace("<B2>", "Bo")
    )
    (made,) = found.tool_calls
    assert (made.id, made.name) == ("<A1>", "look")
    assert dict(made.arguments) == {'a "quoted" \\ Alice': ["Bo", {"n": 1, "at": None}], "x": True}


def test_two_names_never_become_one() -> None:
    call = ToolCall(id="c1", name="look", arguments={"<A1>": 1, "Alice": 2})
    with pytest.raises(ValueError, match="two keys"):
        restored(answer(call), restore)


def test_what_holds_nothing_sealed_is_the_very_same() -> None:
    picture = Image(data=b"x", media_type="image/png")
    given = answer(Reasoning("", signature="s", redacted=True), Text("a"), Text("b"), picture, Refusal("no"))
    assert restored(given, restore) is given
    given = answer(Refusal("<A1>"))
    assert restored(given, restore).refusal == "Alice"


def test_reasoning_may_be_restored_in_another_way() -> None:
    answer = Answer(parts=(Text("PERSON_1"), Reasoning("PERSON_1")), finish_reason="stop")
    found = restored(answer, lambda text: text.lower(), thoughts=lambda text: f"{text}!")
    assert (found.text, found.reasoning) == ("person_1", "PERSON_1!")
