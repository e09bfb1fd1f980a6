"""How many numbers of business are taken for personal data.

`uv run python tests/benchmarks/privacy_wrong.py [seed …] [--design] [--hard] [--show] [--names FOLDER]`

Makes, from each seed, documents of business in the languages of `business_sentences.py`: invoices, orders,
logs, tables, price lists and mails full of numbers of things, and in each one id with its label. Whatever
else is found is wrong. Prints wrong ids per 10 kB by language, rule and kind of number, and whether the ids
were found. Telephone numbers are counted apart; addresses of machines are not asked for.

`--hard` takes only numbers whose digits pass some rule's check, of which chance gives one in many.
`--names FOLDER` takes names of numbers that translators wrote, in a checkout of invoiceninja
(github.com/invoiceninja/invoiceninja, Elastic License 2.0), in some forty languages.
`--design` takes the names, sentences and languages of even places, which were looked at while rules were
written; without it, the others. `--show` prints what was wrong and what was missed.
"""

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins/privacy/detection"))

from business_sentences import LANGUAGES
from samples import sample

from interlock_privacy.detection import Detector
from interlock_privacy.detection.checksums import luhn
from interlock_privacy.detection.detector import KINDS, NUMBERS

SEED = 7_001
RULES = {each.name: each for each in NUMBERS}
# Documents of a language and seed, and lines of a document.
DOCUMENTS, LINES = 24, 14
KEYS = (
    *("invoice_number", "po_number", "quote_number", "credit_number", "payment_number", "client_number"),
    *("transaction_reference", "transaction_id", "project_number", "task_number", "expense_number"),
    *("tracking_id", "reference", "payment_reference", "invoice_no", "quote_no", "purchase_order_number"),
    *("vendor_number", "product_key", "item", "order", "amount", "balance", "quantity", "discount"),
)
NAMED = (
    "{0}: {1}",
    "{0} {1}",
    "{0}\t{1}",
    "| {0} | {1} |",
    '{{"{0}": "{1}", "qty": 3}}',
    "{0} = {1};",
    "({0} {1})",
    "- {0}: {1}, {2}",
)
BARE = (
    "{0} | {1} | {2}",
    "{0},{1},{2},ok",
    "{0}\t{3}\t{2}",
    "[INFO] 2026-03-14 09:21:07 job={0} rows={1} took=12ms",
    "x = [{0}, {1}, 17]",
    "https://shop.example/p/{0}?v={1}",
    "{0}",
    "* {0} ({1})",
    "<Item><Code>{0}</Code><Qty>{3}</Qty></Item>",
    "{0} / {1}",
)


class Text(NamedTuple):
    """A document, what of it is an id (rule, start, end), and where which kind of number stands."""

    language: str
    text: str
    ids: list[tuple[str, int, int]]
    others: list[tuple[str, int, int]]


def digits(rng: random.Random, count: int) -> str:
    return str(rng.randrange(1, 10)) + "".join(str(rng.randrange(10)) for _ in range(count - 1))


def with_luhn(rng: random.Random) -> str:
    body = digits(rng, rng.randrange(7, 16))
    return next(body + each for each in "0123456789" if luhn(body + each))


def dated(rng: random.Random) -> str:
    year, month, day = rng.randrange(2010, 2027), rng.randrange(1, 13), rng.randrange(1, 29)
    form = rng.choice(("{0}{1:02}{2:02}", "{3:02}{1:02}{2:02}", "{2:02}{1:02}{3:02}", "{0}"))
    return form.format(year, month, day, year % 100) + digits(rng, rng.randrange(3, 8))


def ean(rng: random.Random) -> str:
    body = rng.choice(("590", "400", "690", "49", "978", "76", "0", "80")) + digits(rng, 10)
    body = body[:12]
    total = sum(int(each) * (1, 3)[place % 2] for place, each in enumerate(body))
    return body + str(-total % 10)


def grouped(rng: random.Random) -> str:
    sizes = rng.choice(
        (
            (3, 3, 3),
            (4, 4, 4),
            (3, 2, 4),
            (2, 3, 3),
            (6, 4),
            (4, 3, 3),
            (3, 3, 4),
            (5, 5),
            (2, 7),
            (2, 3, 4, 2),
        )
    )
    return rng.choice("-. /").join(digits(rng, size) for size in sizes)


