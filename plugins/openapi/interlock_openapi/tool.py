"""One operation as a tool."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interlock import Repeat, ToolOutcome, ToolSpec
from interlock.http import Masker, aside
from interlock.protocols import API, ToolRun
from interlock.types.tools import ToolEffect
from interlock_openapi.answers import Answers
from interlock_openapi.bodies import ARGUMENT, body_of
from interlock_openapi.document import Document, Operation
from interlock_openapi.effects import effect_of, repeat_of
from interlock_openapi.parameters import framing_of, key_of, parameters_of
from interlock_openapi.requesting import Writer
from interlock_openapi.security import Security
from interlock_openapi.specs import description_of, schema_of
from interlock_openapi.styles import Unwritable
from interlock_openapi.tokens import signed
from interlock_tools import ClientCredentials, NotSent
from interlock_tools.replies import not_sent
from interlock_tools.schemas import Checker, is_small

_LARGE = 64 * 1024  # bytes that take milliseconds to read
_SETTLES = 60.0


class OpenApiTool:
    """An operation of a document, at the connector's address.

    Attributes:
        operation: what stands in the document.
        settles_within: seconds; nobody says how long a service takes, so a minute.
    """

    api = API
    settles_within = _SETTLES

    def __init__(
        self,
        document: Document,
        operation: Operation,
        name: str,
        *,
        root: str,
        security: Security,
        tokens: ClientCredentials | None = None,
        most: int,
        trust_methods: bool,
    ) -> None:
        """`root` is where its path is appended, `tokens` gets those of OAuth, `most` is how many characters
        of an answer are told.
        """
        self.operation = operation
        self._tokens = tokens
        self._security = security
        body = body_of(document, operation)
        filled = security.fills(operation)
        parameters = [
            each for each in parameters_of(document, operation, (ARGUMENT,)) if each.at not in filled
        ]
        key = key_of(operation, parameters)
        shown = [each for each in parameters if each is not key]
        self.effect: ToolEffect = effect_of(operation)
        keyed = self.effect != "read" and (key is not None or bool(body is not None and body.key))
        self._body_key = body.key if body is not None and key is None and self.effect != "read" else ""
        self.repeat = repeat_of(self.effect, keyed=keyed)
        if trust_methods and self.repeat.way == "none" and operation.method in ("put", "delete"):
            self.repeat = Repeat("natural")
        self.spec = ToolSpec(
            name=name,
            description=description_of(operation),
            parameters=schema_of(document, shown, body, without=self._body_key),
        )
        self._answers = Answers(document, operation, shown, effect=self.effect, keyed=keyed, most=most)
        self._writer = Writer(
            operation.method,
            operation.path,
            root=root,
            parameters=parameters,
            body=body if self._body_key or body is None else replace(body, key=""),
            key=key,
            accept=framing_of(document, operation, "accept") or self._answers.accept,
            media=framing_of(document, operation, "content-type") if body is None else "",
        )
        self._checker: Checker | None = None

    async def run(self, run: ToolRun) -> ToolOutcome:
        arguments = dict(run.call.arguments)
        check = self._objection
        if wrong := check(arguments) if is_small(arguments) else await aside(check, arguments):
            return ToolOutcome(outcome="refused", reason="not_sent", content=wrong)
        login = self._security.login(self.operation)
        try:
            request = self._writer.write(arguments, login, run.key)
        except (Unwritable, ValueError) as error:
            return ToolOutcome(outcome="refused", reason="not_sent", content=str(error))
        if self._tokens is None or not login.token:
            reply = await run.send(request)
        else:
            try:
                reply = await signed(run, request, self._tokens)
            except NotSent as early:
                return not_sent(early.error)
        read = self._answers.outcome
        large = len(reply.body) > _LARGE
        outcome = await aside(read, reply, arguments) if large else read(reply, arguments)
        return self._masked(outcome)

    def _masked(self, outcome: ToolOutcome) -> ToolOutcome:
        """Without keys that a toolbox does not know of. It masks the connector's own."""
        content = outcome.content
        if isinstance(content, str) and any(secret in content for secret in self._security.secrets):
            return replace(outcome, content=Masker(self._security.secrets)(content), receipt=None, more=None)
        return outcome

    def _objection(self, arguments: Mapping[str, Any]) -> str | None:
        if self._checker is None:
            self._checker = Checker(self.spec.parameters)
        return self._checker.objection(arguments)
