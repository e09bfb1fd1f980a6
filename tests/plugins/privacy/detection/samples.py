"""A value of every rule, made by its own check: valid in form, and given to nobody."""

import random
import string
from functools import cache

from interlock_privacy.detection.detector import NUMBERS
from interlock_privacy.detection.rules import Rule

DAYS = ("850213", "130285", "19850213", "13021985", "850253")
_SEED = 20_261
# How those begin that chance alone would not find.
_BEGIN = {
    ("cn.resident_id", "9" * 17 + "A"): "11010519491231002X",
    ("cn.uscc", "?" * 18): "91350100",
    ("ae.id", "9" * 15): "7841985",
    ("it.codice_fiscale", "?" * 16): "RSSMRA85T10A56",
    ("br.cnpj", "?" * 12 + "99"): "12A9B9C01D1",
}


@cache
def sample(rule: Rule, shape: str, seed: int = _SEED) -> str | None:
    """A value of that shape that the rule's check passes, found by trying; days are tried at each place."""
    rng = random.Random(f"{rule.name}{shape}{seed}")
    for turn in range(60_000):
        value = [_any(rng, each) for each in shape]
        if turn % 4:
            day = rng.choice(DAYS)
            at = rng.randrange(max(1, len(value) - len(day) + 1))
            if set(shape[at : at + len(day)]) == {"9"} and at + len(day) <= len(value):
                value[at : at + len(day)] = day
        begin = _BEGIN.get((rule.name, shape), "")
        text = begin + "".join(value[len(begin) :])
        if len(set(text)) > 3 and rule.check(text):
            return text
    return None


def _any(rng: random.Random, each: str) -> str:
    if each == "9":
        return rng.choice(string.digits)
    return rng.choice(string.ascii_uppercase if each == "A" else string.digits + string.ascii_uppercase)


if __name__ == "__main__":
    for each in NUMBERS:
        print(each.name, [sample(each, shape) for shape in each.shapes])
