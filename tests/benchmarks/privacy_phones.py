"""How many telephone numbers are found, and how many other numbers are taken for some.

`uv run --with phonenumberslite python tests/benchmarks/privacy_phones.py [seed …] [--design] [--show]`

Makes, from each seed, texts in 38 languages with valid telephone numbers of 66 regions, as
the library phonenumbers knows and writes them, and with numbers of other things in the same sizes and groups,
named and not. Prints recall and precision, how each way of writing and each region does, and which other
numbers are taken for telephone numbers.

`--names FOLDER` takes names instead that translators wrote: those of numbers and of telephones in a checkout
of snipe-it (github.com/snipe/snipe-it, AGPL-3.0), in some sixty languages; those that are as in English are
left out of the others.

Sentences and names stand in `phone_sentences.py`. `--design` takes those of even places, which were looked at
while rules were written; without it, the others. `--show` prints what was missed and what was wrong.
"""

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import phonenumbers
from phone_sentences import LANGUAGES
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from interlock_privacy.detection import Detector

SEED = 4_001
WIDE = {code: chr(code + 0xFEE0) for code in (*range(0x30, 0x3A), 0x2B, 0x2D)}
TYPES = (PhoneNumberType.MOBILE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
# Keys of snipe-it's translations.
FOREIGN = (
    *("serial", "serial_number", "order", "order_number", "tag", "asset_tag", "model_number", "model_no"),
    *("employee_num", "employee_number", "license_serial", "license_key", "purchase_order", "zip"),
)
FOREIGN_PHONES = ("phone", "mobile")
# Sentences that put a number of another thing and a telephone number beside each other.
BOTH = (
    "{name}: {other}. {phone}",
    "{phone} {name}: {other}.",
    "{name} {other}; {phone}",
    "{phone}\n{name} {other}\n",
    "| {name} | {other} |\n| {phone} |",
    "{phone} ({name} {other})",
)
# The same with the number of another thing alone.
NAMED = (
    "{name}: {other}",
    "{name} {other}.",
    "{name}={other};",
    '{{"{name}": "{other}"}}',
    "OK, {name} {other}, 2 x 5.",
)


class Text(NamedTuple):
    """A text, what each telephone number in it is, and what else is in it."""

    text: str
    phones: list[tuple[str, str, int, int]]
    other: str


def number(rng: random.Random, region: str) -> phonenumbers.PhoneNumber:
    """A valid number of the region: an example with other digits behind its first three."""
    example = phonenumbers.example_number_for_type(region, rng.choice(TYPES))
    national = str(example.national_number)
    for _ in range(400):
        kept = rng.choice((2, 3, 4))
        digits = national[:kept] + "".join(rng.choice("0123456789") for _ in national[kept:])
        tried = phonenumbers.PhoneNumber(
            country_code=example.country_code,
            national_number=int(digits),
            italian_leading_zero=example.italian_leading_zero,
        )
        if phonenumbers.is_valid_number_for_region(tried, region):
            return tried
    return example


def written(rng: random.Random, each: phonenumbers.PhoneNumber) -> tuple[str, str]:
    """How it is written, and in which way."""
    national = phonenumbers.format_number(each, PhoneNumberFormat.NATIONAL)
    abroad = phonenumbers.format_number(each, PhoneNumberFormat.INTERNATIONAL)
    way = rng.choice(
        (
            *("national", "national", "national", "national bare", "national marks"),
            *("abroad", "e164", "00", "full width"),
        )
    )
    if way == "national":
        return way, national
    if way == "national bare":
        return way, "".join(filter(str.isdigit, national))
    if way == "national marks":
        mark = rng.choice("-./ ")
        return way, "".join(mark if each in " -" else each for each in national)
    if way == "abroad":
        return way, abroad
    if way == "e164":
        return way, phonenumbers.format_number(each, PhoneNumberFormat.E164)
    if way == "00":
        return way, "00" + rng.choice(("", " ")) + abroad[1:]
    return way, national.translate(WIDE)


def half(listed: tuple[str, ...], *, design: bool) -> tuple[str, ...]:
    return listed[0 if design else 1 :: 2]


def digits(rng: random.Random, count: int) -> str:
    return str(rng.randrange(1, 10)) + "".join(str(rng.randrange(10)) for _ in range(count - 1))


def other_number(rng: random.Random, region: str) -> str:
    """A number of another thing: bare, in groups, or just as the region writes its telephone numbers."""
    way = rng.randrange(5)
    if way == 0:
        return written(rng, number(rng, region))[1].removeprefix("+").lstrip("0 ")
    if way == 1:
        return rng.choice("-. /").join(digits(rng, rng.choice((2, 3, 3, 4, 4))) for _ in range(3))
    if way == 2:
        return rng.choice(("", "0")) + digits(rng, rng.randrange(8, 12))
    return digits(rng, rng.randrange(6, 14))


def structures(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Numbers that no word need name: what they are, and a text."""

    def some(count: int) -> str:
        return digits(rng, count)

    def hexes(count: int) -> str:
        return "".join(rng.choice("0123456789abcdef") for _ in range(count))

    day, month, year = rng.randrange(10, 29), rng.randrange(10, 13), rng.randrange(1990, 2030)
    hour, minute = rng.randrange(10, 24), rng.randrange(10, 60)
    yield "isbn", f"ISBN 978-{some(1)}-{some(3)}-{some(5)}-{some(1)}, 9{some(9)}"
    yield "issn", f"ISSN {some(4)}-{some(4)}, vol. 12"
    yield "ean", f"EAN {some(13)} | 590{some(10)}"
    yield "coordinates", f"at {some(2)}.{some(6)}, -{some(2)}.{some(7)}"
    yield "timestamp", f"{year}{month}{day}{hour}{minute} {year}-{month}-{day} {hour}:{minute}:10.{some(6)}"
    yield "timestamp", f"ts 17{some(8)} / 17{some(11)}"
    yield "timestamp", f"IMG_{year}{month}{day}_{hour}{minute}30.jpg, {day}.{month}.{year} {hour}.{minute}"
    yield "amount", f"{some(3)} {some(3)} {some(3)} EUR, ${some(3)},{some(3)},{some(3)}"
    yield "amount", f"sum {some(2)} {some(3)} {some(3)},{some(2)} and {some(1)}.{some(3)}.{some(3)}"
    yield "version", f"v{some(2)}.{some(3)}.{some(4)} build {some(7)}, {some(1)}.{some(2)}.{some(5)}"
    yield (
        "address of a machine",
        f"{some(2)}.{some(3)[:2]}.{some(2)}.{some(2)}:8080 00:1a:2b:{some(2)}:4d:{some(2)}",
    )
    yield "uuid", f"{some(8)}-{some(4)}-4{some(3)}-8{some(3)}-{some(12)}"
    yield "hash", f"sha {hexes(40)} {some(7)}{hexes(5)}"
    yield "law", f"§ {some(3)}a BGB, Az. {some(1)} ZR {some(3)}/{some(2)}, Reg. (EU) {year}/{some(4)}"
    yield (
        "law",
        f"Dz.U. {year} nr {some(3)} poz. {some(4)}; art. {some(3)} ust. 2; II SA/Wa {some(4)}/{some(2)}",
    )
    yield "account", f"sort code {some(2)}-{some(2)}-{some(2)} account {some(8)}"
    yield "account", f"BLZ {some(8)}, Konto {some(10)}"
    yield "code", f"{rng.choice('ABCDEFG')}{some(3)}-{some(3)}-{some(4)}, PN-{some(3)}-{some(3)}-{some(4)}"
    yield "code", f"#{some(8)}, PR #{some(7)}, JIRA-{some(6)}, {some(4)}-{some(4)}-{some(4)}x"
    yield "list", f"[{some(9)}, {some(9)}, {some(10)}] + {some(10)} = {some(11)}"
    yield "list", f"rows {some(3)} {some(3)} {some(3)} {some(4)} {some(3)} {some(3)} {some(4)}"
    yield "fraction", f"0.{some(9)} and {some(1)}.{some(10)} and {some(3)},{some(9)}"
    yield "range", f"pages {some(4)}-{some(4)}, ids {some(8)}-{some(8)}"
    yield "csv", f"{some(9)},{some(9)},ok\n{some(10)};{some(3)};no"


def texts(seed: int, *, design: bool) -> Iterator[Text]:
    rng = random.Random(seed)
    for language, (regions, spoken, silent, names) in LANGUAGES.items():
        for region in regions.split():
            for sentence in half(spoken, design=design) * 4:
                way, phone = written(rng, number(rng, region))
                text = sentence.format(phone)
                at = text.index(phone)
                yield Text(text, [(f"{way}, named", region, at, at + len(phone))], "")
                name = rng.choice(half(names, design=design))
                other = other_number(rng, region)
                way, phone = written(rng, number(rng, region))
                text = rng.choice(BOTH).format(name=name, other=other, phone=sentence.format("\0"))
                at = text.index("\0")
                text = text.replace("\0", phone)
                yield Text(
                    text, [(f"{way}, beside another", region, at, at + len(phone))], f"{language}, beside"
                )
            for sentence in half(silent, design=design) * 4:
                way, phone = written(rng, number(rng, region))
                text = sentence.format(phone)
                at = text.index(phone)
                yield Text(text, [(f"{way}, unnamed", region, at, at + len(phone))], "")
        for name in half(names, design=design):
            for frame in NAMED:
                other = other_number(rng, rng.choice(regions.split()))
                yield Text(frame.format(name=name, other=other), [], f"{language}, named")
    for _ in range(20):
        for kind, text in structures(rng):
            yield Text(text, [], kind)


def translated(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Language, key and name."""
    entry = re.compile(rf"'({'|'.join((*FOREIGN, *FOREIGN_PHONES))})'\s*=>\s*'([^':]+)'")

    def names(path: Path) -> set[tuple[str, str]]:
        texts = [each.read_text("utf-8") for each in sorted(path.rglob("*.php"))]
        return {(key, name.strip()) for text in texts for key, name in entry.findall(text)}

    english = {name for _, name in names(folder / "resources/lang/en-US")}
    for path in sorted((folder / "resources/lang").iterdir()):
        for key, name in sorted(names(path)):
            if path.name.startswith("en-") or name not in english:
                yield path.name, key, name


def foreign(folder: Path, seed: int) -> Iterator[Text]:
    rng = random.Random(seed)
    for language, key, name in translated(folder):
        region = language[-2:]
        if phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE) is None:
            continue
        for frame in NAMED[:4] * 2:
            if key in FOREIGN_PHONES:
                way, phone = written(rng, number(rng, region))
                text = frame.format(name=name, other=phone)
                at = text.index(phone, len(name))
                yield Text(text, [(f"{way}, named", region, at, at + len(phone))], "")
            else:
                text = frame.format(name=name, other=other_number(rng, region))
                yield Text(text, [], f"{language}, named")


def main() -> None:
    design, show = "--design" in sys.argv, "--show" in sys.argv
    seeds = [int(each) for each in sys.argv[1:] if each.isdigit()] or [SEED]
    names = Path(sys.argv[sys.argv.index("--names") + 1]) if "--names" in sys.argv else None
    detector = Detector()
    ways, regions, others, wrongs = Counter(), Counter(), Counter(), Counter()
    for seed in seeds:
        for text, phones, other in texts(seed, design=design) if names is None else foreign(names, seed):
            seen = [each for each in detector.find(text) if each.kind == "phone"]
            for way, region, start, end in phones:
                hit = any(each.start < end and start < each.end for each in seen)
                ways[way, hit] += 1
                if not way.endswith("unnamed") or way.startswith(("abroad", "e164", "00")):
                    regions[region, hit] += 1
                if show and not hit and not way.endswith("unnamed"):
                    print("missed", region, way, repr(text[start:end]), "in", repr(text))
            wrong = [
                each
                for each in seen
                if not any(each.start < end and start < each.end for _, _, start, end in phones)
            ]
            others[other] += bool(other)
            wrongs[other] += bool(wrong)
            if show:
                for each in wrong:
                    print("wrong", other, each.rule, repr(text[each.start : each.end]), "in", repr(text))
    report(seeds, ways, regions, others, wrongs)


def report(seeds: list[int], ways: Counter, regions: Counter, others: Counter, wrongs: Counter) -> None:
    def recall(counts: Counter, name: str) -> str:
        right, missed = counts[name, True], counts[name, False]
        return f"{right}/{right + missed} ({right / max(1, right + missed):.3f})"

    print(f"seeds {seeds}")
    for way in sorted({way for way, _ in ways}):
        print(f"  {way:32} found {recall(ways, way)}")
    print("  regions, named or with their country:")
    worst = sorted(
        {each for each, _ in regions},
        key=lambda each: regions[each, True] / max(1, regions[each, True] + regions[each, False]),
    )
    print("   ", ", ".join(f"{each} {recall(regions, each)}" for each in worst))
    print("  texts with a number of another thing, of which one was taken for a telephone number:")
    print(f"    {sum(wrongs[each] for each in others if each)} of {sum(others.values())}")
    listed = sorted((each for each in others if each), key=lambda each: -wrongs[each] / others[each])
    print("   ", ", ".join(f"{each} {wrongs[each]}/{others[each]}" for each in listed))
    named = [way for way in ways if not way[0].endswith("unnamed")]
    unnamed = [way for way in ways if way[0].endswith("unnamed")]
    wrong = sum(wrongs.values())
    for name, listed in (("named", named), ("unnamed", unnamed), ("all", [*named, *unnamed])):
        right = sum(ways[each] for each in listed if each[1])
        total = sum(ways[each] for each in listed)
        precision = "" if name == "unnamed" else f", precision {right / (right + wrong):.3f}, {wrong} wrong"
        print(f"  {name}: recall {right}/{total} = {right / max(1, total):.3f}{precision}")


if __name__ == "__main__":
    main()
