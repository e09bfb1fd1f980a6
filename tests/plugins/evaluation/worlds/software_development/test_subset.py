"""Programs in the subset do what Python does, and whatever else is written ends with a reason."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock_evaluation.worlds.software_development.subset import Failing, Program
from interlock_evaluation.worlds.software_development.subset.offered import ERRORS

PRICES = '''
"""Prices."""

from shop.rates import RATE


def total(items, off=0):
    """A sum."""
    found = 0
    for each in items:
        if each < 0:
            raise ValueError(f"negative: {each}")
        found += each
    return found * (100 - off) // 100 + RATE


def counted(words):
    found = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found


def halved(number):
    steps = 0
    while number > 1:
        number //= 2
        steps += 1
        if steps == 50:
            break
    return steps


def endless(number):
    return endless(number + 1)


def forever():
    while True:
        pass
'''
FILES = {"shop/prices.py": PRICES, "shop/rates.py": "RATE: int = 1\n", "README.md": "import os"}


def value(expression: str, files: dict[str, str] | None = None) -> Any:
    return Program(files or FILES, {"setting": {"fee": 490}.__getitem__}).evaluate(expression)


def why(expression: str, files: dict[str, str] | None = None) -> str:
    with pytest.raises(Failing) as raised:
        value(expression, files)
    return str(raised.value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("prices.total([3, 4])", 8),
        ("prices.total([50, 50], off=10)", 91),
        ("prices.counted(['a', 'b', 'a'])", {"a": 2, "b": 1}),
        ("prices.halved(9)", 3),
        ("rates.RATE + setting('fee')", 491),
        ("[x * y for x in range(3) if x for y in (1, 2)]", [1, 2, 2, 4]),
        ("{x: len(x) for x in 'a bb'.split()}", {"a": 1, "bb": 2}),
        ("f'{1234:>6}|{0.5:.2f}|{\"x\"!r}'", "  1234|0.50|'x'"),
        ("max(3, 1) if not [] else 0", 3),
        ("1 < 2 <= 2 and 'a' in 'abc' and None is None", True),
        ("[1, 2, 3][1:], (1, 2)[-1], -7 // 2, 7 % 3", ([2, 3], 2, -4, 1)),
        ("sorted({'b': 1, 'a': 2}.items())[0][1] + sum([1, 2])", 5),
        ("', '.join(['a', 'b']).upper().replace('A', 'x')", "x, B"),
        ("round(2.5) + round(-1.25, 1) + abs(-1)", 1.8),
        ("any([0, 1]) and all([1]) and bool('x')", True),
    ],
)
def test_expressions_come_to_what_they_come_to_in_python(expression: str, expected: Any) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("open('x')", "NameError: name 'open' is not defined"),
        ("().__class__", "the subset has no attribute '__class__' of a tuple"),
        ("prices.__dict__", "AttributeError: shop.prices has no '__dict__'"),
        ("'{0.__class__}'.format(1)", "AttributeError: the subset has no attribute 'format' of a str"),
        ("(lambda: 1)()", "the subset does not call lambda: 1"),
        ("__import__('os')", "NameError: name '__import__' is not defined"),
        ("2 ** 9", "the subset has no such operator: 2 ** 9"),
        ("'%999999999d' % 1", "the subset has no such operator: '%999999999d' % 1"),
        ("f'{1:>999999}'", "the subset has no format '>999999'"),
        ("[].sort", "the subset has no attribute 'sort' of a list"),
        ("prices.total([-1])", "shop/prices.py:12: ValueError: negative: -1"),
        ("prices.total()", "TypeError: total takes items, off"),
        ("prices.total([1], item=2)", "TypeError: total takes items, off"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("prices", ""),
        ("'a' * 1000000000", "MemoryError: a value with more than 10000 parts"),
        ("1000000000 * [0]", "MemoryError: a value with more than 10000 parts"),
        ("range(1000000000000)", "MemoryError: a value with more than 10000 parts"),
        ("('a' * 9999).replace('a', 'b' * 9999)", "MemoryError: a value with more than 10000 parts"),
        ("round(5, -1000000000)", "ValueError: rounds to more than 30 digits"),
        ("1" + " * 10000000000" * 4, "OverflowError: a number that is too large"),
        ("float('nan')", "OverflowError: a number that is too large"),
        ("prices.endless(1)", "shop/prices.py:35: RecursionError: endless calls itself too deeply"),
        ("prices.forever()", "shop/prices.py:39: takes more than 50000 steps"),
        ("(", "the expression: SyntaxError: '(' was never closed"),
        ("x := 1", "the expression: SyntaxError: invalid syntax"),
        ("-" * 3000 + "1", ""),
        ("not " * 900 + "1", ""),
        ("[" * 90 + "]" * 90, ""),
        ("b'a'", "the subset has no bytes: b'a'"),
        ("'\x00'", ""),
    ],
)
def test_what_is_not_of_the_subset_ends_with_a_reason(expression: str, words: str) -> None:
    if words:
        assert why(expression) == words
    else:
        with suppress(Failing):
            value(expression)


OWN = "the subset imports the program's own modules alone"
TESTS = """
from pytest import raises
from shop.prices import total
from shop import prices


