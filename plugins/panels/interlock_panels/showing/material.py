"""What one ruling has to show its judges, and what is to be told of it."""

import asyncio

from interlock import Message, Text
from interlock.fencing import Fence, cut, escaped
from interlock.protocols import ArbitrateCall
from interlock_panels.showing.addressing import addresses_judge
from interlock_panels.showing.answers import shown
from interlock_panels.showing.conversations import attachments, conversation

_LONG = 4_000


async def material_of(call: ArbitrateCall) -> "Material":
    """What a ruling has to show, looked at in a thread where that takes long."""
    if sum(len(each.answer.text) for each in call.members) < _LONG:
        return Material(call)
    return await asyncio.to_thread(Material, call)


class Material:
    """The conversation and the answers of one call.

    Attributes:
        addressing: the labels of the members whose answers speak to a judge.
        flags: what is to be told of the answers themselves.
    """

    def __init__(self, call: ArbitrateCall) -> None:
        self._request = call.request
        self._answers = {member.label: shown(member) for member in call.members}
        self._attachments = attachments(call.request)
        structured = call.request.output is not None
        self.addressing = tuple(
            label
            for label, each in self._answers.items()
            if addresses_judge(each.told, structured=structured)
        )
        self.flags = (
            *(("addresses_judge",) if self.addressing else ()),
            *(("media_not_shown",) if any(each.hidden for each in self._answers.values()) else ()),
        )

    def texts(self, *labels: str) -> tuple[str, ...]:
        """The answers as they are, for whoever looks for words in them."""
        return tuple(self._answers[label].text for label in labels)

    def prompt(
        self,
        told: str,
        answers: dict[str, str],
        reminder: str,
        most: int,
        *,
        more: dict[str, str] | None = None,
        instead: str | None = None,
    ) -> tuple[tuple[Message, Message], bool]:
        """The messages to a judge, and whether something was left out of its data.

        Args:
            told: the instructions.
            answers: what each answer is called in the prompt, and its member's label.
            reminder: what is said after the data.
            most: characters of the conversation, and of each answer.
            more: further data, by what it is called.
            instead: another question, in place of the conversation.
        """
        fence = Fence()
        asked, was_cut = conversation(self._request, most) if instead is None else (instead, False)
        pieces = [fence.around("conversation", escaped(asked))]
        texts = {f"answer {name}".strip(): self._answers[label].text for name, label in answers.items()}
        for name, text in (texts | (more or {})).items():
            given, short = cut(text, most)
            was_cut = was_cut or short
            pieces.append(fence.around(name, escaped(given)))
        text = "\n\n".join([*pieces, reminder])
        attached = self._attachments if instead is None else ()
        content = (Text(text), *attached) if attached else text
        return (Message("system", told), Message("user", content)), was_cut
