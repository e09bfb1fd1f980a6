"""How long a classification takes, beside `text.lower().split()` of the same text.

`uv run python tests/benchmarks/classify.py` prints medians in microseconds and their ratio. "first" is a text
that was not classified before: each time the same one with other letters at its end. "again" is the same text
each time, which the classifier remembers. "new words" is a first text while the vocabulary has met none of
its words. py3langid is loaded beforehand.
"""

import itertools
import statistics
import string
import time
from collections.abc import Callable, Iterator

from interlock.classifiers import language
from interlock.classifiers.heuristics import HeuristicClassifier
from interlock.classifiers.matching import vocabulary
from interlock.classifiers.tokens import estimate_request_tokens
from interlock.protocols import ClassifyCall
from interlock.types.request import Request

PROSE = (
    "Our nightly delivery from Rotterdam has been late three times this month and the customer is getting "
    "impatient. Please look at the complaint below and draft a short, friendly answer that offers a credit."
)
GERMAN = (
    "Unser Kunde wartet seit drei Wochen auf seine Lieferung und beschwert sich zu Recht. Bitte formuliere "
    "eine kurze, freundliche Antwort, in der wir uns entschuldigen und einen Gutschein anbieten, danke."
)
CODE = (
    "Fix this:\ndef total(xs):\n    s = 0\n    for x in xs: s =+ x\n    return s\nIt returns only the last "
    "element instead of the sum, and my unit tests in test_total.py fail with AssertionError."
)
CHINESE = "请起草一份关于货物延迟交付违约责任的合同条款," * 9
MEGABYTE = 1_000_000
WORST = {
    "<script>": "<script>" * 3_000,
    "decomposed accents": "e\u0301" * 20_000,
    "line breaks": "\n" * MEGABYTE,
    "line breaks, then a tag": "\n" * MEGABYTE + "<a>",
    "one letter": "a" * MEGABYTE,
    "braces": "{" * MEGABYTE,
    "nested tags": "<a><b>" * 80_000 + "</b></a>" * 80_000,
    "unclosed blocks": "<system-reminder>" * 60_000,
    "ideographic full stops": "。" * MEGABYTE,
    "two scripts in turn": "яa " * 330_000,
    "all kinds in turn": "aé中あ한 `{}();=<>/\\$|\n0123456789%" * 30_000,
    "numbers": "12 " * 330_000,
    "select and blanks": "select" + " " * 1_700 + "x(",
    "verbs and objects": "write fix class make function " * 33_000,
}


def median(work: Callable[[], object], rounds: int) -> float:
    """Microseconds of one call."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def calls(text: str) -> Iterator[ClassifyCall]:
    """The same text with other letters at its end each time."""
    for pair in itertools.product(string.ascii_lowercase, repeat=2):
        yield ClassifyCall(request=Request(f"{text} {''.join(pair)}"), input_tokens=50)


def first_sight(text: str, rounds: int, *, new_words: bool = False) -> float:
    classifier = HeuristicClassifier()
    times = []
    for call in itertools.islice(calls(text), rounds):
        if new_words:
            vocabulary.cache_clear()
            classifier = HeuristicClassifier()
            for spoken in (None, "en", "de"):
                vocabulary(spoken)
        start = time.perf_counter()
        classifier.classify(call)
        times.append(time.perf_counter() - start)
    return statistics.median(times[rounds // 10 :]) * 1e6


def line(name: str, text: str, rounds: int) -> str:
    call = next(calls(text))
    classifier = HeuristicClassifier()
    first, again = first_sight(text, rounds), median(lambda: classifier.classify(call), rounds)
    new = first_sight(text, rounds // 2, new_words=True)
    tokens = median(lambda: estimate_request_tokens(call.request), rounds)
    beside = median(lambda: text.lower().split(), rounds)
    return (
        f"{name:8} {len(text):>9,} characters: first {first:7.1f} µs, new words {new:7.1f} µs, again "
        f"{again:5.1f} µs, tokens {tokens:6.1f} µs, lower().split() {beside:8.1f} µs, "
        f"ratio of first {first / beside:6.2f}"
    )


def main() -> None:
    language._identifier.start()
    language._identifier.wait(60)
    for name, text in (("English", PROSE), ("German", GERMAN), ("code", CODE), ("Chinese", CHINESE)):
        print(line(name, text, 600))
        print(line(name, (text + "\n") * (MEGABYTE // len(text)), 40))
    for name, text in WORST.items():
        print(f"{name:24} {len(text):>9,} characters: first {first_sight(text, 40):7.1f} µs")


if __name__ == "__main__":
    main()
