"""What texts made to be slow are made of, by being repeated."""

import random
import re

from interlock_privacy.detection.context import HAN
from interlock_privacy.detection.detector import NUMBERS
from interlock_privacy.detection.phrases import PERSON, TAX

PIECES = [
    *("a@", "1 ", "+1-", "DE00 ", "a", "1", "@", ".", "-", " ", "1.", "1-", "a1", "1a ", "12 345 ", "1234 "),
    *(
        "123-45-",
        "NIP NIP ",
        "PESEL: ",
        "NIP1",
        "password=",
        "a:b@",
        "://a:",
        "eyJ",
        "sk-",
        "::",
        "1:",
        "a.b@c.",
    ),
    *(
        "-----BEGIN ",
        "\u00e9@",
        "\uff11",
        "\u53f7",
        "P<<",
        "(1) ",
        "\u200b1",
        "x@y.zz ",
        "2024-01-01 ",
        "AA11",
    ),
    *(
        "4111 1111 1111 1111 ",
        "ABCDEF123 ",
        "44051401359 ",
        "=:",
        "key: ",
        "4 1 1 1 ",
        "DE89 ",
        "1\n",
        "+48 ",
    ),
    *("00 ", "0-0-0-", "123.123."),
    *(
        "tax id ",
        "national id 1",
        "tax number is is ",
        "身份证",
        "tax 1234567 ",
        "id no: 123456 ",
        "身份证123456",
    ),
]

LABELS = sorted(
    {label.strip("*").replace("+", " ").replace(HAN, "我") for rule in NUMBERS for label in rule.labels}
)
PHRASES = [" ".join(each.split()).replace("*", "") for each in f"{PERSON};{TAX}".split(";")]
_DIGIT = re.compile("[0-9]")
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x3A)})
FRAGMENTS = (
    *(
        "a@b",
        "a@b.co",
        "://",
        "a:b@",
        "postgres://a:b@c",
        "http://",
        "sk-",
        "ghp_",
        "AKIA",
        "eyJ",
        "eyJhbGciOi.",
    ),
    *(
        "password",
        "token",
        "api_key",
        "secret",
        "Bearer ",
        "-----BEGIN ",
        "P<",
        "I<",
        "1.2.3.4",
        "1::",
        "aa:bb:",
    ),
    *("00:1a:", "-0a-", "key-", "pass=x1y2", "\u4e01", "\u306e", "\u00e9", "\u200b", "\uff21", "\u0660"),
)
SIGNS = " \n\t-./:=@+#,;()<>_'\"|\u3000"


def units(seed: int, count: int) -> list[str]:
    """As many short pieces of every kind, made from a seed."""
    rng = random.Random(seed)
    return [_unit(rng) for _ in range(count)]


def fresh(unit: str, size: int) -> str:
    """The unit repeated, with other digits each time, so that nothing that was read before is there again."""
    rng = random.Random(unit)
    text = (unit * (size // len(unit) + 1))[:size]
    return _DIGIT.sub(lambda _: rng.choice("0123456789"), text)


def _unit(rng: random.Random) -> str:
    way = rng.randrange(8)
    if way < 4:
        label = rng.choice((LABELS, PHRASES)[way % 2])
        glue = rng.choice(("", "", " ", ": ", "=", "-", "\n", "是", " is ", " no. "))
        return rng.choice((label + glue + _number(rng), label + glue + _number(rng) + " ", label + glue))
    if way == 4:
        return _number(rng) + rng.choice((" ", "-", "", "\n", ", ", "は"))
    if way == 5:
        return "".join(
            rng.choice((rng.choice(FRAGMENTS), rng.choice(SIGNS))) for _ in range(rng.randint(1, 3))
        )
    if way == 6:
        return "".join(
            rng.choice("01aAZ") + rng.choice(("", rng.choice(SIGNS))) for _ in range(rng.randint(1, 4))
        )
    return rng.choice(FRAGMENTS) + rng.choice(("", _number(rng))) + rng.choice(("", rng.choice(SIGNS)))


def _number(rng: random.Random) -> str:
    """Digits, in groups or not, full-width or not, or a country's code and digits."""
    digits = "".join(
        rng.choice("0123456789") for _ in range(rng.choice((1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 16, 26)))
    )
    if rng.random() < 0.3:
        sign = rng.choice(" -./")
        digits = sign.join(digits[at : at + 3] for at in range(0, len(digits), 3))
    if rng.random() < 0.2:
        digits = rng.choice(("PL", "DE", "+48", "A", "X1")) + digits
    return digits.translate(WIDE) if rng.random() < 0.15 else digits
