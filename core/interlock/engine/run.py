"""The loop of a call: what the strategy wants tried, one step after another, until one of them answers.

A plain call is a streamed one of which nothing is heard before the answer is whole.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from interlock.engine.attempting.attempts import Attempts
from interlock.engine.attempting.unhurried import unhurried
from interlock.engine.call import CallState
from interlock.engine.guarding.guards import Guards
from interlock.engine.races import Races
from interlock.engine.rescue import Delivery, Diverged
from interlock.engine.segment import Segment, given_up
from interlock.engine.steps import next_step
from interlock.errors import ProviderError
from interlock.types.response import Chunk


class Run:
    """Runs strategies for the calls of one router."""

    def __init__(self, attempts: Attempts, guards: Guards | None) -> None:
        self.attempts = attempts
        self._races = Races(attempts)
        self._guards = guards

    async def __call__(self, state: CallState, delivery: Delivery) -> AsyncGenerator[Chunk]:
        """The chunks of a call. When they end without an error, the call's `outcome` holds the answer that
        was accepted, as guardrails leave it.

        Raises the one error in which the call ends.
        """
        guards = self._guards
        while (step := await next_step(state)) is not None:
            segment = Segment(self._races, state, delivery, step)
            try:
                restart = segment.begin()
                if restart is not None:
                    yield restart
                if state.progress is None:
                    source = await segment.open()
                else:
                    opening = asyncio.get_running_loop().create_task(segment.open())
                    async with aclosing(state.progress.beside(opening)) as told:
                        async for news in told:
                            yield news
                    source = opening.result()
                if source is not None:
                    async with aclosing(source) as deltas:
                        async for delta in deltas:
                            chunk = delivery.take(delta)
                            if chunk is not None:
                                yield segment.signed(chunk) if chunk.thoughts else chunk
                outcome = segment.outcome
                if outcome.answer is None:
                    state.outcome = outcome
                    continue
                answer = outcome.answer
                if guards is not None and state.kept:
                    size = len(answer.text) + len(answer.reasoning)
                    answer = await unhurried(size, guards.restored, state, answer)
                if segment.chosen and (chunk := delivery.at_once(answer)) is not None:
                    yield chunk
                rest = delivery.settle(answer)
                if guards is not None and delivery.windowed:
                    guards.check_delivered(delivery.delivered, answer)
            except ProviderError as error:
                state.outcome = segment.broken(error)
                continue
            except Diverged:
                what = "the stream broke, and the next answer does not go on where it stopped"
                raise segment.interrupted(what) from None
            if rest is not None:
                yield segment.signed(rest) if rest.thoughts else rest
            state.outcome = outcome if answer is outcome.answer else replace(outcome, answer=answer)
            return
        raise given_up(self.attempts, state, delivery)
