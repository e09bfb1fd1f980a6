"""What holds of every text, however hostile."""

import string
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st
from samples import sample

from interlock_privacy.detection import KINDS, RULES, Detector
from interlock_privacy.detection.detector import NUMBERS
from interlock_privacy.detection.folding import UNSEEN, folded
from interlock_privacy.detection.phrases import PERSON, TAX

DETECTOR = Detector()
VALUES = [value for rule in NUMBERS for shape in rule.shapes if (value := sample(rule, shape))]
PIECES = st.one_of(
    st.sampled_from(VALUES),
    st.sampled_from([label.strip("*") for rule in NUMBERS for label in rule.labels]),
    st.sampled_from([each.strip().replace("*", "") for each in f"{PERSON};{TAX}".split(";")]),
    st.text(alphabet=" -./()+:=@,\n\u200b\u00a0", min_size=1, max_size=3),
    st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=6),
    st.sampled_from(
        [
            "ada@example.com",
            "DE89 3704 0044 0532 0130 00",
            "ghp_",
            "password=",
            "eyJ",
            "://",
            "P<",
            "１２",
            "请",
        ]
    ),
    st.text(max_size=4),
)
TEXTS = st.lists(PIECES, max_size=24).map("".join)
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x3A)})


@given(TEXTS)
def test_findings_lie_in_the_text_in_order_and_never_overlap(text):
    last = 0
    for each in DETECTOR.find(text):
        assert last <= each.start < each.end <= len(text)
        assert text[each.start : each.end].strip() == text[each.start : each.end]
        assert each.kind in KINDS
        assert RULES[each.rule] == each.kind
        assert each.value
        last = each.end


@given(TEXTS)
def test_the_same_text_gives_the_same_findings(text):
    assert DETECTOR.find(text) == Detector().find(text)


@given(TEXTS)
def test_full_width_digits_change_nothing(text):
    assert (
        DETECTOR.find(text.translate(WIDE))
        == DETECTOR.find(folded(text).translate(WIDE))
        == DETECTOR.find(folded(text))
    )


@given(st.text())
def test_folding_keeps_every_place(text):
    assert len(folded(text)) == len(text)
    assert folded(folded(text)) == folded(text)


@given(TEXTS, st.sets(st.sampled_from(sorted(KINDS)), min_size=1))
def test_no_kind_is_found_that_was_not_asked_for(text, kinds):
    assert {each.kind for each in Detector(kinds).find(text)} <= kinds


def test_threads_share_a_detector():
    texts = [f"请{value}{UNSEEN} PESEL {value}" for value in VALUES]
    alone = [DETECTOR.find(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(DETECTOR.find, texts)) == alone
