"""A stream restores what the whole text restores, wherever it is cut and however a token is written."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_privacy.restoring import Restorer

MAIL, CARD = "ada@example.com", '41"<\\1'
SPELLED = {"k7q2abcd": MAIL, "x2yzabcd": CARD}
RESTORER = Restorer(("email", "card", "phone", "national_id"))
FORMS = {
    "exact": ("<EMAIL_k7q2abcd>", MAIL),
    "lower case": ("<email_k7q2abcd>", MAIL),
    "upper case": ("<EMAIL_K7Q2ABCD>", MAIL),
    "emphasis around": ("**<EMAIL_k7q2abcd>**", f"**{MAIL}**"),
    "emphasis within": ("<**EMAIL_k7q2abcd**>", MAIL),
    "an escaped underscore": (r"<EMAIL\_k7q2abcd>", MAIL),
    "backticks": ("`<EMAIL_k7q2abcd>`", f"`{MAIL}`"),
    "a link": ("[<EMAIL_k7q2abcd>](mailto:EMAIL_k7q2abcd)", f"[{MAIL}](mailto:{MAIL})"),
    "an address in brackets": ("<mailto:EMAIL_k7q2abcd>", f"<mailto:{MAIL}>"),
    "HTML": ("&lt;EMAIL_k7q2abcd&gt;", MAIL),
    "HTML, twice": ("&amp;lt;EMAIL_k7q2abcd&amp;gt;", MAIL),
    "HTML by number": ("&#60;EMAIL_k7q2abcd&#x3E;", MAIL),
    "JSON": (r"\u003cEMAIL_k7q2abcd\u003e", MAIL),
    "JSON, twice": (r"\\u003cEMAIL_k7q2abcd\\u003e", MAIL),
    "a URL": ("?to=%3CEMAIL_k7q2abcd%3E", f"?to={MAIL}"),
    "no brackets": ("EMAIL_k7q2abcd.", f"{MAIL}."),
    "no closing bracket": ("<EMAIL_k7q2abcd wrote", f"{MAIL} wrote"),
    "other brackets": ("[EMAIL_k7q2abcd]", f"[{MAIL}]"),
    "a space": ("<EMAIL k7q2abcd>", MAIL),
    "a hyphen": ("<EMAIL-k7q2abcd>", MAIL),
    "full width": ("＜ＥＭＡＩＬ＿ｋ７ｑ２ａｂｃｄ＞", MAIL),
    "a possessive": ("<EMAIL_k7q2abcd>'s", f"{MAIL}'s"),
    "an ending": ("EMAIL_k7q2abcdowi", f"{MAIL}owi"),
    "quotes": ('"<EMAIL_k7q2abcd>"', f'"{MAIL}"'),
    "typographic quotes": ("„‹EMAIL_k7q2abcd›”", f"„{MAIL}”"),
    "a break after the kind": ("<EMAIL_\nk7q2abcd>", MAIL),
    "a break in the code": ("<EMAIL_k7q2-\n  abcd>", MAIL),
    "another language": ("<CORREO_k7q2abcd>", MAIL),
    "another script": ("<АДРЕС_k7q2abcd>", MAIL),
    "two in a row": ("<EMAIL_k7q2abcd><CARD_x2yzabcd>", MAIL + CARD),
    "after one that is unknown": ("EMAIL_k7q2EMAIL_k7q2abcd", f"EMAIL_k7q2{MAIL}"),
    "a kind's name before it": ("email national_id_k7q2abcd", f"email {MAIL}"),
    "in HTML": ('<a href="mailto:EMAIL_k7q2abcd">', f'<a href="mailto:{MAIL}">'),
}


def streamed(pieces: Iterable[str]) -> str:
    pending, left = "", ""
    for piece in pieces:
        pending += piece
        upto, text = RESTORER.released(pending, SPELLED)
        pending, left = pending[upto:], left + text
    return left + RESTORER.restored(pending, SPELLED)


@pytest.mark.parametrize(("written", "meant"), FORMS.values(), ids=FORMS)
def test_a_token_is_known_however_it_is_written(written: str, meant: str) -> None:
    assert RESTORER.restored(f"Hm {written} so.", SPELLED) == f"Hm {meant} so."


@pytest.mark.parametrize(("written", "meant"), FORMS.values(), ids=FORMS)
def test_a_token_is_known_in_a_stream_however_it_is_cut(written: str, meant: str) -> None:
    for size in range(1, len(written) + 1):
        pieces = [written[at : at + size] for at in range(0, len(written), size)]
        assert streamed(pieces) == meant


PIECES = (
    *(written for written, _ in FORMS.values()),
    *(
        "<",
        "&",
        "\\",
        "%3",
        "&lt",
        "&amp",
        "E",
        "EMA",
        "EMAIL",
        "<EMAIL_",
        "NATIONAL_ID",
        " ",
        "\n",
        "-",
        "_",
    ),
    *(
        "k7q2",
        "abcd",
        "k7q2abcd",
        "k7q2abce",
        ">",
        "&gt;",
        "**",
        "`",
        "＜",
        "\u00ad",
        "e",
        "card",
        "ё",
        "\ud800",
    ),
)
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=12).map("".join)


@given(text=texts, cuts=st.lists(st.integers(0, 200), max_size=30))
def test_a_stream_is_what_the_whole_is(text: str, cuts: list[int]) -> None:
    ends = sorted({min(cut, len(text)) for cut in cuts} | {len(text)})
    pieces = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert streamed(pieces) == RESTORER.restored(text, SPELLED)
    assert streamed(text) == RESTORER.restored(text, SPELLED)


@given(text=st.text())
def test_what_holds_no_token_stays_as_it_is(text: str) -> None:
    assert RESTORER.restored(text, SPELLED) == text
    assert RESTORER.unknown(text, SPELLED) == 0


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("It rained all day.", ""),
        ("It rained, said the", "e"),
        ("Systems, in the main; ph", "ph"),
        ("the national", "national"),
        ("the national id", "national id"),
        ("the national id is", "national id is"),
        ("the national id is duly", ""),
        ("the email", "email"),
        ("an EMAIL_k7q2", "EMAIL_k7q2"),
        ("an EMAIL_k7q2-", "EMAIL_k7q2-"),
        ("an EMAIL_k7q2-\n  ab", "EMAIL_k7q2-\n  ab"),
        ("an EMAIL\u00ad_k7\u200bq2", "EMAIL\u00ad_k7\u200bq2"),
        ("<p>EMAIL_k7q2", "EMAIL_k7q2"),
        ("<EMAIL_k7q2abcd> and", ""),
        ("<EMAIL_k7q2abcd> <", "<"),
        ("1 < 2 & <EM", "<EM"),
        ("łapię ЕМАИЛ, łaphone", "phone"),
    ],
)
def test_only_what_may_become_a_token_is_held_back(text: str, held: str) -> None:
    upto, _ = RESTORER.released(text, SPELLED)
    assert text[upto:] == held


@pytest.mark.parametrize(
    "around", ["It rained. ", "H2O and MP3, ", "2024-07-23 ", "EMAIL_x7q2abcd ", "a<b, ", "x\n 7 "]
)
@pytest.mark.parametrize(
    "written", ["<EMAIL_k7q2abcd>", "email k7q2-\n\tabcd", "&lt;National_ID_K7Q2ABCD&gt;"]
)
def test_a_token_is_known_far_from_any_other(around: str, written: str) -> None:
    text = around * 200
    assert RESTORER.restored(f"{text}{written}{text}", SPELLED) == f"{text}{MAIL}{text}"


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_stream_is_at_most_a_token_behind(size: int) -> None:
    text = "The next email is due to the national press. " * 20
    left, pending = 0, ""
    for at in range(0, len(text), size):
        pending += text[at : at + size]
        upto, _ = RESTORER.released(pending, SPELLED)
        left, pending = left + upto, pending[upto:]
        assert len(pending) <= len("email is due")
    assert left > len(text) - len("national_id ")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("<EMAIL_k7q2abcd> and <EMAIL_k7q2abce>", 1),
        ("PHONE_a2345bcd, <phone_a2345bcd>", 2),
        ("<EMAIL_1>, <EMAIL_ADDRESS>, email messages, EMAIL_k7q2abcde, <div class_a2345bcd", 0),
        ("<CORREO_a2345bcd>", 1),
        ("(k7q2abcd), K7Q2ABCD again, ak7q2abcd", 1),
    ],
)
def test_tokens_that_nobody_knows_are_counted(text: str, count: int) -> None:
    assert RESTORER.unknown(text, SPELLED) == count


@given(text=texts, cuts=st.lists(st.integers(0, 200), max_size=30))
def test_reasoning_is_restored_to_what_is_sealed_to_the_same_again(text: str, cuts: list[int]) -> None:
    whole = RESTORER.restored(text, SPELLED, exact=True)
    left, pending = "", ""
    ends = sorted({min(cut, len(text)) for cut in cuts} | {len(text)})
    for start, end in zip([0, *ends], ends, strict=False):
        pending += text[start:end]
        upto, released = RESTORER.released(pending, SPELLED, exact=True)
        left, pending = left + released, pending[upto:]
    assert left + RESTORER.restored(pending, SPELLED, exact=True) == whole
    tokens = {MAIL: "<EMAIL_k7q2abcd>", CARD: "<CARD_x2yzabcd>"}
    if MAIL not in text and CARD not in text and "<CORREO" not in text:
        assert whole.replace(MAIL, tokens[MAIL]).replace(CARD, tokens[CARD]) == text


def test_a_token_that_reasoning_has_in_another_form_is_counted() -> None:
    text = "<EMAIL_k7q2abcd>, **EMAIL_k7q2abcd**"
    assert RESTORER.restored(text, SPELLED, exact=True) == f"{MAIL}, **EMAIL_k7q2abcd**"
    assert RESTORER.unknown(text, SPELLED, exact=True) == 1
