"""Answers in YAML: use case -> question -> answer; `*` stands for every use case."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_governance.assessing.answer import Answer, checked
from interlock_governance.assessing.question import Question
from interlock_governance.assessing.texts import text_of
from interlock_governance.use_cases import UseCase
from interlock_governance.use_cases.inventory import shortened

EVERY: Final = "*"
_LARGEST: Final = 64 * 1024 * 1024
_DEEPEST: Final = 6
_ABOUT: Final = ("answer", "who", "when", "evidence")
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_WIDTH: Final = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """`of` maps the id or the name of a use case, or EVERY, to the answers by question; `lines` the first to
    where it stands in `file`.
    """

    of: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def about(self, case: UseCase) -> tuple[Mapping[str, Answer], Mapping[str, Answer]]:
        """Those about the use case, and those about every one."""
        own: Mapping[str, Answer] = {}
        for name in (case.name, case.id):
            if name is not None and name != EVERY:
                own = {**own, **self.of.get(name, {})}
        return own, self.of.get(EVERY, {})

    def check(self, use_cases: Sequence[UseCase]) -> None:
        """Raises RequestError for answers about a use case that there is not."""
        known = {name for case in use_cases for name in (case.id, case.name) if name}
        for name in self.of:
            if name != EVERY and name not in known:
                key = f"{self.file}:{self.lines.get(name, 1)}"
                what = f"there is no use case {shortened(name)!r}; `{EVERY}` stands for every one."
                raise RequestError(what, key=key, suggestion=nearest(name, sorted(known)))

    def with_answer(self, name: str, question: str, answer: Answer) -> "Answers":
        """A copy with one more."""
        of = {**self.of, name: {**self.of.get(name, {}), question: answer}}
        return Answers(of=of, file=self.file, lines=self.lines)


def read_answers(file: str | os.PathLike[str], questions: Sequence[Question]) -> Answers:
    """The answers of a file.

    Raises:
        RequestError: it cannot be read, names a question or an answer that there is not, or an answer
            contradicts itself; with its line.
    """
    path = Path(file)
    return parse_answers(text_of(path, _LARGEST), path.name, questions)


def parse_answers(text: str, file: str, questions: Sequence[Question]) -> Answers:
    """As `read_answers`, of what a file holds. Raises RequestError."""
    root = _composed(text, file)
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value.strip()):
        return Answers(file=file)
    asked = {each.id: each for each in questions}
    of: dict[str, dict[str, Answer]] = {}
    lines: dict[str, int] = {}
    for name, line, below in _entries(root, file, "a mapping from use cases to answers is expected"):
        lines[name] = line
        of[name] = {}
        for asked_for, at, given in _entries(below, file, "a mapping from questions to answers is expected"):
            question = asked.get(asked_for)
            if question is None:
                what = f"there is no question {shortened(asked_for)!r}; there are {', '.join(asked)}."
                raise RequestError(what, key=f"{file}:{at}", suggestion=nearest(asked_for, list(asked)))
            of[name][asked_for] = _answer(question, given, file, at)
    return Answers(of=of, file=file, lines=lines)


def _composed(text: str, file: str) -> Any:
    """The tree, once it is known to be flat and without aliases."""
    depth = documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise RequestError("anchors and aliases are not read.", key=f"{file}:{line}")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if depth > _DEEPEST or documents > 1:
                what = "is nested too deeply" if depth > _DEEPEST else "a second document begins"
                raise RequestError(f"{what}.", key=f"{file}:{line}")
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = file if mark is None else f"{file}:{mark.line + 1}"
        problem = shortened(error.problem or error.context or "it cannot be parsed")
        raise RequestError(f"is not readable YAML: {problem}.", key=where) from None
    except (yaml.YAMLError, UnicodeError):
        raise RequestError(
            "is not readable YAML: it holds a character that YAML does not allow.", key=file
        ) from None


def _entries(node: Any, file: str, expected: str) -> Iterator[tuple[str, int, Any]]:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise RequestError(f"{expected}.", key=f"{file}:{line}")
    seen = set()
    for key, value in node.value:
        at = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise RequestError("a key is a text.", key=f"{file}:{at}")
        if key.value in seen:
            raise RequestError(f"{shortened(key.value)!r} stands there twice.", key=f"{file}:{at}")
        seen.add(key.value)
        yield key.value, at, value


def _answer(question: Question, node: Any, file: str, line: int) -> Answer:
    about: dict[str, Any] = {"answer": node}
    if isinstance(node, yaml.MappingNode) and any(key.value in _ABOUT for key, _ in node.value):
        about = {}
        for name, at, value in _entries(node, file, ""):
            if name not in _ABOUT:
                what = f"{shortened(name)!r} is none of {', '.join(_ABOUT)}."
                raise RequestError(what, key=f"{file}:{at}", suggestion=nearest(name, _ABOUT))
            about[name] = value
    given = _given(about["answer"], file) if "answer" in about else []
    return Answer(
        options=checked(question, given, f"{file}:{line}: {question.id}"),
        origin="answer",
        who=_line(about.get("who"), file),
        when=_day(about.get("when"), file),
        evidence=_line(about.get("evidence"), file),
    )


def _given(node: Any, file: str) -> list[str | tuple[str, str]]:
    """A text, a list of texts, or a mapping from options to what they hold; and lists of these."""
    if isinstance(node, yaml.ScalarNode):
        return [node.value.strip()] if node.value.strip() else []
    if isinstance(node, yaml.MappingNode):
        return [
            (name.strip(), "+".join(_texts(value, file)))
            for name, _, value in _entries(node, file, "a mapping is expected")
        ]
    return [each for part in node.value for each in _given(part, file)]


def _texts(node: Any, file: str) -> list[str]:
    if isinstance(node, yaml.ScalarNode):
        return [node.value]
    if isinstance(node, yaml.SequenceNode) and all(isinstance(each, yaml.ScalarNode) for each in node.value):
        return [each.value for each in node.value]
    raise RequestError("a text or a list of texts is expected.", key=f"{file}:{node.start_mark.line + 1}")


def _line(node: Any, file: str) -> str:
    return "" if node is None else "; ".join(shortened(each, 500) for each in _texts(node, file))


def _day(node: Any, file: str) -> date | None:
    text = _line(node, file)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        what = f"{text!r:.60} is no day, as 2026-11-29."
        raise RequestError(what, key=f"{file}:{node.start_mark.line + 1}: when") from None


def write_answers(answers: Answers, file: str | os.PathLike[str]) -> None:
    """As `read_answers` reads them; whole or not at all. Comments that were there are not kept.

    Raises:
        RequestError: nothing can be written there.
    """
    data = {
        name: {question: _plain(answer) for question, answer in given.items()}
        for name, given in answers.of.items()
    }
    text = yaml.dump(data, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=_WIDTH)
    write_whole(Path(file), text if data else "", mode=0o600)


def _plain(answer: Answer) -> dict[str, Any]:
    given: list[Any] = [{name: list(held)} if held else name for name, held in answer.options.items()]
    found: dict[str, Any] = {"answer": given or "unknown"}
    if answer.who:
        found["who"] = answer.who
    if answer.when:
        found["when"] = answer.when
    if answer.evidence:
        found["evidence"] = answer.evidence
    return found


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Replaces what is there in one step; `mode` is the file's. Raises RequestError."""
    try:
        number, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "wb") as out:
                out.write(text.encode("utf-8", "replace"))
            Path(part).chmod(mode)
            Path(part).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(part).unlink()
            raise
    except OSError as error:
        raise RequestError(f"cannot be written: {error.strerror or error}.", key=str(path)) from None
