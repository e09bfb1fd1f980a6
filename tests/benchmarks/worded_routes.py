"""How much of GPT-4's gain over Mixtral 8x7B is had by sending it the prompts whose words promise most.

    uv run python tests/benchmarks/worded_routes.py FOLDER [gsm8k|mmlu ...]

FOLDER is a checkout of lm-sys/RouteLLM (0b64fda was read), whose routellm/evals hold which of the two was
right about 1,319 questions of GSM8K and 14,042 of MMLU; nothing of it is kept here. In five folds, without
subjects' labels; .5 is chance. Sentence vectors of MMLU take some minutes.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from interlock_embeddings.encoder import Encoder
from interlock_evaluation.learning.features import Features
from interlock_evaluation.learning.ordering import ordering
from interlock_evaluation.learning.wording import Wording

FOLDS = 5


def rows(folder: Path, name: str) -> Iterator[tuple[str, float]]:
    """Each prompt, and what the stronger model gains on it."""
    evals = folder / "routellm/evals"
    files = [evals / "gsm8k/gsm8k_responses.csv"]
    if name == "mmlu":
        files = sorted((evals / "mmlu/responses").glob("*.csv"))
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                weak, strong = (
                    next(row[key] for key in row if key.startswith(model))
                    for model in ("mistralai/Mixtral-8x7B", "gpt-4-1106")
                )
                yield row["prompt"], (strong == "True") - float(weak == "True")


def main() -> None:
    for name in sys.argv[2:] or ["gsm8k", "mmlu"]:
        texts, gains = (list(each) for each in zip(*rows(Path(sys.argv[1]), name), strict=True))
        gains = np.array(gains)
        plain, whole = Features.of(texts), Features.of(texts, Encoder().vectors(texts))
        part = np.random.default_rng(0).permutation(len(texts)) % FOLDS
        scores = {
            "length": plain.looks[:, 0],
            "words": np.zeros(len(texts)),
            "words and vectors": np.zeros(len(texts)),
        }
        for fold in range(FOLDS):
            learn, held = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
            for told, features in (("words", plain), ("words and vectors", whole)):
                made = Wording.learn(features.rows(learn), gains[learn, None])
                scores[told][held] = made.predict(features.rows(held))[:, 0]
        for told, score in scores.items():
            found = ordering("GPT-4", "Mixtral", gains, score)
            apgr = found.apgr
            print(
                f"{name:6} {told:18} {apgr.value:.3f} [{apgr.low:.3f}, {apgr.high:.3f}]"
                f"  half by {found.cpt50:.1%}, four fifths by {found.cpt80:.1%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
