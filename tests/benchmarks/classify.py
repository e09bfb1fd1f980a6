"""How long a classification takes, beside `text.lower().split()` of the same text.

`uv run python tests/benchmarks/classify.py` prints medians in microseconds and their ratio.
"""

import statistics
import timeit
from collections.abc import Callable

from interlock.classifiers.heuristics import HeuristicClassifier
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


def median(work: Callable[[], object], number: int) -> float:
    """Microseconds of one call."""
    return statistics.median(timeit.repeat(work, number=number, repeat=31)) / number * 1e6


def main() -> None:
    classifier = HeuristicClassifier()
    for name, text in (("English", PROSE), ("German", GERMAN), ("code", CODE), ("Chinese", CHINESE)):
        for size, number in ((len(text), 60), (MEGABYTE, 3)):
            long = text if size == len(text) else (text + "\n") * (size // len(text))
            call = ClassifyCall(request=Request(long), input_tokens=50)
            taken = median(lambda call=call: classifier.classify(call), number)
            tokens = median(lambda call=call: estimate_request_tokens(call.request), number)
            beside = median(lambda long=long: long.lower().split(), number)
            print(
                f"{name:8} {len(long):>9,} characters: classify {taken:8.1f} µs, tokens {tokens:7.1f} µs, "
                f"lower().split() {beside:9.1f} µs, ratio {taken / beside:8.2f}"
            )


if __name__ == "__main__":
    main()
