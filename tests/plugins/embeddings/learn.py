"""Learns what `interlock_embeddings/data` holds, from the labelled prompts of tests/core/classifiers.

    uv run python tests/plugins/embeddings/learn.py            writes the data
    uv run python tests/plugins/embeddings/learn.py --check    says whether it would write the same bytes
    uv run python tests/plugins/embeddings/learn.py --report   prints the tables of docs/classification.md

`unseen.jsonl` is never learned from: it is what the report is about. Nothing is learned from an author whose
prompts a table is about, either: the report learns from fewer prompts than what is shipped.
"""

import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from itertools import product
from math import log
from pathlib import Path
from typing import Any, NamedTuple

# Sums in the same order on every x86 processor of the last ten years.
_SAME = {
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENBLAS_NUM_THREADS": "1",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR",
}

ROOT = Path(__file__).parents[3]
PROMPTS = ROOT / "tests" / "core" / "classifiers"
DATA = ROOT / "plugins" / "embeddings" / "interlock_embeddings" / "data"
OWN = ("labelled", "plain")
"""Of the author of the built-in classifier, who has tuned it on them."""
OTHERS = ("heldout", "blind", "varied")
"""Of three authors on whose prompts it was not tuned: what opinions are worth is found out on theirs."""
SHIPPED = (*OWN, *OTHERS)
STRENGTH = 16.0
WORD_LEVELS = 127
DENSE_STEP = 1e-3
BANDS = (0.4, 0.5, 0.65, 0.8, 0.9, 1.01)


class Row(NamedTuple):
    text: str
    task: str
    language: str
    named: str
    confidence: float


