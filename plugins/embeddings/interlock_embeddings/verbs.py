"""`interlock tasks`: learn tasks of your own from examples, test them, show what was learned."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.commands import FAILED, note, tables, write_json
from interlock.errors import ConfigError

if TYPE_CHECKING:
    from interlock_embeddings.own.measures import Measure
    from interlock_embeddings.own.tasks import OwnTasks

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Learn tasks of your own from examples, and test them.")

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_Examples = Annotated[Path, typer.Argument(metavar="EXAMPLES", help='Lines of {"text": …, "task": …}.')]
_File = Annotated[Path, typer.Argument(metavar="TASKS", help="What `learn` has written.")]


@app.command()
def learn(
    examples: _Examples,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the tasks are written.")
    ] = Path("tasks.json"),
    anyway: Annotated[bool, typer.Option("--anyway", help="Write them even if they are rejected.")] = False,
    as_json: _Json = False,
) -> None:
    """Learn tasks from examples, find out how well they are found, and write them if they are worth it.

    Twenty examples of a task suffice. Each is judged once while it is kept aside, and so are Interlock's own
    labelled prompts. The exit code is 1 when the tasks are rejected, 2 when the examples cannot be read.
    """
    from interlock_embeddings.own.examples import read_examples
    from interlock_embeddings.own.learning import learn as learned_from
    from interlock_embeddings.own.measures import measured
    from interlock_embeddings.own.tasks import written

    lesson = learned_from(read_examples(examples), told=note)
    names = lesson.tasks.names
    measure = measured(lesson.examples, lesson.said, names)
    if measure.verdict == "adopt" or anyway:
        counts = {name: sum(each.task == name for each in lesson.examples) for name in names}
        facts = {"examples": counts, **measure.plain()}
        _write(output, written(replace(lesson.tasks, facts=facts)))
        note(f"Written: {output}. Load it with classifiers: {{embeddings: {{tasks: {output}}}}}.")
    _show(measure, names, as_json=as_json)


@app.command("test")
def examined(tasks: _File, examples: _Examples, *, as_json: _Json = False) -> None:
    """Say how learned tasks tell other examples: those of Interlock's tasks should be told as (other).

    The exit code is 1 when the tasks would be rejected for it, 2 when a file cannot be read.
    """
    from interlock_embeddings.encoder import encoder
    from interlock_embeddings.excerpts import excerpt
    from interlock_embeddings.own.examples import read_examples
    from interlock_embeddings.own.measures import measured

    own, rows = _read(tasks), read_examples(examples)
    vectors = encoder.vectors([each.text for each in rows])
    found = [own.find(vector, excerpt(each.text)) for vector, each in zip(vectors, rows, strict=True)]
    said = ["" if each is None else each[0] for each in found]
    _show(measured(rows, said, own.names), own.names, as_json=as_json)


@app.command()
def show(tasks: _File, *, as_json: _Json = False) -> None:
    """Say which tasks a file holds, and what was measured when they were learned."""
    own = _read(tasks)
    if as_json:
        write_json({"tasks": list(own.names), "threshold": own.threshold, "measured": dict(own.facts)})
        return
    examples, recall = (_part(own, key) for key in ("examples", "recall"))
    rows = [(name, str(examples.get(name, "")), _told(recall.get(name))) for name in own.names]
    tables((("Task", "Examples", "Found"), rows))
    note(f"When it was learned: {own.facts.get('verdict', 'not measured')}.")


def _part(own: "OwnTasks", key: str) -> Mapping[str, Any]:
    found = own.facts.get(key)
    return found if isinstance(found, Mapping) else {}


def _told(share: object) -> str:
    if not isinstance(share, Mapping):
        return ""
    return f"{share.get('part')} of {share.get('whole')}"


def _read(path: Path) -> "OwnTasks":
    from interlock_embeddings.own.tasks import read_tasks

    try:
        return read_tasks(path)
    except ValueError as error:
        raise ConfigError(str(error), key="tasks") from None


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}.", key="--output") from None


def _show(measure: "Measure", names: Sequence[str], *, as_json: bool) -> None:
    from interlock_embeddings.own.measures import ELSE

    if as_json:
        write_json(measure.plain())
    else:
        columns = (*names, ELSE)
        rows = [
            (task, *(str(row.get(each, 0)) for each in columns))
            for task, row in sorted(measure.matrix.items())
        ]
        shares = [(name, str(measure.recall[name]), str(measure.precision[name])) for name in names]
        taken = [(task, str(share)) for task, share in measure.taken.items() if share.part]
        parts: list[tuple[tuple[str, ...], Sequence[Sequence[str]]]] = [
            (("Labelled", *columns), rows),
            (("Task", "Found", "Right where it is said"), shares),
            (("Taken from", "Prompts"), taken),
        ]
        tables(*(part for part in parts if part[1]))
        for reason in measure.reasons:
            note(f"{reason}.")
        note(f"Verdict: {measure.verdict}.")
    if measure.reasons:
        raise typer.Exit(FAILED)
