"""Every rule, in every spelling that people use, between letters that need no space around a number."""

import pytest
from samples import sample

from interlock_privacy.detection import Detector
from interlock_privacy.detection.detector import NUMBERS

DETECTOR = Detector()
WIDE = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
)


def groups(rule, shape):
    """As its issuer writes it, else in fours, unless it is a phone's or has letters among its digits."""
    for each in rule.groups:
        if sum(each) == len(shape):
            return each
    if set(shape) != {"9"} or rule.kind == "phone":
        return None
    return (4,) * (len(shape) // 4) + ((len(shape) % 4,) if len(shape) % 4 else ())


def split(value, sizes, mark):
    parts, place = [], 0
    for size in sizes:
        parts.append(value[place : place + size])
        place += size
    return mark.join(parts)


MARKS = {"dashed": "-", "spaced": " ", "dotted": ".", "no-break spaces": "\u00a0", "unseen": "\u200b"}
SPELLED = [
    pytest.param(rule, shape, spelling, id=f"{rule.name} {shape} {spelling}")
    for rule in NUMBERS
    for shape in rule.shapes
    for spelling in ("plain", "full width", *(MARKS if groups(rule, shape) else ()))
]


@pytest.mark.parametrize(("rule", "shape", "spelling"), SPELLED)
def test_a_value_is_found_in_every_spelling_between_letters_without_spaces(rule, shape, spelling):
    value = sample(rule, shape)
    assert value is not None
    written = value.translate(WIDE) if spelling == "full width" else value
    if spelling in MARKS:
        written = split(value, groups(rule, shape), MARKS[spelling])
    text = f"请确认{rule.labels[0].replace('*', '').replace('+', ' ')}：{written}を使う"
    found = DETECTOR.find(text)
    assert [(each.kind, text[each.start : each.end]) for each in found] == [(rule.kind, written)]
    assert found[0].value.endswith(value) or value.endswith(found[0].value)
