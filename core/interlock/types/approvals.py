"""What a person is asked to agree to, and the grant with which they do."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from interlock.types.canonical import digest_of, plainly
from interlock.types.messages import ToolCall
from interlock.types.tools import Preview, ToolEffect

QUARTER = 15 * 60.0
"""Seconds for which a grant lasts where nobody says otherwise."""


def _new_id() -> str:
    from uuid import uuid4  # noqa: PLC0415 - few programs grant anything

    return uuid4().hex


def args_digest(arguments: Mapping[str, Any]) -> str:
    """Of a call's arguments. Equal JSON values give equal digests, and no others do: see `types.canonical`.

    Raises RequestError for what is no JSON.
    """
    return digest_of("arguments", dict(arguments), key="arguments")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """One run of a tool, as it is put before a person.

    It has a copy of the call, which later changes to the arguments do not reach: `call` is what may be run
    under the grant, and no other.

    Attributes:
        effect: what the run does outside, by the user's policy.
        required: whether the policy wants a grant for it; one that is given anyway has to fit too.
        tool_digest: of the tool in the version that would run: `interlock.tools.digest`.
        run: the id of the run of an agent, or of whatever else the call belongs to.
        step: the place in that run; with `run`, it names one effect.
        policy: the version of the policy that asks: `ToolPolicy.version`.
    """

    call: ToolCall
    effect: ToolEffect
    required: bool
    tool_digest: str
    preview: Preview | None = None
    run: str = ""
    step: str = ""
    policy: str = ""

    def __post_init__(self) -> None:
        arguments = plainly(self.call.arguments, key="arguments")
        object.__setattr__(self, "call", replace(self.call, arguments=arguments))

    @property
    def tool(self) -> str:
        """The name of the tool, as the model calls it."""
        return self.call.name

    @property
    def shown(self) -> str:
        """The arguments as JSON, for the person: what would not be seen, or would turn the text around, is
        written out as an escape.
        """
        text = json.dumps(self.call.arguments, ensure_ascii=False, sort_keys=True)
        return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)

    @property
    def arguments_digest(self) -> str:
        """Of the call's arguments: a grant holds for these and for no others."""
        return args_digest(self.call.arguments)

    @property
    def preview_digest(self) -> str | None:
        """Of what was shown; None where the tool shows nothing beforehand."""
        return None if self.preview is None else self.preview.digest

    @property
    def digest(self) -> str:
        """Of all that a grant is bound to: the same for whoever asks for the same run again."""
        bound = {
            "tool": self.tool_digest,
            "arguments": self.arguments_digest,
            "preview": self.preview_digest,
            "run": self.run,
            "step": self.step,
            "policy": self.policy,
        }
        return digest_of("approval", bound)

    def grant(self, *, approver: str, lasts: float = QUARTER, now: float | None = None) -> "Grant":
        """The grant of `approver`, who has been authenticated, for this and nothing else.

        It lasts so many seconds from `now` on, which is in seconds since the epoch.
        """
        issued = time.time() if now is None else now
        return Grant(
            tool_digest=self.tool_digest,
            arguments_digest=self.arguments_digest,
            preview_digest=self.preview_digest,
            run=self.run,
            step=self.step,
            policy=self.policy,
            approver=approver,
            issued=issued,
            expires=issued + lasts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A person's consent to one run. It is used once: a `GrantBook` remembers its `id`.

    Attributes:
        preview_digest: of what the person was shown of its effect; None when they were shown none.
        approver: who agreed, as the authentication says; never what a tool's arguments say.
        issued, expires: seconds since the epoch.
    """

    tool_digest: str
    arguments_digest: str
    preview_digest: str | None
    run: str
    step: str
    policy: str
    approver: str
    issued: float
    expires: float
    id: str = field(default_factory=_new_id)

    def why_not(self, asked: ApprovalRequest, *, now: float) -> str | None:
        """None when it covers what is asked for; else a sentence that says why it does not.

        `now` is seconds since the epoch. That the grant has not been used is its `GrantBook`'s to say.
        """
        if not self.approver:
            return "nobody's name is on the grant"
        if self.tool_digest != asked.tool_digest:
            return f"the grant is for another tool, or another version of {asked.tool}"
        if self.arguments_digest != asked.arguments_digest:
            return "the grant is for other arguments"
        if self.preview_digest != asked.preview_digest:
            return "what it would do is not what was shown when the grant was given"
        if (self.run, self.step) != (asked.run, asked.step):
            return "the grant is for another run, or another step of it"
        if self.policy != asked.policy:
            return "the policy has changed since the grant was given"
        if now < self.issued:
            return "the clock stands before the moment at which the grant was given"
        if now >= self.expires:
            return "the grant has expired"
        return None
