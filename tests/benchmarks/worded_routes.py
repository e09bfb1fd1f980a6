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
from interlock_evaluation.learning.wording import Wording, recovered, surface
from interlock_evaluation.statistics import Interval, between

FOLDS = 5
DRAWS = 300


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


def interval(gains: np.ndarray, score: np.ndarray) -> Interval:
    random = np.random.default_rng(0)
    drawn = [
        recovered(gains[which], score[which])
        for which in random.integers(0, len(gains), size=(DRAWS, len(gains)))
    ]
    return between(recovered(gains, score), drawn, clusters=len(gains))


def main() -> None:
    for name in sys.argv[2:] or ["gsm8k", "mmlu"]:
        texts, gains = (list(each) for each in zip(*rows(Path(sys.argv[1]), name), strict=True))
        gains = np.array(gains)
        vectors = Encoder().vectors(texts)
        part = np.random.default_rng(0).permutation(len(texts)) % FOLDS
        scores = {
            "length": surface(texts)[:, 0],
            "words": np.zeros(len(texts)),
            "words and vectors": np.zeros(len(texts)),
        }
        for fold in range(FOLDS):
            learn, held = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
            known, asked = [texts[at] for at in learn], [texts[at] for at in held]
            scores["words"][held] = Wording.learn(known, gains[learn]).predict(asked)
            whole = Wording.learn(known, gains[learn], vectors[learn])
            scores["words and vectors"][held] = whole.predict(asked, vectors[held])
        for told, score in scores.items():
            found = interval(gains, score)
            print(f"{name:6} {told:18} {found.value:.3f} [{found.low:.3f}, {found.high:.3f}]", flush=True)


if __name__ == "__main__":
    main()