def main(arguments: Sequence[str]) -> int:
    if any(os.environ.get(name) != value for name, value in _SAME.items()):
        os.execve(sys.executable, [sys.executable, __file__, *arguments], {**os.environ, **_SAME})
    if "--report" in arguments:
        from report import print_report  # beside this file

        print_report()
        return 0
    made = files_of()
    if "--check" in arguments:
        other = [name for name, content in made.items() if (DATA / name).read_bytes() != content]
        print(f"differs: {', '.join(other)}" if other else "the same")
        return 1 if other else 0
    DATA.mkdir(exist_ok=True)
    for name, content in made.items():
        (DATA / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")
    return 0


def rows_of(name: str) -> list[Row]:
    """A file's prompts with the built-in classifier's opinions; without those that are long by repetition."""
    from interlock.classifiers.heuristics import HeuristicClassifier
    from interlock.classifiers.tokens import estimate_request_tokens
    from interlock.protocols import ClassifyCall
    from interlock.types.request import Request

    classifier = HeuristicClassifier()
    found = []
    for line in (PROMPTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "repeat" in row:
            continue
        request = Request(row["text"])
        opinion = classifier.classify(
            ClassifyCall(request=request, input_tokens=estimate_request_tokens(request))
        )
        found.append(Row(row["text"], row["task"], row["language"], opinion.task, opinion.confidence))
    return found


def learn(rows: Sequence[Row]) -> dict[str, Any]:
    """The arrays and what they mean, of a softmax over the tasks."""
    import numpy as np

    from interlock.classifiers.lexicon import TASKS
    from interlock_embeddings.encoder import encoder
    from interlock_embeddings.excerpts import excerpt
    from interlock_embeddings.fitting import fit, kernel_of
    from interlock_embeddings.learned import WORDS_SHARE
    from interlock_embeddings.words import PLACES, places

    vectors = encoder.vectors([row.text for row in rows])
    words = [places(excerpt(row.text)) for row in rows]
    learned = fit(
        kernel_of(vectors, words), [TASKS.index(row.task) for row in rows], np.full(len(rows), STRENGTH)
    )
    table = np.zeros((PLACES, len(TASKS)))
    for at, shares in zip(words, learned.shares, strict=True):
        if at:
            table[at] += shares * WORDS_SHARE / len(at) ** 0.5
    step = round(float(np.abs(table).max()) / WORD_LEVELS, 4)
    return {
        "tasks": list(TASKS),
        "bias": np.round(learned.bias / DENSE_STEP).astype(int).tolist(),
        "dense": np.round((learned.shares.T @ vectors) / DENSE_STEP).astype(np.int16),
        "words": np.clip(np.round(table / step), -WORD_LEVELS, WORD_LEVELS).astype(np.int8),
        "word_step": step,
    }


def known(rows: Iterable[Row]) -> list[list[float]]:
    """For bands of confidence: its mean, and how often it was right, never less than in the band below."""
    bands: list[list[Row]] = [[] for _ in BANDS]
    for row in rows:
        bands[next(at for at, high in enumerate(BANDS) if row.confidence < high)].append(row)
    found: list[list[float]] = []
    pooled: list[tuple[float, float, int]] = []
    for band in filter(None, bands):
        mean = sum(row.confidence for row in band) / len(band)
        pooled.append((mean, sum(row.named == row.task for row in band), len(band)))
        while len(pooled) > 1 and pooled[-2][1] / pooled[-2][2] > pooled[-1][1] / pooled[-1][2]:
            (low, right, count), (high, more, others) = pooled[-2:]
            whole = count + others
            pooled[-2:] = [((low * count + high * others) / whole, right + more, whole)]
    for mean, right, count in pooled:
        found.append([round(mean, 3), round((right + 1) / (count + 2), 3)])
    return found


def mistaken(rows: Iterable[Row]) -> dict[str, dict[str, float]]:
    """What was right where a task was named wrongly, each as a share."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.named != row.task:
            of = counts.setdefault(row.named, {})
            of[row.task] = of.get(row.task, 0) + 1
    return {
        named: {task: round(count / sum(of.values()), 3) for task, count in sorted(of.items())}
        for named, of in sorted(counts.items())
    }


def as_learned(facts: dict[str, Any], trust: tuple[float, float], rows: Sequence[Row]) -> Any:
    """What the plugin would load."""
    import numpy as np

    from interlock_embeddings.learned import Learned

    return Learned(
        tasks=tuple(facts["tasks"]),
        bias=np.array(facts["bias"]) * DENSE_STEP,
        dense=facts["dense"].astype(float) * DENSE_STEP,
        words=facts["words"],
        word_step=facts["word_step"],
        trust=trust,
        known=tuple((low, right) for low, right in known(rows)),
        mistaken=mistaken(rows),
    )


def scored(facts: dict[str, Any], rows: Sequence[Row]) -> list[list[float]]:
    from interlock_embeddings.encoder import encoder
    from interlock_embeddings.excerpts import excerpt

    model = as_learned(facts, (1.0, 1.0), [])
    vectors = encoder.vectors([row.text for row in rows])
    return [
        model.scores(vector, excerpt(row.text)).tolist() for vector, row in zip(vectors, rows, strict=True)
    ]


def trusted(facts: dict[str, Any], rows: Sequence[Row]) -> tuple[float, float]:
    """The trust under which the right tasks of these prompts are the most probable."""
    from dataclasses import replace

    from interlock.types.decisions import Classification
    from interlock_embeddings.combining import combined

    scores = scored(facts, rows)
    model = as_learned(facts, (1.0, 1.0), rows)
    best: tuple[float, tuple[float, float]] | None = None
    for mine, theirs in product((0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4), (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)):
        trying = replace(model, trust=(mine, theirs))
        lost = 0.0
        for row, score in zip(rows, scores, strict=True):
            opinion = combined(trying, score, Classification(task=row.named, confidence=row.confidence))
            right = min(max(opinion.confidence, 0.01), 0.99)
            lost -= log(right if opinion.task == row.task else (1 - right) / 2)
        if best is None or lost < best[0]:
            best = (lost, (mine, theirs))
    assert best is not None
    return best[1]


def gathered(names: Iterable[str]) -> list[Row]:
    return [row for name in names for row in rows_of(name)]


def files_of() -> dict[str, bytes]:
    """Name -> content of each file."""
    rows, others = gathered(SHIPPED), gathered(OTHERS)
    trust = trusted(learn(gathered(OWN)), others)
    facts = learn(rows)
    about = {
        "tasks": facts["tasks"],
        "bias": facts["bias"],
        "dense_step": DENSE_STEP,
        "word_step": facts["word_step"],
        "trust": list(trust),
        "known": known(others),
        "mistaken": mistaken(others),
        "prompts": len(rows),
    }
    prompts = "".join(
        json.dumps({"text": row.text, "task": row.task, "language": row.language}, ensure_ascii=False) + "\n"
        for row in rows
    )
    return {
        "learned.json": (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode(),
        "dense.npy": _npy(facts["dense"]),
        "words.npy": _npy(facts["words"]),
        "prompts.jsonl": prompts.encode(),
    }


def _npy(array: Any) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
