"""`interlock assess`: five questions about each use case, and the policy that holds to the answers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import FAILED, note, session, tables, write_json
from interlock.errors import RequestError
from interlock_governance.commands.asking import Columns, Conditions, Files, inventory_of, tell_complaints
from interlock_governance.commands.reporting import ReportFile, check_report, save_report
from interlock_governance.commands.watching import at_work, bar

if TYPE_CHECKING:
    from interlock import Router
    from interlock_governance.assessing import Answers, Assessment, Question
    from interlock_governance.use_cases import UseCase

Part = tuple[Sequence[str], Sequence[Sequence[str]]]
_SHOWN: Final = 20
_IN_DETAIL: Final = 2
_ANSWERS: Final = Path("answers.yaml")
_INTERRUPTED: Final = 130


def assess(
    context: typer.Context,
    files: Files,
    *,
    columns: Columns = None,
    conditions: Conditions = None,
    answers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Answers in YAML; with --ask, where new ones are kept."),
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask, one question at a time, what nobody has answered.")
    ] = False,
    who: Annotated[str, typer.Option(metavar="NAME", help="Who answers, with --ask.")] = "",
    questions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Questions of your own, in TOML, beside or in place of the five."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the policies that hold requests to what is required."),
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write cases for `interlock policy test`.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List every use case.")] = False,
    report: ReportFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Say of each use case whether it is allowed, with which measures, and what a deployment must meet.

    Five questions are answered by the inventory, by a file of answers, or by you. What nobody knows is
    never taken for a no. Where there is a configuration, its deployments are held against what is required.
    Nothing is sent. The exit code is 0 when each use case is allowed or allowed with measures, 1 when one is
    not allowed, 2 for wrong usage.
    """
    check_report(report)
    if ask and answers is None:
        answers = _ANSWERS
    inventory = inventory_of(files, columns, conditions)
    asked, given = _asked(questions, answers, inventory.use_cases, files, columns, fresh=ask)
    if ask:
        given = _interview(inventory.use_cases, asked, given, answers or _ANSWERS, who)
    with _configured(context) as router:
        found = _assess(inventory.use_cases, given, asked, router)
        _write(found, router, policy, cases)
        if report is not None:
            from interlock_governance.assessing.report import assessment_report

            digest = "" if router is None else router.digest
            save_report(report, lambda now: assessment_report(found, asked, made_at=now, digest=digest))
    if as_json:
        from interlock_governance.assessing import plain

        write_json([plain(each) for each in found])
    else:
        _show(found, everything=everything)
        tell_complaints(inventory.complaints)
        note("A pre-assessment from what was answered; it is no legal advice.")
    if any(each.refusals for each in found):
        raise typer.Exit(FAILED)


def _asked(
    questions: Path | None,
    answers: Path | None,
    chosen: "Sequence[UseCase]",
    files: Sequence[str],
    columns: Sequence[str] | None,
    *,
    fresh: bool,
) -> "tuple[Sequence[Question], Answers]":
    """Questions and answers. Answers may be about use cases that were not chosen, and about no others."""
    from interlock_governance.assessing import Answers, read_answers, read_questions, standard_questions

    asked = standard_questions() if questions is None else read_questions(questions)
    if answers is None or (fresh and not answers.exists()):
        return asked, Answers()
    given = read_answers(answers, asked)
    counted = Counter(name for case in chosen for name in {case.id, case.name} & given.of.keys())
    for name, count in counted.items():
        if count > 1:
            note(f"The answers about {name} count for {count:,} use cases, which share the id or the name.")
    try:
        given.check(chosen)
    except RequestError:
        given.check(inventory_of(files, columns, None).use_cases)
    return asked, given


def _assess(
    cases: "Sequence[UseCase]", given: "Answers", asked: "Sequence[Question]", router: "Router | None"
) -> "Sequence[Assessment]":
    from interlock_governance import assessing

    with bar("Assessing", len(cases)) as advance:
        return assessing.assess(cases, answers=given, questions=asked, router=router, progress=advance)


@contextmanager
def _configured(context: typer.Context) -> "Iterator[Router | None]":
    """None where nobody has configured a deployment."""
    with session(context).router() as router:
        yield router if router.wiring.config.deployments else None


def _write(
    found: "Sequence[Assessment]", router: "Router | None", policy: Path | None, cases: Path | None
) -> None:
    from interlock_governance.assessing import cases_text, policy_text
    from interlock_governance.assessing.answer_files import write_whole

    if cases is not None and router is None:
        raise RequestError(
            "a configuration with deployments is needed; name it with --config.", key="--cases"
        )
    texts = []
    with at_work("Writing"):
        if policy is not None:
            texts.append((policy, policy_text(found, file=policy.as_posix(), router=router)))
        if cases is not None and router is not None:
            texts.append((cases, cases_text(found, router)))
        for path, text in texts:
            write_whole(path, text)
    if policy is not None:
        note(f"The policy is in {policy}; its first lines say what the configuration needs.")
    if cases is not None:
        note(f"The cases are in {cases}: interlock policy test {cases}")


def _interview(
    cases: "Sequence[UseCase]", asked: "Sequence[Question]", given: "Answers", file: Path, who: str
) -> "Answers":
    import sys
    from datetime import UTC, datetime

    from interlock_governance.assessing import write_answers
    from interlock_governance.assessing.interview import Interview

    if not sys.stdin.isatty():
        raise RequestError(
            "needs a terminal; write the answers into a file and name it with --answers.", key="--ask"
        )

    def read(prompt: str) -> str:
        typed: str = typer.prompt(prompt, default="", show_default=False, err=True)
        return typed

    interview = Interview(
        questions=asked,
        answers=given,
        read=read,
        say=lambda line: typer.echo(line, err=True),
        keep=lambda all_of_them: write_answers(all_of_them, file),
        today=datetime.now(UTC).astimezone().date(),
        who=who,
    )
    try:
        interview.who = interview.who or read("Who answers? (a name or a role; Enter for nobody)").strip()
        return interview.ask(cases)
    except typer.Abort:
        raise typer.Exit(_INTERRUPTED) from None
    finally:
        if interview.given:
            note(f"New answers in {file}: {interview.given}.")


def _show(found: "Sequence[Assessment]", *, everything: bool) -> None:
    from interlock_governance.assessing.tables import counted, detailed, listed

    if not found:
        note("There is no use case in them.")
    elif len(found) <= _IN_DETAIL:
        for at, each in enumerate(found):
            for place, part in enumerate(detailed(each)):
                if at or place:
                    typer.echo()
                tables(part)
    else:
        shown = found if everything else found[:_SHOWN]
        tables(listed(shown), counted(found))
        if len(found) > len(shown):
            note(f"The first {len(shown)} of {len(found):,} use cases; --all lists every one.")
