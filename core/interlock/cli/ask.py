"""`interlock ask`: the answer as it comes, and a line about how it came."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.cli import kept, memory, show
from interlock.cli.asking import Asked, asking
from interlock.cli.cascades import REJECTED, cascade_lines
from interlock.cli.failures import FAILED
from interlock.cli.inputs import check_denied
from interlock.cli.panels import CONTESTED, verdict_lines
from interlock.cli.session import session
from interlock.cli.status import StatusLine
from interlock.records import response_to_plain, usage_to_plain
from interlock.types.response import Response

if TYPE_CHECKING:
    from interlock.router import Router

_CUT = {
    None: "The answer was cut off at the token limit and is not complete; see --max-tokens.",
    "repetition": "The answer began to repeat itself, was cut off there and is not complete.",
}


@asking
def ask(
    context: typer.Context,
    *,
    asked: Asked,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole response as one JSON object, when it is complete.")
    ] = False,
    no_stream: Annotated[
        bool, typer.Option("--no-stream", help="Print the answer only when it is complete.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Leave out the line about the decision.")
    ] = False,
) -> None:
    """Answer a prompt.

    The answer goes to standard output as it comes; a line on standard error says who answered and why.
    """
    router = session(context).informed_router()
    check_denied(asked.constraints.deny_vendors, router.wiring.vendors)
    whole = as_json or no_stream
    try:
        response = asyncio.run((_complete if whole else _stream)(router, asked.messages, asked.options))
    finally:
        if not router.wiring.config.records:
            memory.remember(router.records)
        kept.tell_losses(router.wiring)
    if as_json:
        provider = router.deployments[response.deployment].provider
        show.write_json(
            {
                "text": response.text,
                "finish_reason": response.finish_reason,
                "usage": usage_to_plain(response.usage),
                **response_to_plain(response, provider, whole=True),
            }
        )
    elif no_stream:
        output = _Output()
        output.write(response.text)
        output.end()
    for remark in _remarks(response):
        show.note(remark)
    if not (quiet or as_json):
        show.note(show.decision_line(response))
        for line in (*verdict_lines(response.record), *cascade_lines(response.record)):
            show.note(line)
    if response.finish_reason == "length":
        raise typer.Exit(FAILED)


async def _complete(router: "Router", messages: list[dict[str, str]], options: dict[str, Any]) -> Response:
    async with router:
        return await router.complete(messages, **options)


async def _stream(router: "Router", messages: list[dict[str, str]], options: dict[str, Any]) -> Response:
    if router.wiring.config.rescue == "restart":
        # What is printed cannot be taken back, so a second answer must not follow a broken one.
        options["rescue"] = "replay"
    output, status = _Output(), StatusLine()
    if options["ensemble"]:
        status.write(f"Asking the members of {options['ensemble']} …")
    async with router, router.stream(messages, **options) as stream:
        try:
            async for chunk in stream:
                if chunk.progress is not None:
                    status.tell(chunk.progress)
                if chunk.text:
                    status.clear()
                    output.write(chunk.text)
        finally:
            status.clear()
            output.end()
        if stream.response is None:
            raise AssertionError("a stream that ends without an error has a response")
        return stream.response


class _Output:
    """Standard output that ends with a line break, whole answer or not."""

    def __init__(self) -> None:
        self._open = False

    def write(self, text: str) -> None:
        text = show.printable(text)
        sys.stdout.write(text)
        sys.stdout.flush()
        self._open = not text.endswith("\n") if text else self._open

    def end(self) -> None:
        if self._open:
            self._open = False
            sys.stdout.write("\n")
            sys.stdout.flush()


def _remarks(response: Response) -> list[str]:
    """What a reader must know to take the answer for what it is."""
    remarks = []
    if response.finish_reason == "length":
        remarks.append(_CUT.get(response.extra.get("cut"), _CUT[None]))
    if response.finish_reason == "refusal":
        remarks.append("The model refused to answer.")
    elif not response.text.strip():
        remarks.append("The model answered with no text.")
    if response.verdict is not None and response.verdict.contested:
        remarks.append(CONTESTED)
    if response.cascade is not None and not response.cascade.accepted:
        remarks.append(REJECTED)
    return remarks
