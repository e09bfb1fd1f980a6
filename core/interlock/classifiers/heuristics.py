"""Which task a request is, from what its last human turn looks like. Microseconds, no I/O, no model."""

import math
import re
from collections.abc import Sequence
from functools import cache

from interlock.classifiers import language as languages
from interlock.classifiers.lexicon import LATIN, STRONG, TASKS, WEAK, Hit, ascii_words, lexicon, words_of
from interlock.classifiers.rules import combined
from interlock.classifiers.scores import Evidence, Reading
from interlock.classifiers.signals import Signal, signals_of
from interlock.classifiers.turns import bounded, human_turn
from interlock.protocols import ClassifyCall
from interlock.types.decisions import Classification
from interlock.types.request import Request

LONG = 50_000
"""Tokens from which a request is a long document, whatever it says."""

_FIRST_WORDS = 220  # of a long turn only its beginning and end are instructions
_LAST_WORDS = 140
_EAST_ASIAN_HEAD = 1_500  # characters in which phrases of Chinese, Japanese and Korean are looked for
_SYSTEM = 1_500  # characters of a system prompt in which demands are looked for
_TECHNICAL = 2.0  # a Latin word of this weight for code, inside Chinese, Japanese or Korean text
_DECISIVE = 4.0  # a demand of a system prompt counts from this weight
_QUOTATION = r"\"[^\"\n]{12,}\"|[“„”][^“”„\n]{12,}[“”]|«[^«»\n]{12,}»"
_INSTRUCTION = 4  # blanks left beside a quotation: an instruction of at least five words
_SHOWN = 6
_BASE = 1.2  # conversation, when nothing else speaks
_MENTIONED = 0.7  # what a clear request for something else leaves of a task
_ASKED_ABOUT = 0.45  # what "how do I …" leaves of agentic_tool_use, unless tools are offered
_EXPLAINED = 0.3  # what a question about the law leaves of eu_regulated
_compiled = cache(re.compile)
_DEMANDS = ("eu_regulated", "low_latency")


class HeuristicClassifier:
    """The built-in classifier `heuristics`.

    Reads at most the first 4,096 and the last 2,048 characters of the last human turn, and for vocabulary the
    first 220 and last 140 words of those; a system prompt only for demands (EU, latency), and
    `call.input_tokens`. Pure and deterministic, except that `Classification.language` stays None for doubtful
    texts until py3langid is loaded. Never raises, whatever the text.
    """

    api = 1
    name = "heuristics"

    def __init__(self) -> None:
        lexicon("en")  # read now, so that the first decision is as fast as any

    def classify(self, call: ClassifyCall) -> Classification:
        request = call.request
        text = human_turn(request)
        share, east = languages.east_asian(text)
        words = _ends(ascii_words(text) if share >= 0.5 else words_of(_unquoted(text)))
        spoken = None if share >= 0.5 else languages.from_function_words(words, text)
        signals = signals_of(text)
        if share >= 0.5:
            scores, evidence = self._judge_east_asian(text, words, signals, east or "zh")
        else:
            scores, evidence = self._judge(request, text, words, spoken, signals)
        self._add_system(request, scores, evidence)
        if call.input_tokens >= LONG:
            return Classification(
                task="long_document",
                confidence=0.98,
                evidence=(f"{LONG:,} tokens or more",),
                language=self._language(text, words, spoken, signals),
            )
        ordered = [scores.get(name, 0.0) for name in TASKS]
        task = TASKS[ordered.index(max(ordered))]
        return Classification(
            task=task,
            confidence=_confidence(scores, task),
            evidence=_shown(evidence, task),
            language=east if share >= 0.5 else self._language(text, words, spoken, signals),
        )

    def _judge(
        self, request: Request, text: str, words: Sequence[str], spoken: str | None, signals: list[Signal]
    ) -> tuple[dict[str, float], list[Evidence]]:
        reading = Reading(_hits(words, spoken), len(words), spoken, text)
        reading.evidence.extend(Evidence(*signal) for signal in signals)
        reading.evidence.extend(combined(reading, words, spoken))
        reading.evidence.extend(_tools(request, reading, words))
        scores = reading.totals()
        scores["conversational"] = scores.get("conversational", 0.0) + _BASE
        _temper(scores, reading, tools=bool(request.tools))
        return scores, reading.evidence

    def _judge_east_asian(
        self, text: str, words: Sequence[str], signals: list[Signal], language: str
    ) -> tuple[dict[str, float], list[Evidence]]:
        """Such a text is cjk_language unless it is code, a calculation, or must stay in the EU."""
        evidence = [Evidence("cjk_language", 4.5, "Chinese, Japanese or Korean script")]
        evidence += [Evidence(*signal) for signal in signals if signal.task != "low_latency"]
        terms = lexicon(language).unspaced_hits(text[:_EAST_ASIAN_HEAD])
        evidence += [Evidence(term.task, term.weight, term.label) for term in terms if term.kind == STRONG]
        technical = [
            hit[2]
            for hit in lexicon("en").hits(words)
            if hit[2].task == "code_generation" and hit[2].language == "en" and hit[2].weight >= _TECHNICAL
        ]
        named = sorted({term.label for term in technical if term.kind in (STRONG, WEAK)})
        evidence += [
            Evidence("code_generation", 2.4 if rank == 0 else 0.8, name) for rank, name in enumerate(named)
        ]
        totals: dict[str, float] = {}
        for item in evidence:
            totals[item.task] = totals.get(item.task, 0.0) + item.weight
        for task in totals:
            if task not in ("cjk_language", "code_generation", "quantitative", "eu_regulated"):
                totals[task] = 0.0
        return totals, evidence

    def _add_system(self, request: Request, scores: dict[str, float], evidence: list[Evidence]) -> None:
        """Demands that a system prompt makes of every answer."""
        first = request.messages[0]
        if first.role != "system":
            return
        text = bounded(first.text)[:_SYSTEM]
        for hit in _hits(words_of(text), None):
            term = hit[2]
            if term.kind == STRONG and term.task in _DEMANDS and term.weight >= _DECISIVE:
                scores[term.task] = scores.get(term.task, 0.0) + term.weight
                evidence.append(Evidence(term.task, term.weight, f"{term.label} in the system prompt"))

    def _language(
        self, text: str, words: Sequence[str], spoken: str | None, signals: list[Signal]
    ) -> str | None:
        code = any(signal.task == "code_generation" and signal.weight >= _DECISIVE for signal in signals)
        if spoken and not code and sum(map(len, words)) >= languages.SHORTEST:
            return spoken
        return languages.identify(text, words, code=code)


