"""What a classifier must keep to."""

import asyncio
import importlib.util
import inspect
from collections.abc import Iterator
from typing import Any

from interlock.catalog import load_tasks
from interlock.classifiers.turns import human_turn
from interlock.protocols import API, Classifier, ClassifyCall, LocalClassifier
from interlock.testing.purity import no_connection, no_io
from interlock.testing.rules import Conformance, expect
from interlock.types.decisions import Classification
from interlock.types.messages import Image, Message, ToolCall, ToolResult
from interlock.types.request import Request

_CANARY = "quoxbrindle"

PROMPTS = (
    "Which class should my daughter take next year?",
    "Write a Python function that parses a date and raises ValueError.",
    "请把下面的合同条款翻译成英文。",
    "Solve 3x + 4 = 19 and explain each step.",
    "Schreibe ein kurzes Gedicht über den Herbst.",
    "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'",
)

HOSTILE = (
    "",
    " \t\r\n\u3000",
    "\x00\x01\x02",
    "\ud800 a lone surrogate \udfff",
    "\u202eright to left\u202c \u200b\ufeff",
    "¼A ½ ① ² ٣ ३ Ⅷ 10²km ３㎏",
    "👩‍👩‍👧‍👦" * 500,
    "a" * 1_000_000,
    "(" * 50_000,
    "a b " * 100_000 + "!",
    "```" * 9_999,
    "```python\nunclosed",
    "$$" + "\\frac{" * 5_000,
    "|" * 20_000 + "\n",
    "9" * 100_000,
    "e\u0301" * 20_000,
    "%s %d {0} {name} \\N{x} \\u0041",
    "<script>" * 3_000,
    "\n" * 100_000,
)


