"""What the shape of a text shows, and what only looks like it."""

import pytest

from interlock.classifiers import signals
from interlock.classifiers.signals import signals_of


def labels(text: str) -> set[str]:
    return {label for _, _, label in signals_of(text)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Traceback (most recent call last):", "stack trace"),
        ("It broke:\n    at com.shop.Cart.add(Cart.java:12)\n", "stack trace"),
        (" at com.shop.Cart.add(Cart.java:12)", "stack trace"),
        ("x:\n\nat Cart.add(Cart.java:12)  \nmore", "stack trace"),
        ('see (this)\n  File "cart.py", line 12', "stack trace"),
        ("thread 'main' panicked at src/main.rs:4:", "stack trace"),
        ("error[E0382]: borrow of moved value", "stack trace"),
        ("SELECT name, id FROM users WHERE 1", "SQL statement"),
        ("UPDATE users SET name = 'x'", "SQL statement"),
        ("select name,\n   id\nfrom users\nwhere id", "SQL statement"),
        ("@@ -1,4 +1,5 @@", "diff hunk"),
        ("const x = 3", "program code"),
        ("if (a == b) { stop(); }", "program code"),
        ("for item in range(3):", "program code"),
        ("rename total_sum please", "identifiers or file names"),
        ("rename totalSum please", "identifiers or file names"),
        ("call run() now", "identifiers or file names"),
        ("look at main.py", "identifiers or file names"),
        ("in C++ or C#", "programming language"),
        ("what is 3 + 4 = ?", "formula"),
        ("3x² + 2", "formula"),
        ("let x^2 be", "formula"),
        ("sin(x) and f(x) = 3", "formula"),
        ("log_2(x)", "formula"),
        ("X ~ N(0, 1)", "formula"),
        ("so y = 5", "formula"),
        ("dy/dx", "formula"),
        ("12 km/h and 3 kg", "quantities with units"),
        ("it costs € 5", "quantities with units"),
        ("within 200 ms", "a limit in milliseconds"),
        ("DE89 3704 0044 0532 0130 00", "an account number of an EU country"),
        ("name, age, city\nAnn, 3, Bonn\n", "table"),
        ("| a | b |\n| --- | --- |\n", "table"),
        ("é\nname;age;city\nAnn;drei;Bonn\n", "table"),
    ],
)
def test_shapes(text: str, label: str):
    assert label in labels(text)
    assert label in labels(f"Look at this, please:\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "Meet me at home (or at the bar) today",
        "please select a dress from the catalogue",
        "The SELECTED few came FROM afar; all was well",
        "A lecture at noon, and dinner at eight",
        "Bread, milk, eggs\nand butter",
        "The reconst and outlet words print well",
        "Please call me on 2024-05-06",
        "ADE89 is no account",
        "1234567 mstopped",
    ],
)
def test_what_shows_nothing(text: str):
    assert not labels(text)


def test_each_kind_speaks_once_and_much_of_it_no_louder():
    few = signals_of("const a = 1\n" * 5)
    many = signals_of("const a = 1\n" * 100)
    assert [label for _, _, label in few].count("program code") == 1
    assert [weight for _, weight, label in few if label == "program code"] == [5.0]
    assert [weight for _, weight, label in many if label == "program code"] == [5.0]


@pytest.mark.parametrize("table", [signals._LITERALS, signals._MESSAGES])
def test_what_is_looked_for_first_is_part_of_what_it_stands_for(table):
    assert [(part, text) for part, texts in table.items() for text in texts if part not in text] == []


@pytest.mark.parametrize("message", [text for texts in signals._MESSAGES.values() for text in texts])
def test_every_error_message_is_found_in_a_sentence(message):
    assert "error message" in [source for _, _, source in signals_of(f"it said x{message}x and stopped")]
