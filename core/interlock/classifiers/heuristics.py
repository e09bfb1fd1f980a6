"""Which task a request is, from what its last human turn looks like. Microseconds, no I/O, no model."""

import math
import re
from collections.abc import Sequence
from functools import cache
from operator import itemgetter

from interlock.classifiers import language as languages
from interlock.classifiers.grammar import CLAUSES
from interlock.classifiers.lexicon import ENGLISH, STRONG, TASKS, WEAK, lexicon, outer_words, words_of
from interlock.classifiers.matching import vocabulary
from interlock.classifiers.memory import Memory
from interlock.classifiers.rules import combined
from interlock.classifiers.scores import Evidence, Reading, label_of
from interlock.classifiers.signals import signals_of
from interlock.classifiers.turns import bounded, human_turn
from interlock.protocols import ClassifyCall
from interlock.types.decisions import Classification

LONG = 50_000
"""Tokens from which a request is a long document, whatever it says."""

_TOOLS = 32  # tools whose names are looked at
_UNNAMED = ("",)  # tools that the caller will offer later
_EAST_ASIAN_HEAD = 1_500  # characters in which phrases of Chinese, Japanese and Korean are looked for
_SYSTEM = 1_500  # characters of a system prompt in which demands are looked for
_TECHNICAL = 2.0  # a Latin word of this weight for code, inside Chinese, Japanese or Korean text
_DECISIVE = 4.0  # a demand of a system prompt counts from this weight
_QUOTATION = r"\"[^\"\n]{12,}\"|[“„”][^“”„\n]{12,}[“”]|«[^«»\n]{12,}»"
_INSTRUCTION = 4  # blanks left beside a quotation: an instruction of at least five words
_SHOWN = 6
_OPENING = 4  # words before a question's
_BASE = 1.2  # conversation, when nothing else speaks
_MENTIONED = 0.7  # what a clear request for something else leaves of a task
_ASKED_ABOUT = 0.45  # what "how do I …" leaves of agentic_tool_use, unless tools are offered
_REPORTED = 0.25  # what "I updated …" leaves of it
_RIVAL = 1.6  # the score of another task from which question words say nothing
_SMALL = 1.0  # up to this weight words of conversation only ask
_ASKING = 0.4  # what they say then
_BESIDE = 0.5  # what everyday topics count beside a clear request for something else
_EXPLAINED = 0.3  # what a question about the law leaves of eu_regulated
_weight = itemgetter(1)
_compiled = cache(re.compile)
_DEMANDS = ("eu_regulated", "low_latency")


class HeuristicClassifier:
    """The built-in classifier `heuristics`.

    Reads at most the first 4,096 and the last 2,048 characters of the last human turn, and for vocabulary the
    first 220 and last 140 words of those; a system prompt only for demands (EU, latency), tools for their
    names, and `call.input_tokens`. The answers to the last few hundred such inputs are kept. Deterministic,
    except that `Classification.language` stays None for doubtful texts until py3langid is loaded. Never
    raises, whatever the text. Safe to share between threads.
    """

    api = 1
    name = "heuristics"

    def __init__(self) -> None:
        vocabulary(None)  # read now, some 30 ms, so that no decision has to wait for it
        self._memory = Memory()

    def classify(self, call: ClassifyCall) -> Classification:
        request = call.request
        text = human_turn(request)
        first = request.messages[0]
        system = bounded(first.text)[:_SYSTEM] if first.role == "system" else ""
        tools = tuple([tool.name for tool in request.tools[:_TOOLS]]) if request.tools else ()
        if request.tools_available and not tools:
            tools = _UNNAMED
        required = request.tool_choice not in (None, "auto", "none")
        key = text, system, tools, required, call.input_tokens >= LONG
        size = len(text) + len(system) + len("".join(tools))
        answer = self._memory.get(key, size)
        if answer is None:
            answer, final = self._classify(*key)
            if final:
                self._memory.keep(key, size, answer)
        return answer

    def _classify(
        self, text: str, system: str, tools: tuple[str, ...], required: bool, long: bool
    ) -> tuple[Classification, bool]:
        """The answer, and whether it will still be the same when py3langid is there."""
        share, east = languages.east_asian(text)
        foreign = share >= 0.5
        words = outer_words(text if foreign else _unquoted(text), latin=foreign)
        signals = signals_of(text)
        if foreign:
            language, final = east, True
        else:
            spoken = languages.from_function_words(words, text)
            language, final = _language(text, words, spoken, signals)
        if long:
            evidence: tuple[str, ...] = (f"{LONG:,} tokens or more",)
            answer = Classification(
                task="long_document", confidence=0.98, evidence=evidence, language=language
            )
            return answer, final
        if foreign:
            scores, found = _judge_east_asian(text, words, signals, east or "zh")
        else:
            scores, found = _judge(text, words, spoken, signals, tools=tools, required=required)
        if system:
            _add_system(system, scores, found)
        ordered = [scores.get(name, 0.0) for name in TASKS]
        task = TASKS[ordered.index(max(ordered))]
        answer = Classification(
            task=task,
            confidence=_confidence(scores, task),
            evidence=_shown(found, task),
            language=language,
        )
        return answer, final


def _judge(
    text: str,
    words: Sequence[str],
    spoken: str | None,
    signals: list[Evidence],
    *,
    tools: tuple[str, ...],
    required: bool,
) -> tuple[dict[str, float], list[Evidence]]:
    reading = Reading(vocabulary(spoken).hits(words), len(words), spoken, text)
    reading.evidence += signals
    reading.evidence.extend(combined(reading, words, spoken, text[:CLAUSES]))
    if tools:
        reading.evidence.extend(_tools(tools, required, reading, words))
    scores = reading.totals()
    scores["conversational"] = _talk(scores, reading)
    _temper(scores, reading, tools=bool(tools))
    return scores, reading.evidence


