import pytest

from interlock_privacy.detection import Detector


def test_findings_come_in_order_with_exact_places():
    text = "Write to Ada.L@Example.com, card 4111-1111-1111-1111."
    found = Detector().find(text)
    assert [(each.kind, text[each.start : each.end], each.value) for each in found] == [
        ("email", "Ada.L@Example.com", "ada.l@example.com"),
        ("card", "4111-1111-1111-1111", "4111111111111111"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada.l+news@mail.example.co.uk.", ["ada.l+news@mail.example.co.uk"]),
        ("邮箱zhang@example.com请联系", ["zhang@example.com"]),
        ("files/ada@example.com.png", ["ada@example.com"]),
        ("иван@пример.рф, zoë@example.nl", ["иван@пример.рф", "zoë@example.nl"]),
        ("package@1.2.3, @decorator, icon@2x.png, git@github.com:a/b.git, a@b", []),
        ("<mailto:ada@example.com>", ["ada@example.com"]),
    ],
)
def test_addresses_are_told_from_what_looks_like_them(text, found):
    assert [text[each.start : each.end] for each in Detector({"email"}).find(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+44 (0)20 7946 0958", ["+44 (0)20 7946 0958"]),
        ("(415) 555-2671x12 or 0048 601 234 567", ["(415) 555-2671", "0048 601 234 567"]),
        ("tel. 601 234 567 12 maja", ["601 234 567"]),
        ("2024-05-12 10:30:11 calls", []),
        ("call me at 12:30", []),
        ("手机138.0013.8000", ["138.0013.8000"]),
    ],
)
def test_telephone_numbers_end_where_they_end(text, found):
    assert [text[each.start : each.end] for each in Detector({"phone"}).find(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("password=hunter2, next", ["hunter2"]),
        ("password: please choose one", []),
        ("api_key = os.environ['API_KEY']", []),
        ('"client_secret": "q8Zr-2kLm90_pTx"', ["q8Zr-2kLm90_pTx"]),
        ("postgres://ada:pw1@db.example:5432/app.", ["postgres://ada:pw1@db.example:5432/app"]),
        ("Authorization: Bearer abcDEF1234567890abcDEF12", ["abcDEF1234567890abcDEF12"]),
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", None),
    ],
)
def test_secrets_are_told_from_words(text, found):
    seen = [text[each.start : each.end] for each in Detector({"secret"}).find(text)]
    assert seen == ([text] if found is None else found)


def test_machines_addresses_are_kinds_of_their_own():
    text = "10.20.30.40:80, fe80::1, 00-1A-2B-3C-4D-5E, 00:1a:2b:3c:4d:5f; version 1.2.3.4, 12:30:45"
    assert [text[each.start : each.end] for each in Detector({"ip_address", "mac_address"}).find(text)] == [
        "10.20.30.40",
        "fe80::1",
        "00-1A-2B-3C-4D-5E",
        "00:1a:2b:3c:4d:5f",
    ]


def test_the_zone_that_machines_read_is_a_passports():
    zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    (found,) = Detector().find(f"Scan:\n{zone}\n")
    assert (found.kind, found.rule, found.value) == ("passport", "passport.mrz", zone.replace("\n", ""))


def test_two_spellings_have_one_value():
    values = {
        Detector().find(text)[0].value
        for text in ("NIP 5260001246", "NIP: 526-000-12-46", "PL526 000 12 46", "nip５２６０００１２４６")
    }
    assert values == {"5260001246"}


def test_a_word_that_says_otherwise_is_believed_before_a_check_digit():
    assert [each.kind for each in Detector().find("PESEL 44051401359")] == ["national_id"]
    assert Detector().find("order 44051401359") == []


def test_countries_that_are_named_need_no_word_beside_their_groups():
    text = "130 692 544"
    assert Detector().find(text) == []
    assert [each.rule for each in Detector(countries={"ca"}).find(text)] == ["ca.sin"]


@pytest.mark.parametrize(
    ("asked", "near"),
    [({"kinds": ["emial"]}, "email"), ({"countries": ["plx"]}, "pl"), ({"kinds": "email"}, "email")],
)
def test_what_no_rule_knows_is_refused_with_the_nearest_name(asked, near):
    with pytest.raises(ValueError, match=near):
        Detector(**asked)


def test_values_are_in_no_representation():
    (found,) = Detector().find("ada@example.com")
    assert "ada" not in repr(found)


def test_what_stands_again_between_the_same_words_is_found_again_and_between_others_judged_anew():
    line = "the customer's NIP is 5260001246, and the order of the day is to write to them about it. "
    text = line * 12 + line.replace("NIP is", "order") + line * 12
    places = [each.start for each in Detector().find(text) if each.rule == "pl.nip"]
    assert places == [
        place
        for place in range(len(text))
        if text.startswith("5260001246", place) and "NIP is" in text[place - 7 : place]
    ]


def test_the_names_of_many_secrets_are_each_judged():
    text = "".join(
        f"a{place}_token = 'a1B2c3D4e5F6g7H8' a{place}_mixer = 'a1B2c3D4e5F6g7H8'\n" for place in range(1500)
    )
    assert len(Detector().find(text)) == 1500
