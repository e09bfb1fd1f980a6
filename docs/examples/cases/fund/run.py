"""The fund: `uv run python docs/examples/cases/fund/run.py`. Nothing leaves this machine."""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rehearsal import rehearsal

# Words of a report's notes, of a seed: about 80,000 tokens, and the one line that is asked about.
WORDS = "revenue margin quarter segment impairment lease goodwill covenant tranche maturity yield hedge"
LINE = "Note 27: the covenant of tranche B is waived until 30 June."


def report() -> str:
    chosen, words = random.Random(7), WORDS.split()
    lines = [" ".join(chosen.choices(words, k=12)).capitalize() + "." for _ in range(3670)]
    lines.insert(len(lines) * 9 // 10, LINE)
    return "\n".join(lines)


def main(page: Path | None = None) -> None:
    document = report()
    question = f"{document}\n\nUntil when is the covenant of tranche B waived?"
    with rehearsal(Path(__file__).parent) as fund:
        print(f"about {fund.planned.count_tokens(question):,} tokens")
        fund.ask("A report, read whole", question)
        whole = fund.sent_to("glm-house") == [question]
        print(f"  it arrived as it is, in one request: {whole}")
        fund.take_down("glm-house")
        fund.ask("The same, while the fund's own server is down", question)
        whole = fund.sent_to("claude") == [question]
        print(f"  it arrived as it is, in one request: {whole}")
        fund.account(page)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None)