def _judge_east_asian(
    text: str, words: Sequence[str], signals: list[Evidence], language: str
) -> tuple[dict[str, float], list[Evidence]]:
    """Such a text is cjk_language unless it is code, a calculation, or must stay in the EU."""
    evidence: list[Evidence] = [("cjk_language", 4.5, "Chinese, Japanese or Korean script")]
    evidence += [signal for signal in signals if signal[0] != "low_latency"]
    terms = lexicon(language).unspaced_hits(text[:_EAST_ASIAN_HEAD])
    evidence += [(term.task, term.weight, term.label) for term in terms if term.kind == STRONG]
    technical = [
        term
        for _, _, term in vocabulary(ENGLISH).hits(words)
        if term.task == "code_generation" and term.weight >= _TECHNICAL
    ]
    named = sorted({term.label for term in technical if term.kind in (STRONG, WEAK)})
    evidence += [("code_generation", 2.4 if rank == 0 else 0.8, name) for rank, name in enumerate(named)]
    totals: dict[str, float] = {}
    for task, weight, _ in evidence:
        totals[task] = totals.get(task, 0.0) + weight
    for task in totals:
        if task not in ("cjk_language", "code_generation", "quantitative", "eu_regulated"):
            totals[task] = 0.0
    return totals, evidence


def _add_system(system: str, scores: dict[str, float], evidence: list[Evidence]) -> None:
    """Demands that a system prompt makes of every answer."""
    for _, _, term in vocabulary(None).hits(words_of(system)):
        if term.kind == STRONG and term.task in _DEMANDS and term.weight >= _DECISIVE:
            scores[term.task] = scores.get(term.task, 0.0) + term.weight
            evidence.append((term.task, term.weight, f"{term.label} in the system prompt"))


def _language(
    text: str, words: Sequence[str], spoken: str | None, signals: list[Evidence]
) -> tuple[str | None, bool]:
    """As `languages.spaced`; function words that decide in a text that is no program are believed first."""
    code = bool(signals) and any(
        task == "code_generation" and weight >= _DECISIVE for task, weight, _ in signals
    )
    shortest = languages.SHORTEST  # no word is empty, hence so many words suffice
    if spoken and not code and (len(words) >= shortest or sum(map(len, words)) >= shortest):
        return spoken, True
    return languages.spaced(text, words, spoken, code=code)


def _unquoted(text: str) -> str:
    """The text without longer quotations, when enough is left: they are worked on and ask for nothing."""
    if not ('"' in text or "“" in text or "„" in text or "«" in text or "”" in text):
        return text
    rest = _compiled(_QUOTATION).sub(" ", text)
    return rest if rest.count(" ") >= _INSTRUCTION else text


def _tools(tools: tuple[str, ...], required: bool, reading: Reading, words: Sequence[str]) -> list[Evidence]:
    """Tools that the caller offers support agentic work; they do not make a poem agentic."""
    found: list[Evidence] = [("agentic_tool_use", 1.0, "tools are offered")]
    if required:
        found.append(("agentic_tool_use", 3.0, "a tool is required"))
    if reading.has("act"):
        found.append(("agentic_tool_use", 0.9, "an action to take"))
    spoken = set(words)
    for tool in tools:
        named = [word for word in words_of(tool.replace("_", " ")) if len(word) >= 4]
        if any(word in spoken or f"{word}s" in spoken or word.rstrip("s") in spoken for word in named):
            found.append(("agentic_tool_use", 2.8, "a tool's subject is mentioned"))
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
    places = reading.places  # ascending
    question = "ask" in places and places["ask"][0] <= _OPENING
    how_to = "howto" in places and places["howto"][0] <= _OPENING
    abstract = not (reading.has("mine") or (reading.has("private") and not question))
    if (question or reading.question) and abstract and "eu_regulated" in scores:
        scores["eu_regulated"] *= _EXPLAINED
    if "agentic_tool_use" in scores and not tools and "agentic_tool_use" not in reading.clear:
        if how_to or question or reading.asks:
            scores["agentic_tool_use"] *= _ASKED_ABOUT
        elif reading.reports:
            scores["agentic_tool_use"] *= _REPORTED


def _talk(scores: dict[str, float], reading: Reading) -> float:
    """The score of conversation: question words count for it only where nothing else is asked for."""
    value = scores.pop("conversational", 0.0)
    if scores and max(scores.values()) >= _RIVAL:
        topics = sorted([weight for task, weight, _ in reading.evidence if task == "conversational"])
        if topics and topics[-1] <= _SMALL:
            value = 0.0
        elif len(topics) > 1:
            value = topics[-1] + (0.5 * topics[-2] if topics[-2] > _SMALL else 0.0)
        value += _ASKING
        if reading.clear:
            value *= _BESIDE
    return value + _BASE


def _confidence(scores: dict[str, float], task: str) -> float:
    """From the margin over the second best task; docs/classification.md says how often it is right."""
    best, second = scores.get(task, 0.0), 0.0
    others = [score for name, score in scores.items() if name != task]
    if others:
        second = max(others)
    value = 1.0 - 0.62 * math.exp(-(best - second) / 2.2)
    if best <= _BASE:
        value = min(value, 0.35)
    return round(min(value, 0.97), 2)


def _shown(evidence: list[Evidence], task: str) -> tuple[str, ...]:
    ordered = [item for item in evidence if item[0] == task and item[1] > 0]
    ordered.sort(key=_weight, reverse=True)
    labels: list[str] = []
    for item in ordered:
        label = label_of(item)
        if label not in labels:
            labels.append(label)
            if len(labels) == _SHOWN:
                break
    return tuple(labels)
