"""How much is found in Chinese, Japanese and Korean texts, and how much of it is nothing.

`uv run python tests/benchmarks/privacy_east_asia.py [seed …] [--design] [--show]`

Makes texts from a seed: numbers with right check digits, in contracts, chats, forms, tables, logs, CSV and
JSON, bare, in groups, with full-width characters, glued to the letters around; and numbers of other things
that are as long. `--design` takes the sentences and names of even places, which were looked at while rules
were written; without it, the others. A value counts as found where a finding of its kind covers all of it and
no more.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator

from interlock_privacy.detection import Detector
from interlock_privacy.detection.checksums import luhn

SEED = 5_003
WIDE = {code: chr(code + 0xFEE0) for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), 0x2B, 0x2D)}
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# What is put in: {0}. Each frame may stand in any of the languages; none says what the value is.
PLAIN = (
    "{}",
    "请核对：{}，如有误请回复。",
    "[2026-03-14 09:21:07] INFO user={} login ok",
    "王芳\t{}\t已审核",
    '{{"value": "{}", "n": 3}}',
    "1001,{},北京\n1002,,上海",
    "乙方（{}）同意本合同第3条。",
    "在吗 {} 帮我查下",
    "以上です。{}をご確認ください。",
    "담당자 확인: {} (3건)",
)
# Names by kind, for each language, and numbers of other things.
NAMES = {
    "zh.id": ("身份证号", "公民身份号码", "居民身份证", "证件号码"),
    "zh.uscc": ("统一社会信用代码", "信用代码", "纳税人识别号", "税号"),
    "zh.mobile": ("手机号", "联系电话", "手机", "电话"),
    "zh.fixed": ("座机", "电话", "联系电话", "公司电话"),
    "zh.card": ("银行卡号", "卡号", "收款账号", "信用卡"),
    "zh.passport": ("护照号", "护照号码", "护照", "护照编号"),
    "ja.mobile": ("携帯電話", "電話番号", "携帯", "連絡先"),
    "ja.fixed": ("電話", "TEL", "電話番号", "代表電話"),
    "ja.my_number": ("マイナンバー", "個人番号", "マイナンバー", "個人番号"),
    "ko.mobile": ("휴대폰", "연락처", "전화번호", "휴대전화"),
    "ko.rrn": ("주민등록번호", "주민번호", "주민등록번호", "주민번호"),
    "ko.company": ("사업자등록번호", "사업자번호", "사업자등록번호", "사업자 등록번호"),
}
NAMED = (
    "{0}：{1}",
    "{0}:{1}",
    "{0}是{1}，谢谢。",
    "{0}{1}",
    '{{"{0}":"{1}"}}',
    "| {0} | {1} |",
    "甲方{0}为{1}，特此声明。",
    "{0}\n{1}\n",
    "请登记{0} {1} 谢谢",
    "<td>{0}</td><td>{1}</td>",
)
OTHERS = (
    *("订单号", "发票号码", "快递单号", "合同编号", "流水号", "序列号", "批次号", "工单号", "会员号", "学号"),
    *(
        "案件编号",
        "商品条码",
        "电表号",
        "车架号",
        "申请编号",
        "运单号",
        "交易号",
        "票据号",
        "设备编号",
        "房产证号",
    ),
    *("注文番号", "請求書番号", "製造番号", "お客様番号", "伝票番号", "管理番号", "追跡番号", "受付番号"),
    *("주문번호", "송장번호", "일련번호", "고객번호", "계약번호", "접수번호", "운송장번호", "관리번호"),
)


def digits(rng: random.Random, count: int) -> str:
    return "".join(str(rng.randrange(10)) for _ in range(count))


def identity(rng: random.Random) -> str:
    place = rng.choice(("110105", "310115", "440305", "510107", "330106", "420111"))
    born = f"{rng.randrange(1950, 2010)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
    body = f"{place}{born}{digits(rng, 3)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(each) * weight for each, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def credit_code(rng: random.Random) -> str:
    body = rng.choice(("91", "92", "93", "12", "52")) + rng.choice(("110105", "310115", "440305"))
    body += "".join(rng.choice(SIGNS) for _ in range(9))
    total = sum(SIGNS.index(each) * pow(3, place, 31) for place, each in enumerate(body))
    return body + SIGNS[-total % 31]


def card(rng: random.Random) -> str:
    body = rng.choice(("621700", "622848", "622202", "625809", "356833", "524094"))
    body += digits(rng, (18 if body[:3] in ("621", "622") else 15) - len(body))
    return next(body + each for each in "0123456789" if luhn(body + each))


def my_number(rng: random.Random) -> str:
    body = str(rng.randrange(1, 10)) + digits(rng, 10)
    total = sum(
        int(each) * (place + 1 if place <= 6 else place - 5) for place, each in enumerate(body[::-1], 1)
    )
    return body + str(0 if total % 11 <= 1 else 11 - total % 11)


def resident(rng: random.Random) -> str:
    born = f"{rng.randrange(50, 99)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
    body = f"{born}{rng.choice('12')}{digits(rng, 5)}"
    total = sum(
        int(each) * weight for each, weight in zip(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True)
    )
    return body + str((11 - total % 11) % 10)


def business(rng: random.Random) -> str:
    body = str(rng.randrange(1, 7)) + digits(rng, 8)
    total = sum(int(each) * weight for each, weight in zip(body, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True))
    return body + str(-(total + int(body[8]) * 5 // 10) % 10)


# Of each kind: the kinds that a finding may have, how it is made, its groups, and whether it is believed
# without a name.
KINDS: dict[
    str, tuple[tuple[str, ...], Callable[[random.Random], str], tuple[tuple[int, ...], ...], bool]
] = {
    "zh.id": (("national_id",), identity, ((6, 8, 4), (6, 4, 4, 4), (3, 3, 4, 4, 4)), True),
    "zh.uscc": (("company_id", "tax_id"), credit_code, ((2, 6, 9, 1), (4, 4, 4, 4, 2)), True),
    "zh.mobile": (
        ("phone",),
        lambda rng: "1" + rng.choice("3456789") + digits(rng, 9),
        ((3, 4, 4), (3, 8)),
        True,
    ),
    "zh.fixed": (
        ("phone",),
        lambda rng: rng.choice(("010", "021")) + "6" + digits(rng, 7),
        ((3, 8), (3, 4, 4)),
        True,
    ),
    "zh.card": (("card",), card, ((4, 4, 4, 4, 3), (4, 4, 4, 4), (6, 13)), True),
    "zh.passport": (("passport",), lambda rng: rng.choice("EG") + digits(rng, 8), ((9,),), False),
    "ja.mobile": (
        ("phone",),
        lambda rng: rng.choice(("090", "080", "070")) + digits(rng, 8),
        ((3, 4, 4),),
        True,
    ),
    "ja.fixed": (("phone",), lambda rng: "0" + rng.choice("36") + "5" + digits(rng, 7), ((2, 4, 4),), True),
    "ja.my_number": (("national_id",), my_number, ((4, 4, 4),), False),
    "ko.mobile": (
        ("phone",),
        lambda rng: "010" + str(rng.randrange(2, 10)) + digits(rng, 7),
        ((3, 4, 4),),
        True,
    ),
    "ko.rrn": (("national_id",), resident, ((6, 7),), True),
    "ko.company": (("company_id", "tax_id"), business, ((3, 2, 5),), False),
}


def spelt(rng: random.Random, kind: str, value: str, groups: tuple[tuple[int, ...], ...]) -> tuple[str, str]:
    """In one of the spellings, and which."""
    way = rng.choice(("bare", "spaces", "dashes", "dots", "full width", "country"))
    fitting = [each for each in groups if sum(each) == len(value)]
    if way in ("spaces", "dashes", "dots") and fitting:
        place, parts = 0, []
        for size in rng.choice(fitting):
            parts.append(value[place : place + size])
            place += size
        return way, {"spaces": " ", "dashes": "-", "dots": "."}[way].join(parts)
    if way == "full width":
        return way, value.translate(WIDE)
    if way == "country" and KINDS[kind][0] == ("phone",):
        code = {"zh": "86", "ja": "81", "ko": "82"}[kind[:2]]
        return way, rng.choice(("+", "00")) + code + rng.choice("- ") + value.removeprefix("0")
    return "bare", value


def half(listed: tuple[str, ...], *, design: bool) -> tuple[str, ...]:
    return listed[0 if design else 1 :: 2]


def texts(seed: int, *, design: bool) -> Iterator[tuple[str, list[tuple[str, str, int, int]], str]]:
    """Texts, what is in them (kind, spelling, place), and the name of another number."""
    rng = random.Random(seed)
    plain, named = half(PLAIN, design=design), half(NAMED, design=design)
    for kind, (_, make, groups, alone) in KINDS.items():
        for _ in range(60):
            way, written = spelt(rng, kind, make(rng), groups)
            said = not alone or rng.random() < 0.6
            if said:
                text = rng.choice(named).format(rng.choice(half(NAMES[kind], design=design)), written)
            elif KINDS[kind][0] == ("phone",) and way in ("bare", "full width") and kind != "zh.mobile":
                continue
            else:
                text = rng.choice(plain if kind[:2] != "zh" else plain[:4]).format(written)
                if kind == "zh.mobile" and not any("\u4e00" <= each <= "\u9fff" for each in text):
                    continue
            at = text.rindex(written)
            yield text, [(kind, f"{way}, {'named' if said else 'unnamed'}", at, at + len(written))], ""
    for name in half(OTHERS, design=design):
        for frame in named * 3:
            way = rng.randrange(4)
            number = digits(rng, rng.choice((8, 9, 10, 11, 12, 13, 15, 16, 18)))
            if way == 0:
                number = "1" + rng.choice("3456789") + digits(rng, 9)
            if way == 1:
                number = "-".join(digits(rng, size) for size in rng.choice(((3, 4, 4), (4, 4, 4), (6, 7))))
            yield frame.format(name, number), [], name


def main() -> None:
    design, show = "--design" in sys.argv, "--show" in sys.argv
    seeds = [int(each) for each in sys.argv[1:] if each.isdigit()] or [SEED]
    detector = Detector()
    found, ways, wrongs, names, count = Counter(), Counter(), Counter(), Counter(), 0
    for seed in seeds:
        for text, gold, name in texts(seed, design=design):
            seen = [each for each in detector.find(text) if each.kind not in ("ip_address", "mac_address")]
            for kind, way, start, end in gold:
                hit = any(
                    each.kind in KINDS[kind][0] and (each.start, each.end) == (start, end) for each in seen
                )
                if not hit and way.startswith("country"):
                    hit = any(
                        each.kind == "phone" and each.start <= start and end <= each.end for each in seen
                    )
                found[kind, hit] += 1
                ways[way, hit] += 1
                if show and not hit:
                    print(
                        "missed",
                        kind,
                        way,
                        repr(text),
                        [(each.rule, text[each.start : each.end]) for each in seen],
                    )
            others = [
                each
                for each in seen
                if not any(each.start < end and start < each.end for *_, start, end in gold)
            ]
            count += bool(name)
            names[name] += bool(name and others)
            for each in others:
                wrongs[each.kind] += 1
                if show:
                    print("wrong", each.rule, repr(text[each.start : each.end]), repr(text))
    print(f"seeds {seeds}")
    for counts in (found, ways):
        for name in sorted({name for name, _ in counts}):
            print(f"  {name:24} recall {counts[name, True]}/{counts[name, True] + counts[name, False]}")
    for name, kinds in (("phones", True), ("all others", False)):
        chosen = [each for each in KINDS if (KINDS[each][0] == ("phone",)) is kinds]
        right, missed = (sum(found[each, hit] for each in chosen) for hit in (True, False))
        wrong = sum(amount for kind, amount in wrongs.items() if (kind == "phone") is kinds)
        recall, precision = right / (right + missed), right / (right + wrong)
        counts = f"{right}/{right + missed} = {recall:.3f}, precision {precision:.3f}, {wrong} wrong"
        print(f"  {name}: recall {counts}")
    print(f"  of {count} numbers of other things, {sum(names.values())} are taken for one: {dict(wrongs)}")


if __name__ == "__main__":
    main()