def test_right():
    assert total([1, 2]) == 4


def test_wrong():
    assert total([1, 2], off=50) == 4


def test_raises():
    with raises(ValueError):
        prices.total([-1])


def test_raises_nothing():
    with raises(ValueError):
        prices.total([1])


def not_a_test():
    assert False
"""


def test_tests_are_run_and_those_that_fail_say_where_and_why() -> None:
    assert Program({**FILES, "tests/test_prices.py": TESTS}).tests() == {
        "tests/test_prices.py::test_right": "",
        "tests/test_prices.py::test_wrong": (
            "tests/test_prices.py:12: AssertionError: total([1, 2], off=50) == 4; it is 2"
        ),
        "tests/test_prices.py::test_raises": "",
        "tests/test_prices.py::test_raises_nothing": (
            "tests/test_prices.py:21: AssertionError: it did not raise ValueError"
        ),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "import os",
            "tests/test_x.py:1: ModuleNotFoundError: no module named 'os'; " + OWN,
        ),
        ("from shop.prices import tota", "tests/test_x.py:1: AttributeError: shop.prices has no 'tota'"),
        (
            "from . import x",
            "tests/test_x.py:1: ModuleNotFoundError: no module named ''; " + OWN,
        ),
        ("class A:\n    pass", "tests/test_x.py:1: the subset has no ClassDef in a module"),
        ("def test_x(:", "tests/test_x.py:1: SyntaxError: invalid syntax"),
        ("x = 1 / 0", "tests/test_x.py:1: ZeroDivisionError: division by zero"),
    ],
)
def test_a_module_that_cannot_be_read_fails_as_a_whole(text: str, words: str) -> None:
    assert Program({**FILES, "tests/test_x.py": text}).tests() == {"tests/test_x.py": words}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("x = []\n    x.append(x)\n    assert x == [x]", "tests/test_x.py:4: takes more than 50000 steps"),
        (
            "x = [1]\n    for i in range(60):\n        x = [x, x]\n    assert x == 1",
            "tests/test_x.py:4: takes more than 50000 steps",
        ),
        ("global x", "tests/test_x.py:2: the subset has no Global: global x"),
        ("import shop", "tests/test_x.py:2: the subset imports at the top of a module"),
        (
            "raise SystemExit",
            "tests/test_x.py:2: the subset raises one of " + ", ".join(ERRORS),
        ),
        (
            "with open('x'):\n        pass",
            "tests/test_x.py:2: the subset has no `with` but `with raises(ValueError):`",
        ),
        ("break", "tests/test_x.py:2: SyntaxError: `break` outside a loop"),
        ("a, b = 1", "tests/test_x.py:2: ValueError: expected 2 values, not 1"),
        ("a.b = 1", "tests/test_x.py:2: the subset assigns nothing to a.b"),
    ],
)
def test_what_a_test_may_not_do_is_named_with_its_line(body: str, words: str) -> None:
    text = f"def test_x():\n    {body}\n"
    assert Program({"tests/test_x.py": text}).tests() == {"tests/test_x.py::test_x": words}


def test_modules_may_import_each_other() -> None:
    files = {"a.py": "import b\n\ndef f():\n    return b.X\n", "b.py": "import a\n\nX = 3\n"}
    assert value("a.f()", files) == 3


PIECES = st.sampled_from(
    [
        *(
            "prices.total(",
            "prices",
            "[",
            "]",
            "(",
            ")",
            "{",
            "}",
            ",",
            ":",
            "1",
            "'a'",
            "x",
            "for x in ",
            "if ",
        ),
        *(
            "else ",
            "not ",
            "-",
            "+",
            "*",
            "/",
            "//",
            "%",
            "==",
            "<",
            "in ",
            ".upper()",
            ".append(",
            "range(",
            "len(",
        ),
        *(
            "f'{",
            "}'",
            "lambda",
            "setting('fee')",
            "10000000",
            "**",
            "int(",
            "'9' * 9000",
            "\n",
            "=",
            ".",
            "@",
        ),
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40))
def test_any_expression_has_a_value_or_a_reason(expression: str) -> None:
    with suppress(Failing):
        value(expression)


LINES = st.sampled_from(
    [
        *(
            "def test_x():",
            "    x = 1",
            "    x.append(x)",
            "    for i in range(9):",
            "        x = [x, x]",
            "    return x",
        ),
        *(
            "    assert x",
            "    raise ValueError(x)",
            "    while x:",
            "        break",
            "        x += 1",
            "import a",
            "break",
        ),
        *(
            "    x[0] = x",
            "return 1",
            "    with raises(ValueError):",
            "        pass",
            "    x = {}",
            "    x = []",
            "    else:",
        ),
    ]
)


@settings(max_examples=150)
@given(st.lists(LINES, max_size=9).map("\n".join) | st.text(max_size=60))
def test_any_module_is_tested_to_its_end(text: str) -> None:
    found = Program({"tests/test_a.py": text, "a.py": text}).tests()
    assert all(isinstance(each, str) for each in found.values())