def coded(rng: random.Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHKLMNPRSTVW") for _ in range(rng.randrange(1, 5)))
    form = rng.choice(
        ("{0}-{1}", "{0}{1}", "{0}/{1}", "{0}-{2}-{1}", "{0}_{1}", "{0} {1}", "{1}-{0}", "{0}.{1}")
    )
    return form.format(letters, digits(rng, rng.randrange(6, 12)), digits(rng, 2))


def slashed(rng: random.Random) -> str:
    form = rng.choice(("{0}/{1:02}/{2}", "{2}/{1:02}/{0}", "{0}/{2}", "{2}-{0}", "{1:02}/{0}/{2}"))
    return form.format(digits(rng, rng.randrange(3, 7)), rng.randrange(1, 13), rng.randrange(2015, 2027))


def amount(rng: random.Random) -> str:
    thousands = f"{rng.randrange(1_000, 900_000_000):,}"
    mark, fraction = rng.choice((",.", ".,", " ,", "'."))
    written = thousands.replace(",", mark) + fraction + digits(rng, 2)
    sign = rng.choice(("EUR", "€", "USD", "zł", "kr", "元", "円", "₽", "Kč", "Ft", "TL", "R$", "$", "£"))
    return f"{sign}{written}" if sign in ("$", "£", "R$", "€") else f"{written} {sign}"


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "bare": lambda rng: digits(rng, rng.randrange(6, 17)),
    "long": lambda rng: digits(rng, rng.randrange(16, 23)),
    "with Luhn's digit": with_luhn,
    "dated": dated,
    "barcode": ean,
    "grouped": grouped,
    "coded": coded,
    "slashed": slashed,
    "letters glued": lambda rng: rng.choice(("P", "R", "SN", "X1", "K")) + digits(rng, 8),
}
SIZES = (9, 10, 11, 12, 13, 16)


def passes(written: str, detector: Detector) -> bool:
    """Whether its digits are a value of some rule."""
    value = re.sub(r"[^0-9A-Z]", "", written)
    entry = detector._numbers.known.of(value)
    rules = {each for listed in entry.labelled.values() for each in listed} if entry else ()
    return any(each.kind != "phone" and each.check(value) for each in rules)


def another(rng: random.Random, detector: Detector, *, hard: bool) -> tuple[str, str]:
    """A number of a thing, and of which kind it is."""
    while True:
        kind = rng.choice(list(MAKERS))
        for _ in range(200):
            written = MAKERS[kind](rng)
            if not hard or passes(written, detector):
                return kind, written


def half(listed: tuple, *, design: bool) -> tuple:
    return listed[0 if design else 1 :: 2]


def spelt(rng: random.Random, name: str) -> str:
    """An id as its issuer writes it, or bare."""
    rule = RULES[name]
    while (value := sample(rule, rng.choice(rule.shapes), rng.randrange(40))) is None:
        pass
    sizes = next((each for each in rule.groups if sum(each) == len(value)), None)
    if sizes is None or rng.random() < 0.5:
        return rng.choice((*rule.prefix, "")) + value if rule.prefix else value
    parts, place = [], 0
    for size in sizes:
        parts.append(value[place : place + size])
        place += size
    return rng.choice("- ").join(parts)


class Writer:
    """Puts a document together, and keeps where numbers stand."""

    def __init__(self, rng: random.Random, detector: Detector, *, hard: bool) -> None:
        self.rng, self.detector, self.hard = rng, detector, hard
        self.text = ""
        self.ids: list[tuple[str, int, int]] = []
        self.others: list[tuple[str, int, int]] = []

    def line(self, form: str, *values: object) -> None:
        """A line whose fields are {0} to {3}: what stands in them, or a number of a thing."""
        for piece in re.split(r"(\{\w+\})", form.replace("{{", "\0").replace("}}", "\1")):
            field = piece[1:-1] if re.fullmatch(r"\{\w+\}", piece) else None
            if field is None:
                self.text += piece.replace("\0", "{").replace("\1", "}")
            elif field.isdigit() and int(field) < len(values) and values[int(field)] is not None:
                self.text += str(values[int(field)])
            elif field == "a" or (field == "2" and self.rng.random() < 0.7):
                self.text += amount(self.rng)
            elif field == "d":
                day, month, year = (
                    self.rng.randrange(1, 29),
                    self.rng.randrange(1, 13),
                    self.rng.randrange(2015, 2027),
                )
                form = self.rng.choice(
                    ("{2}-{1:02}-{0:02}", "{0}.{1}.{2}", "{0:02}/{1:02}/{2}", "{0:02}.{1:02}.{2}")
                )
                self.text += form.format(day, month, year)
            elif field in ("q", "3"):
                self.text += str(self.rng.randrange(1, 5000))
            else:
                kind, number = another(self.rng, self.detector, hard=self.hard)
                self.others.append((kind, len(self.text), len(self.text) + len(number)))
                self.text += number
        self.text += self.rng.choice(("\n", "\n", "\n", "\n\n", " "))

    def id(self, label: str, rule: str) -> None:
        written = spelt(self.rng, rule)
        self.text += label + self.rng.choice((": ", ":", " ", "\t"))
        self.ids.append((rule, len(self.text), len(self.text) + len(written)))
        self.text += written + self.rng.choice(("\n", "\n", "\n", ", ", " | "))