def _unquoted(text: str) -> str:
    """The text without longer quotations, when enough is left: they are worked on and ask for nothing."""
    if not ('"' in text or "“" in text or "„" in text or "«" in text or "”" in text):
        return text
    rest = _compiled(_QUOTATION).sub(" ", text)
    return rest if rest.count(" ") >= _INSTRUCTION else text


def _hits(words: Sequence[str], spoken: str | None) -> list[Hit]:
    """Terms of English, which everybody mixes in, and of the text's language; of all when that is unknown."""
    found = lexicon("en").hits(words)
    for language in LATIN[1:]:
        if spoken is None or spoken == language:
            found += lexicon(language).hits(words)
    if spoken != "en":
        found.sort(key=_start)
    return found


def _start(hit: Hit) -> int:
    return hit[0]


def _ends(words: list[str]) -> list[str]:
    if len(words) <= _FIRST_WORDS + _LAST_WORDS:
        return words
    return words[:_FIRST_WORDS] + words[-_LAST_WORDS:]


def _tools(request: Request, reading: Reading, words: Sequence[str]) -> list[Evidence]:
    """Tools that the caller offers support agentic work; they do not make a poem agentic."""
    if not request.tools:
        return []
    found = [Evidence("agentic_tool_use", 1.0, "tools are offered")]
    if request.tool_choice not in (None, "auto", "none"):
        found.append(Evidence("agentic_tool_use", 3.0, "a tool is required"))
    if reading.has("act"):
        found.append(Evidence("agentic_tool_use", 0.9, "an action to take"))
    spoken = set(words)
    for tool in request.tools[:32]:
        named = [word for word in words_of(tool.name.replace("_", " ")) if len(word) >= 4]
        if any(word in spoken or f"{word}s" in spoken or word.rstrip("s") in spoken for word in named):
            found.append(Evidence("agentic_tool_use", 2.8, "a tool's subject is mentioned"))
            break
    return found


def _temper(scores: dict[str, float], reading: Reading, *, tools: bool) -> None:
    """A clear request outweighs what else a text mentions; a question about something does not do it."""
    asked = reading.asked
    if asked:
        spared = {asked, "eu_regulated", "conversational", "cjk_language"}
        if asked == "conversational":
            spared |= {"creative_content", "agentic_tool_use"}  # a message in rhyme, or one to be sent
        for task in scores:
            if task not in spared:
                scores[task] *= _MENTIONED
    question = any(place <= 4 for place in reading.places.get("ask", ()))
    how_to = any(place <= 4 for place in reading.places.get("howto", ()))
    abstract = not (reading.has("mine") or (reading.has("private") and not question))
    if (question or reading.question) and abstract and "eu_regulated" in scores:
        scores["eu_regulated"] *= _EXPLAINED
    if (how_to or question) and not tools and "agentic_tool_use" in scores:
        scores["agentic_tool_use"] *= _ASKED_ABOUT


def _confidence(scores: dict[str, float], task: str) -> float:
    """From the margin over the second best task; docs/classification.md says how often it is right."""
    best = scores.get(task, 0.0)
    second = max((score for name, score in scores.items() if name != task), default=0.0)
    value = 1.0 - 0.62 * math.exp(-(best - second) / 2.2)
    if best <= _BASE:
        value = min(value, 0.35)
    return round(min(value, 0.97), 2)


def _shown(evidence: list[Evidence], task: str) -> tuple[str, ...]:
    ordered = sorted(
        (item for item in evidence if item.task == task and item.weight > 0), key=lambda item: -item.weight
    )
    return tuple(dict.fromkeys(item.label for item in ordered))[:_SHOWN]