class ClassifierConformance(Conformance):
    """The rules for classifiers. A subclass sets `classifier`, to an instance.

    Attributes:
        classifier: what is tested.
        prompts: texts of the kind that it is meant for, beside our own.
    """

    classifier: Classifier
    prompts: tuple[str, ...] = ()

    def test_is_a_classifier(self) -> None:
        """An instance with `api`, a `name`, a `classify` that is not awaited, and any `refine` awaited."""
        classifier = self.classifier
        expect(
            isinstance(classifier, Classifier),
            f"{classifier!r} is no Classifier: it needs api, name, classify",
        )
        expect(not isinstance(classifier, type), "give an instance, not the class")
        expect(classifier.api == API, f"api is {classifier.api!r}; this version speaks {API}")
        expect(isinstance(classifier.name, str) and classifier.name, "name must be text")
        expect(
            not inspect.iscoroutinefunction(classifier.classify), "classify must not be a coroutine function"
        )
        refine = getattr(classifier, "refine", None)
        expect(refine is None or inspect.iscoroutinefunction(refine), "refine must be a coroutine function")

    def test_names_known_tasks_with_a_confidence_from_0_to_1(self) -> None:
        """An opinion has a task of the catalog, a confidence of 0 to 1, and texts as evidence."""
        tasks = {row.task for row in load_tasks()}
        for request in self._requests():
            opinion = self._classify(request)
            if opinion is None:
                continue
            expect(
                opinion.task in tasks, f"{opinion.task!r} is no task; there are {', '.join(sorted(tasks))}"
            )
            expect(0 <= opinion.confidence <= 1, f"confidence {opinion.confidence!r} is not between 0 and 1")
            named = isinstance(opinion.evidence, tuple) and all(
                isinstance(item, str) for item in opinion.evidence
            )
            expect(named, f"evidence must be a tuple of text, not {opinion.evidence!r}")

    def test_gives_the_same_answer_again(self) -> None:
        """Equal requests are classified alike, in whatever order they come."""
        requests = list(self._requests())
        first = [self._classify(request) for request in requests]
        again = [self._classify(request) for request in reversed(requests)]
        expect(first == again[::-1], "the same request was classified in two ways: classify must be pure")

    def test_survives_hostile_text(self) -> None:
        """Whatever the text, `classify` returns a Classification or None, and raises nothing."""
        for text in HOSTILE:
            self._classify(_request(text))
        if importlib.util.find_spec("hypothesis") is not None:
            self._survives_anything()

    def test_survives_messages_without_text(self) -> None:
        """Images, tool calls, empty turns and thousands of turns are classified, too."""
        call = ToolCall(id="1", name="lookup", arguments={"deep": [[[{}]]]})
        picture = Image(data=b"\x89PNG", media_type="image/png")
        for messages in (
            [Message("user", (picture,))],
            [Message("system", "Be brief.")],
            [Message("assistant", (call,)), Message("tool", (ToolResult(id="1", content="42"),))],
            [Message("user", ())],
            [Message("user", "next")] * 2_000,
        ):
            self._classify(Request(tuple(messages)))

    def test_does_no_io(self) -> None:
        """After its first use, `classify` opens no file or socket, starts no process and does not sleep."""
        requests = list(self._requests())
        for request in requests:
            self._classify(request)  # what is read once, at first use, is not the point
        with no_io("classify"):
            for request in requests:
                self._classify(request)

    def test_keeps_the_prompt_out_of_its_evidence(self) -> None:
        """No names or addresses of the prompt stand in an opinion, which is recorded."""
        for prompt in self._prompts():
            opinion = self._classify(_request(f"{_CANARY}. {prompt} {_CANARY}@example.com"))
            expect(
                opinion is None or _CANARY not in repr(opinion).lower(),
                "the evidence repeats the prompt: evidence is recorded, prompts are not",
            )

    def test_refines_without_a_model(self) -> None:
        """A local classifier's `refine` gives the same opinion again, of a known task or one of its own;
        it survives hostile text, opens no connection, and repeats no prompt.
        """
        classifier = self.classifier
        if not isinstance(classifier, LocalClassifier):
            return
        expect(classifier.local is True, f"local is {classifier.local!r}, and must be True")
        expect(0 <= classifier.below <= 1, f"below {classifier.below!r} is not between 0 and 1")
        tasks = {row.task for row in load_tasks()} | {*classifier.own_tasks()}
        sofar = Classification(task="conversational", confidence=0.3)

        async def refine(text: str) -> Classification | None:
            request = _request(text)
            call = ClassifyCall(request=request, input_tokens=len(text) // 4, text=human_turn(request))
            return await classifier.refine(call, sofar)

        async def refine_all() -> None:
            await refine(PROMPTS[0])  # what is loaded once, at first use, may be read from files
            for text in (*self._prompts(), *HOSTILE):
                with no_connection("refine"):
                    opinion, again = await refine(f"{_CANARY}. {text}"), await refine(f"{_CANARY}. {text}")
                expect(opinion == again, "the same request was refined in two ways")
                if opinion is not None:
                    expect(opinion.task in tasks, f"{opinion.task!r} is no task, and none of own_tasks()")
                    expect(0 <= opinion.confidence <= 1, f"confidence {opinion.confidence!r} is none")
                    expect(_CANARY not in repr(opinion).lower(), "the evidence repeats the prompt")

        asyncio.run(refine_all())

    def _prompts(self) -> tuple[str, ...]:
        return (*PROMPTS, *self.prompts)

    def _requests(self) -> Iterator[Request]:
        return (_request(prompt) for prompt in self._prompts())

    def _classify(self, request: Request) -> Classification | None:
        tokens = sum(len(message.text) for message in request.messages) // 4
        opinion: Any = self.classifier.classify(ClassifyCall(request=request, input_tokens=tokens))
        expect(
            opinion is None or isinstance(opinion, Classification),
            f"classify returned a {type(opinion).__name__}, not a Classification or None",
        )
        return opinion  # type: ignore[no-any-return]  # checked in the line above

    def _survives_anything(self) -> None:
        from hypothesis import given, settings  # noqa: PLC0415 - only where it is installed
        from hypothesis import strategies as st  # noqa: PLC0415 - likewise

        text = st.text(max_size=400)

        @settings(max_examples=60, deadline=None, database=None)
        @given(st.lists(text, min_size=1, max_size=4))
        def survives(texts: list[str]) -> None:
            self._classify(Request(tuple(Message("user", item) for item in texts)))

        survives()


def _request(text: str) -> Request:
    return Request((Message("user", text),))
