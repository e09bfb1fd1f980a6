"""How much is found, and how much of it is nothing.

`uv run python tests/benchmarks/privacy_found.py [folder …]`

Makes texts from a seed: values of every rule in sentences of many languages and in many spellings, and hard
negatives, which look like values and are none. Prints recall and precision by kind, and in how many negatives
something is found.

Folders hold checkouts of pl-pii-bench or of presidio-research, whose texts others made. Half of each, by a
hash of its name, was looked at while rules were written; the other was not. Both are printed. The exit code
is 1 where our own set misses a bar of docs/privacy.md.
"""

import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins/privacy/detection"))

from samples import sample

from interlock.types.findings import Finding
from interlock_privacy.detection import Detector
from interlock_privacy.detection.checksums import iso7064_mod11_2, luhn
from interlock_privacy.detection.context import HAN
from interlock_privacy.detection.detector import NUMBERS

SEED = 11
WIDE = {code: chr(code + 0xFEE0) for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))}
# A label is put into {0}, the value into {1}.
SENTENCES = (
    "Please update my {0} {1} before Friday, thank you.",
    "{0}: {1}",
    "My {0} is {1} and I moved in May 2021.",
    "Dear team, the {0} ({1}) on the form is wrong.",
    "| name | {0} | city |\n| Ada | {1} | Paris |",
    '{{"{0}": "{1}", "count": 3}}',
    "Proszę o zmianę, {0} {1}, dziękuję.",
    "Guten Tag, meine {0} lautet {1}, bitte ändern.",
    "Bonjour, mon {0} est le {1}. Merci !",
    "Hola, mi {0} es {1}; gracias.",
    "请更新我的{0}{1}，谢谢。",
    "私の{0}は{1}です。",
    "제 {0} {1} 입니다.",
    "Добрый день, {0}: {1}.",
    "{0}={1}",
    "2024-03-01 12:30:11 INFO user updated {0} {1} ok",
)
# What says itself what it is: no label.
ALONE = (
    "Please call or write: {1}. Thanks!",
    "I paid with {1} yesterday, and again on 3 May.",
    "请查收{1}，谢谢。",
    "Ada Lovelace, {1}, London",
    "see {1}",
)
EMAILS = (
    *(
        "ada@example.com",
        "ada.lovelace+news@mail.example.co.uk",
        "ADA@EXAMPLE.ORG",
        "o'neil@example.ie",
        "a@b.io",
    ),
    *("zoë@example.nl", "иван@пример.рф", "ada@münchen.example.de", "first_last-1@sub.domain.example.travel"),
)
PHONES = (
    *(
        "+48 601 234 567",
        "+48601234567",
        "+1 (415) 555-2671",
        "+44 20 7946 0958",
        "+49 30 901820",
        "138-0013-8000",
    ),
    *("+33 1 42 68 53 00", "+86 138 0013 8000", "+81-90-1234-5678", "+91 98765 43210", "+55 11 91234-5678"),
    *(
        "+353 1 234 5678",
        "0048 601 234 567",
        "(415) 555-2671",
        "415-555-2671",
        "415.555.2671",
        "020 7946 0958",
    ),
    *("01 42 68 53 00", "07700 900123", "090-1234-5678", "010-1234-5678", "0412 345 678", "+61 412 345 678"),
    *("8 (912) 345-67-89", "+44 (0)20 7946 0958"),
)
IBANS = (
    *("DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606", "NO9386011117947"),
    *(
        "PL61109010140000071219812874",
        "NL91ABNA0417164300",
        "ES9121000418450200051332",
        "CH9300762011623852957",
    ),
    *("IT60X0542811101000000123456", "SE4550000000058398257466", "TR330006100519786457841326"),
    *("BR1800360305000010009795493C1",),
)
# Of the issuers' forms; none opens anything, and two pieces keep scanners from taking them for keys.
SECRETS = (
    *(
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
        "npm_" + "a1B2c3D4e5F6" * 3,
    ),
    *("sk-ant-" + "api03-abcDEF123456_7890-xyz", "xoxb-" + "123456789012-abcdefGHIJKL"),
    *("AIza" + "SyA-1234567890abcdefghijklmnopqrstu", "glpat-" + "abcdefghij0123456789"),
    *("eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",),
    *("postgres://ada:" + "s3cret!pw@db.internal:5432/app", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"),
)


class Sample(NamedTuple):
    """A text, and what is in it: kind, start, end."""

    text: str
    gold: list[tuple[str, int, int]]


def spelt(rng: random.Random, value: str, sizes: tuple[int, ...] | None) -> str:
    """In one of the spellings that people use."""
    way = rng.randrange(7)
    if way == 0:
        return value.translate(WIDE)
    if way < 4 and sizes:
        parts, place = [], 0
        for size in sizes:
            parts.append(value[place : place + size])
            place += size
        return rng.choice(" -. \u00a0").join(parts)
    if way == 4 and value.isdigit():
        mark = rng.choice(" -.")
        cut = rng.randrange(2, len(value) - 1)
        return value[:cut] + mark + value[cut:]
    return value.lower() if way == 5 else value


def placed(rng: random.Random, kind: str, label: str, value: str, sentences: tuple[str, ...]) -> Sample:
    sentence = rng.choice(sentences)
    if label[-1:].isascii() and value[0].isalpha():
        sentence = sentence.replace("{0}{1}", "{0}：{1}")  # no one can tell where the one ends
    text = sentence.format(label, value)
    start = text.index(value, text.index(label) + len(label) if "{0}" in sentence else 0)
    return Sample(text, [(kind, start, start + len(value))])


def positives(rng: random.Random) -> Iterator[Sample]:
    for rule in NUMBERS:
        for shape in rule.shapes:
            for turn in range(12):
                value = sample(rule, shape, turn % 3)
                if value is None:
                    continue
                sizes = next((each for each in rule.groups if sum(each) == len(value)), None)
                label = rng.choice(rule.labels).replace("*", "").replace("+", " ").replace(HAN, "我")
                yield placed(rng, rule.kind, label, spelt(rng, value, sizes), SENTENCES)
    for kind, values, times in (
        ("email", EMAILS, 25),
        ("phone", PHONES, 12),
        ("iban", IBANS, 20),
        ("secret", SECRETS, 15),
    ):
        for value in values * times:
            written = value
            if kind == "iban":
                written = spelt(
                    rng, value, (4,) * (len(value) // 4) + ((len(value) % 4,) if len(value) % 4 else ())
                )
            yield placed(rng, kind, "", written, ALONE)


def negatives(rng: random.Random) -> Iterator[str]:
    def digits(count: int) -> str:
        return str(rng.randrange(1, 10)) + "".join(str(rng.randrange(10)) for _ in range(count - 1))

    def hexes(count: int) -> str:
        return "".join(rng.choice("0123456789abcdef") for _ in range(count))

    for _ in range(150):
        day, hour = rng.randrange(1, 10), rng.randrange(10)
        yield f"Order number {digits(10)} was shipped, tracking {digits(12)}."
        yield f"Zamówienie nr {digits(9)} z dnia 1{day}.0{day}.2024 r."
        yield f"订单号{digits(16)}已发货，运单 {digits(13)}。"
        yield f"Invoice INV-{digits(4)}-{digits(6)}, amount {digits(3)}.{digits(3)},{digits(2)} EUR"
        yield f"released {day}.{rng.randrange(20)}.{rng.randrange(20)} on 2024-0{day}-1{hour}"
        yield f"commit {hexes(40)} and {hexes(7)}; sha256 {hexes(64)}"
        yield f"id {hexes(8)}-{hexes(4)}-4{hexes(3)}-a{hexes(3)}-{hexes(12)} done"
        yield f"ts=17{digits(8)} dur={digits(3)}ms id=17{digits(11)}"
        yield f"ISBN 978-3-{digits(2)}-{digits(6)}-{digits(1)} costs ${digits(2)}.{digits(2)}"
        yield f"at 52.{digits(7)}, 21.{digits(7)} and -{digits(1)}.{digits(6)}"
        yield f"2024-05-0{day}T1{hour}:3{hour}:11.{digits(6)}Z WARN pid={digits(5)} retry {digits(2)}"
        yield f"x = [{digits(3)}, {digits(4)}, {digits(2)}]  # {digits(5)} rows, {digits(3)} MB"
        yield f"population {digits(2)} {digits(3)} {digits(3)}, in 19{digits(2)}-19{digits(2)}"
        yield f"SKU {rng.choice('ABCDEF')}{digits(6)}-{digits(2)}, part {digits(4)}-{digits(4)}-{digits(3)}"
        yield f"pip install package@{day}.{hour}.{digits(1)} @decorator icon@2x.png"
        yield f"π is 3.14159265358979 and e is 2.7182818284{digits(4)}"
        yield f"the score was {digits(2)}-{digits(2)} after {digits(2)}:{digits(2)}, row {digits(8)}"
        yield f"password: please choose one; the token is kept; secret = os.environ['X{digits(2)}']"
        yield f"total {digits(1)},{digits(3)},{digits(3)},{digits(3)} and {digits(6)}.{digits(2)}%"
        yield f"chapter 12 345 {digits(3)} lines, {digits(4)} {digits(4)} words"


NUMBERED = (
    *(
        "national_id",
        "tax_id",
        "company_id",
        "health_id",
        "id_card",
        "passport",
        "driving_licence",
        "bank_account",
    ),
)


class Tally:
    """Found, missed and wrong, by kind."""

    def __init__(self, detector: Detector, matched: dict[str, str]) -> None:
        self.detector, self.matched = detector, matched
        self.found, self.missed, self.wrong = Counter(), Counter(), Counter()

    def add(
        self, text: str, gold: list[tuple[str, int, int]], others: Sequence[tuple[int, int]] = ()
    ) -> list[Finding]:
        """Counts one text; `others` are places of which nothing is asked. Returns what was wrong."""
        seen = [each for each in self.detector.find(text) if each.kind in self.matched]
        used = set()
        for kind, start, end in gold:
            hits = [
                place
                for place, each in enumerate(seen)
                if self.matched[each.kind] == self.matched[kind] and each.start < end and start < each.end
            ]
            self.found[kind] += bool(hits)
            self.missed[kind] += not hits
            used.update(hits)
        wrong = [
            each
            for place, each in enumerate(seen)
            if place not in used and not any(each.start < end and start < each.end for start, end in others)
        ]
        self.wrong.update(each.kind for each in wrong)
        return wrong

    def print(self, name: str, apart: tuple[str, ...] = ("phone",)) -> tuple[float, float]:
        print(name)
        kinds = sorted({*self.found, *self.missed, *self.wrong})
        for kind in kinds:
            right, missed, wrong = self.found[kind], self.missed[kind], self.wrong[kind]
            print(f"  {kind:16} recall {right}/{right + missed}, wrong {wrong}")
        right, missed, wrong = (
            sum(count for kind, count in each.items() if kind not in apart)
            for each in (self.found, self.missed, self.wrong)
        )
        recall, precision = right / max(1, right + missed), right / max(1, right + wrong)
        print(f"  all but {', '.join(apart)}: recall {recall:.3f}, precision {precision:.3f}")
        return recall, precision


def home(detector: Detector) -> tuple[float, float]:
    # Which of the numbers of a state it is, a label says at best: a NIF is a person's and a company's.
    numbers = (
        "national_id",
        "tax_id",
        "company_id",
        "health_id",
        "id_card",
        "passport",
        "driving_licence",
        "bank_account",
    )
    kinds = {
        **{each: each for each in ("email", "phone", "iban", "card", "secret")},
        **dict.fromkeys(numbers, "number"),
    }
    tally, rng = Tally(detector, kinds), random.Random(SEED)
    for each in positives(rng):
        tally.add(each.text, each.gold)
    texts = list(negatives(rng))
    hit = 0
    examples = Counter()
    for text in texts:
        wrong = tally.add(text, [])
        hit += bool(wrong)
        examples.update(each.rule for each in wrong)
    recall, precision = tally.print("our own set")
    print(f"  of {len(texts)} negatives {hit} have something in them: {dict(examples.most_common(8))}")
    return recall, precision


POLISH = {
    **dict.fromkeys(("PESEL", "NIP", "REGON", "DOWOD", "PASSPORT", "DRIVING_LICENSE"), "number"),
    "IBAN": "iban",
    "EMAIL": "email",
    "PAYMENT_CARD": "card",
    "PHONE": "phone",
}
ENGLISH = {
    "CREDIT_CARD": "card",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban",
    "US_SSN": "number",
    "US_DRIVER_LICENSE": "number",
    "IP_ADDRESS": "ip_address",
}


KINDS_OF_FORMS = {
    "phone": "phone",
    "identity": "national_id",
    "card": "card",
    "email": "email",
    "address": "ip_address",
}
# The forms that cn-pii-bench's README lists, each in carriers without a word that says what it is.
CARRIERS = (
    *(
        "在吗？{} 麻烦看一下",
        "[INFO] 用户={} 登录成功",
        "工单备注：{}（已核实）",
        "（{}）请保存",
        "客户说“{}”",
    ),
    *("张工\n{}", "信息如下：\n{}\n谢谢", "|序号|{}|完成|", "备注:{}", "请联系{}确认"),
)


def chinese(detector: Detector) -> None:
    rng = random.Random(SEED)
    tallies: dict[str, Counter] = {}
    for _ in range(30):
        phone = f"1{rng.choice('3456789')}{rng.randrange(10**9):09}"
        born = f"19{rng.randrange(50, 99)}0{rng.randrange(1, 9)}1{rng.randrange(9)}"
        person = f"110105{born}{rng.randrange(1000):03}"
        person = next(person + each for each in "0123456789X" if iso7064_mod11_2(person + each))
        bank = f"62{rng.randrange(10**16):016}"
        bank = next(bank + each for each in "0123456789" if luhn(bank + each))
        forms = {
            "phone bare": phone,
            **{f"phone {mark!r}": mark.join((phone[:3], phone[3:7], phone[7:])) for mark in "- ."},
            "phone country": f"+86-{phone[:3]}-{phone[3:7]}-{phone[7:]}",
            "phone full width": phone.translate(WIDE),
            "identity bare": person,
            "identity grouped": f"{person[:6]} {person[6:10]} {person[10:14]} {person[14:]}",
            "identity lower case": person.lower(),
            "card bare": bank,
            "card grouped": " ".join(bank[at : at + 4] for at in range(0, 19, 4)),
            "email": "zhang.san@example.com",
            "email upper case": "ZHANG.SAN@EXAMPLE.COM",
            "address": "192.168.1.100",
            "address with a port": "192.168.1.100:8443",
        }
        for form, written in forms.items():
            for carrier in CARRIERS:
                text = carrier.format(written)
                start = text.index(written)
                end = start + len(written.partition(":")[0])  # an address goes without its port
                hits = [
                    each
                    for each in detector.find(text)
                    if each.start < start + len(written) and start < each.end
                ]
                counts = tallies.setdefault(form, Counter())
                counts["all"] += 1
                counts["found"] += [(each.kind, each.start, each.end) for each in hits] == [
                    (KINDS_OF_FORMS[form.split()[0]], start, end)
                ]
                counts["other"] += any(hit.kind != KINDS_OF_FORMS[form.split()[0]] for hit in hits)
    print("Chinese, the forms that cn-pii-bench publishes")
    for form, counts in tallies.items():
        print(
            f"  {form:20} recall {counts['found']}/{counts['all']}, taken for another kind {counts['other']}"
        )


def half(name: str) -> str:
    return "unseen" if hashlib.sha256(name.encode()).digest()[0] % 2 else "seen"


def polish(folder: Path) -> Iterator[tuple[str, str, list, list]]:
    """Its documents: which half, the text, what is asked for, and the places of other papers."""
    for path in sorted((folder / "corpus").rglob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        lane = "damaged" if path.parent.name == "robustness" else "clean"
        entities = document["entities"]
        gold = [
            (POLISH[each["label"]], each["start"], each["end"])
            for each in entities
            if each["label"] in POLISH
        ]
        others = [(each["start"], each["end"]) for each in entities if each["label"] not in POLISH]
        yield (
            f"{half(path.name.partition('-robustness')[0].removesuffix('.json') + '.json')}, {lane}",
            document["text"],
            gold,
            others,
        )


def english(folder: Path) -> Iterator[tuple[str, str, list, list]]:
    """The sentences of both of its sets."""
    for path in (folder / "data/synth_dataset_v2.json", folder / "tests/data/generated_large.json"):
        for each in json.loads(path.read_text("utf-8")):
            places = [
                (span["entity_type"], span["start_position"], span["end_position"]) for span in each["spans"]
            ]
            gold = [(ENGLISH[kind], start, end) for kind, start, end in places if kind in ENGLISH]
            yield f"{path.stem}, {half(each['full_text'])}", each["full_text"], gold, []


def others(detector: Detector, folder: Path) -> None:
    numbers = dict.fromkeys(NUMBERED, "number")
    kinds = {**{each: each for each in ("email", "phone", "iban", "card", "number")}, **numbers}
    if (folder / "corpus").is_dir():
        texts, name = polish(folder), "pl-pii-bench"
    else:
        texts, name = english(folder), "presidio-research"
        kinds["ip_address"] = "ip_address"
    tallies: dict[str, Tally] = {}
    for part, text, gold, elsewhere in texts:
        tallies.setdefault(part, Tally(detector, kinds)).add(text, gold, elsewhere)
    for part, tally in sorted(tallies.items()):
        tally.print(f"{name}, {part}")


def main() -> None:
    detector = Detector()
    recall, precision = home(detector)
    chinese(detector)
    for folder in sys.argv[1:]:
        others(detector, Path(folder))
    sys.exit(recall < 0.98 or precision < 0.97)


if __name__ == "__main__":
    main()