def texts(seed: int, detector: Detector, *, design: bool, hard: bool) -> Iterator[Text]:
    rng = random.Random(seed)
    for language, (labels, names, sentences) in LANGUAGES.items():
        for _ in range(DOCUMENTS):
            writer = Writer(rng, detector, hard=hard)
            at = rng.randrange(LINES)
            for place in range(LINES):
                if place == at:
                    writer.id(*rng.choice(labels))
                way = rng.random()
                if way < 0.45:
                    name = rng.choice(half(names, design=design))
                    writer.line(rng.choice(half(NAMED, design=design)), name)
                elif way < 0.8:
                    writer.line(rng.choice(half(sentences, design=design)))
                else:
                    writer.line(rng.choice(half(BARE, design=design)))
            yield Text(language, writer.text, writer.ids, writer.others)


def translated(folder: Path, *, design: bool) -> Iterator[tuple[str, str]]:
    """Language and name."""
    entry = re.compile(rf"'({'|'.join(KEYS)})'\s*=>\s*'([^':]+)'")
    paths = sorted((folder / "lang").glob("*/texts.php"))
    for path in half(tuple(paths), design=design):
        for name in sorted({name for _, name in entry.findall(path.read_text("utf-8"))}):
            yield path.parent.name, name


def foreign(folder: Path, seed: int, detector: Detector, *, design: bool, hard: bool) -> Iterator[Text]:
    rng = random.Random(seed)
    for language, name in translated(folder, design=design):
        writer = Writer(rng, detector, hard=hard)
        for form in NAMED:
            writer.line(form, name)
        yield Text(language, writer.text, [], writer.others)


def main() -> None:
    design, show, hard = ("--design" in sys.argv, "--show" in sys.argv, "--hard" in sys.argv)
    seeds = [int(each) for each in sys.argv[1:] if each.isdigit()] or [SEED]
    names = Path(sys.argv[sys.argv.index("--names") + 1]) if "--names" in sys.argv else None
    detector = Detector(kinds=set(KINDS) - {"ip_address", "mac_address"})
    size, rules, kinds, found, languages, sizes = 0, Counter(), Counter(), Counter(), Counter(), Counter()
    phones, others = 0, Counter()
    for seed in seeds:
        for each in (
            texts(seed, detector, design=design, hard=hard)
            if names is None
            else foreign(names, seed, detector, design=design, hard=hard)
        ):
            size += len(each.text.encode())
            sizes[each.language] += len(each.text.encode())
            others.update(kind for kind, _, _ in each.others)
            seen = detector.find(each.text)
            for rule, start, end in each.ids:
                hit = any(one.start <= start and end <= one.end and one.kind != "phone" for one in seen)
                found[hit] += 1
                if show and not hit:
                    print("missed", rule, repr(each.text[max(0, start - 40) : end + 20]))
            for one in seen:
                if any(one.start < end and start < one.end for _, start, end in each.ids):
                    continue
                if one.kind == "phone":
                    phones += 1
                    continue
                rules[one.rule] += 1
                languages[each.language] += 1
                kinds.update(kind for kind, start, end in each.others if one.start < end and start < one.end)
                if show:
                    around = each.text[max(0, one.start - 70) : one.end + 20]
                    print("wrong", one.rule, repr(each.text[one.start : one.end]), "in", repr(around))
    wrong = sum(rules.values())
    print(f"seeds {seeds}, {size / 1000:.0f} kB, {sum(others.values())} numbers of things")
    print("  by rule:", ", ".join(f"{name} {count}" for name, count in rules.most_common(25)))
    print("  by number:", ", ".join(f"{name} {kinds[name]}/{others[name]}" for name in MAKERS))
    print(
        "  by language, per 10 kB:",
        ", ".join(f"{name} {languages[name] * 10_000 / sizes[name]:.2f}" for name in sorted(sizes)),
    )
    print(f"  ids found whole {found[True]}/{sum(found.values())}")
    apart = f"telephone numbers {phones * 10_000 / size:.2f}"
    print(f"  wrong ids {wrong}: {wrong * 10_000 / size:.2f} per 10 kB; {apart}")


if __name__ == "__main__":
    main()
