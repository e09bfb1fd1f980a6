"""What tells a telephone number from another number: every word that says so, and the signs around it."""

import pytest

from interlock_privacy.detection import Detector
from interlock_privacy.detection.phrases import RUN_NUMBER
from interlock_privacy.detection.things import CALLS, GOODS, THINGS

DETECTOR = Detector({"phone"})
# The first is a telephone number where a word says so; the second is written as some country writes its own.
NAMED, WRITTEN = "77012345678", "415-555-2671"


def words(listed):
    """Each as it may be written; what only ends words is given a beginning."""
    return [
        f"frobnica{each.strip('*')}" if each.startswith("*") else each.replace("*", "").replace("+", " ")
        for each in listed.split()
    ]


# Words for "number" alone are no names.
OTHERS = [each for each in words(f"{GOODS} {THINGS}") if each not in RUN_NUMBER.split()]


def found(text):
    return [text[each.start : each.end] for each in DETECTOR.find(text)]


@pytest.mark.parametrize("sentence", ["{}: {}", "{} {}", "| {} | {} |", '"{}": "{}"'])
def test_every_word_for_telephones_makes_a_number_one(sentence):
    texts = [sentence.format(word, NAMED) for word in words(CALLS)]
    assert [text for text in texts if found(text) != [NAMED]] == []


@pytest.mark.parametrize("sentence", ["{}: {}", "{} {}", "{} no. {}", "| {} | {} |", '"{}": "{}"', "{}\n{}"])
def test_every_name_of_another_number_is_believed_before_the_groups(sentence):
    texts = [sentence.format(word, WRITTEN) for word in OTHERS]
    assert [text for text in texts if found(text)] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "{name}: 70912345678. Tel. 601 234 567",
        "Tel. 601 234 567, {name}: 70912345678",
        "Tel. 601 234 567\n{name} 70912345678\n",
        "{name} 70912345678 (tel. 601 234 567)",
        "| {name} | 70912345678 |\n| phone | 601 234 567 |",
    ],
)
def test_the_nearer_of_two_names_counts(sentence):
    texts = [sentence.format(name=name) for name in OTHERS]
    assert [text for text in texts if found(text) != ["601 234 567"]] == []


@pytest.mark.parametrize(
    "text",
    [
        "Nazwa: 70912345678. Tel. 601 234 567",
        "Tel. 601 234 567. Frobnicator 70912345678",
        "Tel. 601 234 567, frobnicator 70912345678",
        "frobnicator 70912345678, tel. 601 234 567",
    ],
)
def test_a_word_speaks_for_one_number_and_not_for_what_has_a_name_that_nobody_knows(text):
    assert found(text) == ["601 234 567"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Tel. 601234567, 602345678 lub 603456789", ["601234567", "602345678", "603456789"]),
        ("Thanks for your order! 415-555-2671", ["415-555-2671"]),
        ("Call us about the invoice, 601234567", ["601234567"]),
        ("0532 123 45 67 numarasından arayın", ["0532 123 45 67"]),
        ("(415) 555-2671-Office\n089 72 63 41 office\n", ["(415) 555-2671", "089 72 63 41"]),
        ("电话订单号13812345678", []),
        ("联系电话13812345678，订单号13912345678", ["13812345678"]),
        ("お客様番号090-1234-5678、携帯080-1234-5678", ["080-1234-5678"]),
        ("전화 번호: 010-1234-5678", ["010-1234-5678"]),
        ("Order no. 0048 601 234 567", []),
    ],
)
def test_where_several_words_stand(text, numbers):
    assert found(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "A415-555-2671",
        "PN-415-555-2671",
        "415-555-2671-AB",
        "415-555-2671_2",
        "#415-555-2671",
        "10/415-555-2671",
        "rows 316 900 533 3617 247",
        "3.415 555 2671",
    ],
)
def test_a_piece_of_a_code_or_of_a_row_is_none(text):
    assert found(text) == []


@pytest.mark.parametrize("text", ["contact 110105 1985 0817 5207 now", "请联系110105 1985 0817 5207确认"])
def test_what_is_proven_is_no_telephone_number_whatever_word_is_beside_it(text):
    (whole,) = Detector().find(text)
    assert (whole.rule, text[whole.start : whole.end]) == ("cn.resident_id", "110105 1985 0817 5207")


@pytest.mark.parametrize("text", ["Charge 4111 1111 1111 1111 today", "charged to 4111-1111-1111-1111"])
def test_a_card_is_found_behind_words_that_only_begin_like_the_name_of_another_number(text):
    assert [each.kind for each in Detector().find(text)] == ["card"]
