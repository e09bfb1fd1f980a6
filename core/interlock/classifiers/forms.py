"""What a sentence asks for by its build: a quantity, a chain of orders, something invented; or an answer.

Each form is a few classes of the vocabulary in their places, so that it holds for nouns which no list has.
"""

from collections.abc import Iterator, Sequence

from interlock.classifiers.grammar import opening, orders, roles
from interlock.classifiers.scores import Evidence, Reading

_OPENING = 3  # words in which a request's verb stands, when there is a "please" or "can you" before it
_ORDER = 2.0  # from here on a chain of orders is work for an agent
_MOST = 4.2
_SEVERAL = 3  # numbers that are looked at without a question
_TWO = 2
_COUNTED = 3  # orders
_CLEAR = 2.0  # weight from which a form outweighs the everyday words around it
_TEXTS = ("make", "edit", "compose", "calc", "label", "translate", "voice", "invent")
_TALES = frozenset({"asif", "let", "would", "fable", "persona", "genre", "funny", "wording", "invent"})
_REQUESTS = ("make", "edit", "wish", "compose", "fix")
_ORDERED, _MAYBE = 1.3, 1.0  # an order to change something, and any other


def by_form(
    reading: Reading,
    words: Sequence[str],
    numbers: Sequence[tuple[int, int]],
    text: str,
    language: str | None,
) -> list[Evidence]:
    """Evidence from the forms; how the text opens, and what is clear, is noted in the reading."""
    known = roles(language)
    first = opening(words, known)
    head = words[first] if first < len(words) else ""
    wanted = reading.opens("wanted", 1)
    asking = head in known["wh"]
    reading.asks = reading.question and asking
    reading.reports = not wanted and head in known["self"] and not reading.asks
    found: list[Evidence] = []
    if numbers or "number" in reading.places:
        found += _quantity(reading, numbers, asking=asking)
    if not _TALES.isdisjoint(reading.places):
        found += _invention(reading, words, first, known["pro"])
    if not reading.asks and reading.asked != "code_generation" and not reading.opens("howto", _OPENING):
        changes = _changes(reading)
        led = reading.reports or reading.asked  # then one more verb makes no chain
        if len(changes) >= _TWO if led else changes or head not in known["any"]:
            found += _chain(reading, orders(words, text, known, first, changes), changes, first)
    for task, weight, _ in found:
        if weight >= _CLEAR:
            reading.clear.add(task)
    return found


def _quantity(reading: Reading, numbers: Sequence[tuple[int, int]], *, asking: bool) -> Iterator[Evidence]:
    places, has = reading.places, reading.has
    asked = has("amount")
    question = asked or asking or reading.question or has("calc")
    if not question and "versus" not in places and len(numbers) < _SEVERAL:
        return
    # The halves of "3,20" stand side by side and are one quantity.
    starts = sorted({at for at, _ in numbers}.union(places.get("number", ())))
    count = len(starts) - sum(map(set(starts).__contains__, [at + 1 for at in starts]))
    related = reading.count("relation") + reading.count("unit")
    weight = 0.0
    if count >= 2:
        if asked:
            weight = 2.4 if related else 1.8
        elif has("versus") and (question or related or reading.count("versus") >= 2):
            weight = 2.3
        elif question and (has("chance") or has("sample") or has("money")):
            weight = 2.0
        elif count + related >= 5 and (question or count >= _SEVERAL):
            weight = 1.4 if question else 0.8
    elif count and question:
        if has("chance") and (asked or related):
            weight = 2.2
        elif asked and related >= 2:
            weight = 1.8
    if weight:
        yield "quantitative", weight, "a quantity asked for"


def _invention(
    reading: Reading, words: Sequence[str], first: int, pronouns: frozenset[str]
) -> Iterator[Evidence]:
    has, near, opens = reading.has, reading.near, reading.opens
    last = first + _OPENING
    request = any(opens(verb, last) for verb in _REQUESTS)
    fable = has("fable")
    persona = fable or has("persona")
    told = has("voice")
    if has("asif") and not has("asifme") and (request or persona):
        yield "creative_content", 2.8, "something told as if"
    elif not has("letme") and near("let", "voice", 6) and opens("let", first + 1):
        yield "creative_content", 3.0 if persona else 2.0, "somebody made to speak"
    elif "would" in reading.places and not reading.reports:
        at = reading.places["would"][0]
        if at <= 2 and told and at + 1 < len(words) and words[at + 1] not in pronouns:
            yield "creative_content", 3.0 if persona else 2.2, "somebody made to speak"
        elif at <= 2 and persona and told:
            yield "creative_content", 2.6, "somebody made to speak"
    elif fable and (request or opens("voice", last) or has("likea")):
        yield "creative_content", 3.0 if opens("compose", last) else 2.4, "a figure of tales"
    elif persona and (opens("voice", last) or request) and (told or near("likea", "persona", 3)):
        yield "creative_content", 2.2, "somebody made to speak"
    if has("genre") and (request or opens("recast", last)) and not reading.question:
        yield "creative_content", 2.4, "one kind of text made of another"
    if has("funny") and (request or first + 2 >= reading.places["funny"][0]):
        yield "creative_content", 2.2 if reading.asked != "conversational" else 1.2, "a tone asked for"
    if near("wording", "occasion", 10) and not opens("howto", _OPENING):
        yield "creative_content", 2.4 if request or not reading.question else 1.6, "words for an occasion"
    elif near("wording", "funny", 4) and not reading.question:
        yield "creative_content", 2.2, "words in a tone"
    if opens("invent", first + 1) and not reading.asked:
        yield "creative_content", 2.4, "something to invent"


def _changes(reading: Reading) -> frozenset[int]:
    places = reading.places
    return frozenset((*places.get("do", ()), *places.get("notify", ())))


def _chain(reading: Reading, ordered: list[int], changes: frozenset[int], first: int) -> Iterator[Evidence]:
    """Orders in a row, or one about all of something; orders for a text are none."""
    places = reading.places
    acts = places.get("act", ())
    texts = {at for name in _TEXTS for at in places.get(name, ())}
    told = any(at > first + 1 for at in places.get("notify", ()))
    if not ordered and told and "do" in places and not (reading.question or reading.reports):
        ordered = [places["do"][0]]
    # After "write …" or "read the report …" an order that changes nothing is about that text.
    about = (
        bool(ordered)
        and ordered[0] not in changes
        and (ordered[0] in texts or ("doc" in places and ordered[0] in places.get("digest", ())))
    )
    weights = [
        _ORDERED if at in changes else _MAYBE
        for at in ordered
        if at in changes or (not about and (at in acts or at not in texts))
    ][:_COUNTED]
    if not weights or "terse" in places or (len(weights) == 1 and not changes):
        return
    weight = sum(weights)
    weight += 1.0 if told and len(ordered) > 0 else 0.0
    weight += 0.8 if "scope" in places else 0.0
    weight += 0.4 if "when" in places else 0.0
    if reading.reports and len(weights) < 2:
        weight *= 0.5
    if weight >= _ORDER:
        yield "agentic_tool_use", min(weight, _MOST), "orders in a row"
