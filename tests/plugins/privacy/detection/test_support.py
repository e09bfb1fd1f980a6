"""What stands beside a number that passes some rule's check may speak for it, or of something else."""

import pytest

from interlock_privacy.detection import Detector

DETECTOR = Detector()
CARD, PESEL, NIP = "4111111111111111", "85021312332", "5260001246"


def found(text: str) -> list[str]:
    return [text[each.start : each.end] for each in DETECTOR.find(text)]


def test_by_themselves_a_card_and_a_pesel_are_believed():
    assert found(f"{CARD} and {PESEL}") == [CARD, PESEL]


@pytest.mark.parametrize(
    "text",
    [
        "Driver 55213457 is the newest one.",
        "The license key is 12345678.",
        "La guida 1234567 descrive il montaggio.",
        "Permis de construire 12345678",
        "The passport photo booth (12345678) is out of order.",
        "30 dni, documento 12345678",
        "social media score was 219099999",
        "The tin weighs 120 g, item 123456789",
        "uid=123456788 login ok",
        "Kasse 11, Pan Nowak, 219 09 9999",
    ],
)
def test_words_that_mean_something_else_too_name_no_number(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My driver's license number is D1234567.", "D1234567"),
        ("drivers license: D1234567", "D1234567"),
        ("Mon permis de conduire : 12AB34567", "12AB34567"),
        ("La mia patente di guida è U12345678B", "U12345678B"),
        ("prawo jazdy nr 12345/67/8901", "12345/67/8901"),
        ("водительское удостоверение 7712345678", "7712345678"),
        ("AB1234567 (passport)", "AB1234567"),
        ("What is your credit card? 38134375577528", "38134375577528"),
    ],
)
def test_two_words_together_and_directly_beside_it_name_a_number(text, value):
    assert found(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        f"SKU-{PESEL} is sold out",
        f"FV/{PESEL}",
        f"REF_{CARD}",
        f"#{PESEL}",
        f"{PESEL}/7",
        f"{CARD}-X",
        f"SN{CARD}",
        "FV 0932/01/2026 and 830916/2026",
        f"12345 678 {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]} 901",
        "från 71984470 till 25399031",
        "fra 116745 til 169032",
    ],
)
def test_a_piece_of_a_code_of_a_row_or_of_a_word_is_no_number_by_itself(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [f"see https://shop.example/users/{CARD}?v=2", f"scan-{CARD}", f"img_{CARD}", f"({CARD})", f"card{CARD}"],
)
def test_a_path_or_a_name_of_a_file_may_hold_one(text):
    assert found(text) == [CARD]


@pytest.mark.parametrize(
    "text",
    [
        f"Drawing no. {CARD}",
        f"Výkres č. {CARD}",
        f"Nr oferty: {CARD}",
        f"Número de presupuesto {CARD}",
        f"Código de artículo: {PESEL}",
        f"托盘号：{CARD}",
        f"Customer number {PESEL}",
        f"Kundennummer: {PESEL}",
    ],
)
def test_the_number_of_something_is_that_and_nothing_else(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"The number is {CARD}.",
        f"mój numer {CARD}",
        f"Your number: {CARD}",
        f"收款账号是{CARD}",
        f"Konto {CARD}",
        f"card no. {CARD}",
    ],
)
def test_a_number_of_nobody_in_particular_or_of_an_account_may_be_a_cards(text):
    assert found(text) == [CARD]


def test_a_label_speaks_for_one_number_and_for_those_that_are_added_to_it():
    assert found(f"NIP {NIP}. MPK 5252248481") == [NIP]
    assert found(f"NIP {NIP}, Nowak 5252248481") == [NIP]
    assert found(f"NIP {NIP} i 5252248481") == [NIP, "5252248481"]
    assert found(f"NIP: {NIP}, 5252248481") == [NIP, "5252248481"]


def test_a_heading_speaks_for_its_column_alone():
    table = "| name | passport | order |\n| Ada | AB1234567 | CD7654321 |"
    assert found(table) == ["AB1234567"]
    assert found("order;nip\n5252248481;5260001246\n") == [NIP]


def test_an_amount_is_no_number_of_anybody():
    assert found("SSN on file, 607 550 171,31 kr and 219099999 USD") == []


@pytest.mark.parametrize(
    ("text", "known"),
    [("ЕГН, 7523169263", True), ("да 7523169263", True), ("about 7523169263 of them", False)],
)
def test_without_a_word_a_number_is_of_a_country_whose_letters_stand_near(text, known):
    assert (found(text) == ["7523169263"]) is known


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"ID: {PESEL}", [PESEL]),
        (f"User ID {PESEL}", [PESEL]),
        (f"Tracking Id {PESEL}", []),
        (f"ID transakcji: {PESEL}", []),
        (f"Kostenstelle: {PESEL}", []),
        (f"Creditnota {CARD}", []),
        (f"Der Umsatz stieg auf {CARD} Euro", []),
    ],
)
def test_an_id_of_anything_else_and_an_amount_are_none(text, values):
    assert found(text) == values


@pytest.mark.parametrize(
    "text", ["02/3260/2020", "Drawing no. 415-555-2671", "Výkres č. 884.284.1480", "16432734\t891"]
)
def test_numbers_of_papers_and_of_cells_are_no_telephone_numbers(text):
    assert found(text) == []
