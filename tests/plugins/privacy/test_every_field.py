"""In whatever field of a request a value stands, it leaves as a token, or the call ends and says where."""

from typing import Any

import pytest

from every_field import TABLE
from interlock import Answer, Request, Verdict
from interlock.protocols import GuardCall, RestoreCall
from interlock.requests.passages import passages, rewritten
from interlock_privacy import Privacy

CARD = "4111111111111111"
ROWS = {
    f"{kind.__name__}.{name}": row
    for kind, rows in TABLE.items()
    for name, row in rows.items()
    if kind is not Answer and isinstance(row, tuple)
}
PRIVACY = Privacy(Privacy.options(unseen="pass"))


def asked(request: Request) -> Verdict:
    verdict = PRIVACY.inspect(GuardCall(passages=passages(request), request=request))
    assert isinstance(verdict, Verdict)
    return verdict


@pytest.mark.parametrize("field", ROWS)
def test_no_field_takes_a_value_out(field: str) -> None:
    how, plant = ROWS[field]
    request: Request = plant(CARD)
    assert any(CARD in each.text for each in passages(request))
    verdict = asked(request)
    if how == "read":
        where = next(each.where for each in passages(request) if CARD in each.text)
        assert (verdict.action, verdict.category, verdict.where) == ("block", "card", where)
        assert where in verdict.reason
        return
    sealed = rewritten(request, verdict.texts)
    assert all(CARD not in each.text for each in passages(sealed))


@pytest.mark.parametrize(
    "field", ["ToolCall.id", "ToolResult.id", "Message.name", "Output.name", "Image.url", "Image.name"]
)
def test_where_a_vendor_takes_few_signs_a_token_has_no_brackets(field: str) -> None:
    texts = asked(ROWS[field][1](CARD)).texts
    assert texts
    assert all("<" not in text and "CARD_" in text for text in texts.values())


def test_a_calls_id_and_its_results_stay_the_same_one() -> None:
    call: Any = ROWS["ToolCall.id"][1](CARD)
    result: Any = ROWS["ToolResult.id"][1](CARD)
    request = Request((*call.messages, *result.messages))
    sealed = rewritten(request, asked(request).texts)
    assert sealed.messages[0].tool_calls[0].id == sealed.messages[1].parts[0].id  # type: ignore[union-attr]


@pytest.mark.parametrize("field", [name for name in TABLE[Answer] if isinstance(TABLE[Answer][name], tuple)])
def test_every_field_of_an_answer_gives_the_value_back(field: str) -> None:
    verdict = asked(Request(CARD))
    (token,) = verdict.texts.values()
    for each in passages(TABLE[Answer][field][1](token)):
        restored = PRIVACY.restore(RestoreCall(text=each.text, kept=verdict.kept))
        assert restored == each.text.replace(token, CARD)
