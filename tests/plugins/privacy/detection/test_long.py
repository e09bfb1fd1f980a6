"""Secrets of any length: what is found is found to its end, in the whole and wherever a stream is cut."""

import functools
import random
import string

import pytest
from test_coming import found

from interlock_privacy.detection import Detector, Secrets

LENGTHS = [
    *range(190, 211),
    *range(250, 271),
    1_999,
    2_000,
    2_001,
    *range(16_300, 16_401, 33),
    16_384,
    40_000,
]
LETTERS = string.ascii_letters + string.digits
LINE = 64


@functools.cache
def made(size: int, letters: str = LETTERS) -> str:
    rng = random.Random(size)
    return "".join(rng.choice(letters) for _ in range(size))


def passphrase(size: int) -> str:
    value = made(size)
    return " ".join(value[at : at + 7] for at in range(0, size, 8)).ljust(size, "x")


def lines(size: int) -> str:
    value = made(size)
    return "\n".join(value[at : at + LINE] for at in range(0, size, LINE))


# A secret of some length in its text, as (before, secret, behind).
FORMS = {
    "double": lambda size: ('api_key = "', made(size), '"\nIt rains.'),
    "single": lambda size: ("client_secret='", made(size, LETTERS + "+/=,;()"), "', and more"),
    "bare": lambda size: ("api_key = ", made(size, LETTERS + "=:+"), "\nIt rains."),
    "json": lambda size: ('{"password": "', made(size), '", "n": 1}'),
    "unclosed": lambda size: ('api_key = "', made(size), "\nIt rains, and it rained."),
    "cut off": lambda size: ('It is password = "', made(size), ""),
    "cut off, bare": lambda size: ("token=", made(size), ""),
    "bearer": lambda size: ("Send Bearer ", made(size, LETTERS + "-._"), " and go."),
    "gitlab": lambda size: ("It is ", "glpat-" + made(size), " there."),
    "glued": lambda size: ("密minister", "glpat-" + made(size), "密 there."),
    "slack": lambda size: ("It is ", "xapp-1-" + made(size), "."),
    "hook": lambda size: ("", "https://hooks.slack.com/services/" + made(size), " there"),
    "azure": lambda size: ("x;", "AccountKey=" + made(size) + "==", ";y"),
    "header": lambda size: ("It is ", f"eyJ{made(size)}.eyJ{made(40)}.{made(43)}", " there."),
    "payload": lambda size: ("It is ", f"eyJ{made(20)}.eyJ{made(size)}.{made(43)}", " there."),
    "signature": lambda size: ("It is ", f"eyJ{made(20)}.eyJ{made(40)}.{made(size)}", " there."),
    "address": lambda size: ("See ", f"postgres://ada:{made(size)}@host/db", " there."),
    "user": lambda size: ("See ", f"postgres://{made(size)}:{made(20)}@host/db", " there."),
    "key": lambda size: (
        "Here:\n",
        f"-----BEGIN PRIVATE KEY-----\n{lines(size)}\n-----END PRIVATE KEY-----",
        "\nIt rains.",
    ),
    "key, cut off": lambda size: ("Here:\n", f"-----BEGIN PRIVATE KEY-----\n{lines(size)}", ""),
}
SPACED = {
    "passphrase": lambda size: ('password: "', passphrase(size), '" and more'),
    "passphrase, cut off": lambda size: ('password: "', passphrase(size), ""),
}


def secret_of(text: str, start: int, end: int) -> bool:
    """Whether nothing between the places is left."""
    return any(it.start <= start and end <= it.end for it in Secrets().find(text))


@pytest.mark.parametrize("form", [*FORMS, *SPACED])
def test_nothing_of_a_secret_is_left_however_long_it_is(form):
    for size in LENGTHS:
        if form in SPACED and size > 16_384:
            continue
        before, secret, behind = (FORMS | SPACED)[form](size)
        text = before + secret + behind
        assert secret_of(text, len(before), len(before) + len(secret.removesuffix("=="))) or _covered(
            text, before, secret
        ), size


def _covered(text: str, before: str, secret: str) -> bool:
    """The same for what is found in several pieces, or without a private key's last line."""
    end = len(before) + (secret.find("\n-----END") if "\n-----END" in secret else len(secret))
    at = len(before)
    for it in Secrets().find(text):
        if it.start > at:
            return False
        at = max(at, it.end)
    return at >= end


@pytest.mark.parametrize("form", [*FORMS, *SPACED])
def test_a_long_secret_is_found_in_a_stream_as_in_the_whole(form):
    rng = random.Random(form)
    for size in (199, 200, 201, 260, 2_001, 16_384, 20_000):
        text = "".join((FORMS | SPACED)[form](size)) + " It rained. password: hunter2-x9! it is." * 3
        whole = [(it.rule, it.start, it.end) for it in Detector(kinds=["secret"]).find(text)]
        for _ in range(3):
            near = [at + rng.randrange(-300, 300) for at in (0, 200, size, size, len(text)) for _ in range(4)]
            cuts = [max(1, each) for each in near] + [rng.randrange(1, len(text)) for _ in range(6)]
            assert list(found(text, cuts)) == whole, (size, cuts)


@pytest.mark.parametrize("form", [*FORMS, *SPACED])
def test_a_long_secret_may_be_cut_anywhere(form):
    text = "".join((FORMS | SPACED)[form](210)) + " It rained. "
    whole = [(it.rule, it.start, it.end) for it in Detector(kinds=["secret"]).find(text)]
    for cut in range(1, len(text)):
        assert list(found(text, [cut])) == whole, cut
    assert list(found(text, list(range(1, len(text))))) == whole


@pytest.mark.parametrize(
    "text",
    [
        *(
            'name = getpass("Password: ").strip()\n',
            'log("password: "+value)\n',
            'print("password: ".join(x))',
        ),
        *('{"token": "' + "It rained all day. " * 30 + '"}', 'token = "' + "a" * 300 + '"'),
        "key: " + "-" * 300,
    ],
)
def test_long_prose_and_code_are_no_secrets(text):
    assert Secrets().find(text) == []
