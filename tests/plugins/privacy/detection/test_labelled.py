"""Phrases that say in general what a number is, and those that only look as if they did."""

import pytest
from samples import sample

from interlock_privacy.detection import Detector
from interlock_privacy.detection.detector import NUMBERS
from interlock_privacy.detection.phrases import PERSON, TAX

DETECTOR = Detector()
KINDS = {"national_id", "tax_id", "health_id", "company_id", "id_card"}
VALUES = [
    (rule, value)
    for rule in NUMBERS
    if rule.kind in KINDS
    for shape in rule.shapes
    if (value := sample(rule, shape))
]
SENTENCES = (
    "my national id number is {}",
    "Tax number: {}, thanks",
    '{{"nationalId": "{}"}}',
    "Meine Sozialversicherungsnummer lautet {}.",
    "我的证件号码是{}，谢谢",
    "Личный номер: {}",
)


def found(text):
    return [(each.kind, text[each.start : each.end]) for each in DETECTOR.find(text)]


def phrases(listed):
    return [" ".join(each.split()).replace("*", "") for each in listed.split(";")]


@pytest.mark.parametrize(("kind", "listed"), [("national_id", PERSON), ("tax_id", TAX)])
def test_every_phrase_is_believed_of_a_number_that_no_rule_knows(kind, listed):
    missed = [
        phrase
        for phrase in phrases(listed)
        for text in (f"{phrase}: 77Q3384915", f"{phrase.upper()} 77Q3384915")
        if found(text) != [(kind, "77Q3384915")]
    ]
    assert missed == []


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_number_of_any_country_is_found_under_a_phrase_of_none(sentence):
    missed = []
    for rule, value in VALUES:
        text = sentence.format(value)
        place = text.index(value)
        whole = [
            each
            for each in DETECTOR.find(text)
            if each.start <= place and place + len(value) <= each.end and each.kind != "phone"
        ]
        if not whole:
            missed.append((rule.name, value))
    assert missed == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("my national id number is 905361878", "nl.bsn"),
        ("tax number: 06419327584", "hr.oib"),
        ("my social security number is 1420020571", "at.svnr"),
        ("personal number 180922A437M", "fi.hetu"),
        ("national identity card no. 7733-AB-91", "national_id.labelled"),
        ("税号：77123456781", "tax_id.labelled"),
        ("call me: my personal id number is 77123456781", "national_id.labelled"),
    ],
)
def test_the_rule_is_a_countrys_where_a_check_proves_it(text, rule):
    assert [each.rule for each in DETECTOR.find(text)] == [rule]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My national id number is 270 997 125.", "270 997 125"),
        ("national id number is 77Q34567 and I moved in May 2021", "77Q34567"),
        ("<td>National ID</td><td>77Q345678</td>", "77Q345678"),
        ("| Tax ID | 77Q345678 | Paris |", "77Q345678"),
        ("national ID (old) was 77Q345678", "77Q345678"),
        ("TaxIdNumber=77Q345678", "77Q345678"),
    ],
)
def test_a_value_ends_where_it_ends(text, value):
    assert [each for _, each in found(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "national id number format has 11 digits",
        "the tax number field accepts 9999999999",
        "tax number of pages: 12",
        "tax number of entries 77123456",
        "order id 77123456781",
        "ID: 77123456781, Nr. 77123456781",
        "ticket number 77123456781",
        "vehicle identification number 77123456781",
        "product identification code 77Q345678",
        "identity card from 2020-05-12",
        "identity number 2020-05-12",
        "personal code 2020-05-12 12:30:11",
        "tax number 77123,45",
        "tax id 771234 EUR",
        "Sozialversicherung: 771234 Euro",
        "vehicle identification number 77Q345678",
        "national register of 771234 trees",
        "tax reference year 2024-2025",
        "I have a national ID. 77123456781 people have one",
        "tax id 550e8400-e29b-41d4-a716-446655440000",
        "tax id d41d8cd98f00b204e9800998ecf8427e",
        "national id 1234",
        "taxi 77123456781",
        "the tax on 77123456781",
        "personal best 77123456781",
        "订单编号77123456781",
    ],
)
def test_other_numbers_are_left(text):
    assert found(text) == []


def test_only_the_kinds_that_were_asked_for_are_found():
    text = "tax number 77Q345678, national id 88Q345678"
    assert [each.rule for each in Detector({"tax_id"}).find(text)] == ["tax_id.labelled"]
    assert Detector({"email"}).find(text) == []


def test_a_phrase_is_read_whole_wherever_the_text_before_it_was_last_read():
    for gap in range(40, 80):
        text = f"(415) 555-2671, {'x' * gap} करदाता पहचान number is 8719358296"
        assert found(text)[-1] == ("tax_id", "8719358296")
