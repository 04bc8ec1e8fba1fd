"""Producers for asyncio."""

from __future__ import annotations

import asyncio
import inspect
import weakref
from typing import TYPE_CHECKING, Any

from .. import _onsmq
from .._functions import function_for
from .._life import Looped
from .._transactions import AsyncChecker, AsyncExecuter, Outcomes, why
from ..producer import keyed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from .._onsmq import Check, Message, SendResult, Transaction
    from .._properties import Properties, Property
    from ..errors import OnsClientError


class _Sending(Looped):
    """What sends many messages at once."""

    _native: _onsmq.Producer

    def send_many(
        self, messages: Iterable[Message]
    ) -> asyncio.Future[list[SendResult | OnsClientError]]:
        """Send many messages, each on its own.

        Answers what became of each, in their order.
        """
        return self._port.ask(self._native.send_many_into, list(messages))

    async def flush(self, timeout: float | None = None) -> bool:
        """Wait for what is under way, at most for so many seconds.

        Answers whether all of it came to an end.
        """
        return await self._port.flush(timeout)


class Producer(_Sending):
    """Sends messages. It belongs to the event loop that it is first used in."""

    def _make(self, properties: list[tuple[str, str]]) -> _onsmq.Producer:
        # A send that waits for room must not hold up the event loop. What is given comes later,
        # and counts.
        return _onsmq.Producer([("SendBufferFull", "QUEUE"), *properties])

    def send(self, message: Message) -> asyncio.Future[SendResult]:
        """Send a message. What is awaited is there when a broker has stored it.

        What fails is tried again within SendMsgTimeoutMillis.
        """
        return self._port.ask(self._native.send_into, message)

    send_async = send

    def send_oneway(self, message: Message) -> asyncio.Future[None]:
        """Send a message without an answer: it may be lost without notice."""
        return self._port.ask(self._native.send_oneway_into, message)


class OrderProducer(_Sending):
    """Sends messages in order. It belongs to the event loop that it is first used in.

    Messages with the same sharding key go to the same queue, in the order of the calls, awaited or
    not; none is sent elsewhere when its queue's broker is away. `send_many` sends by the messages'
    own keys.
    """

    def _make(self, properties: list[tuple[str, str]]) -> _onsmq.Producer:
        return _onsmq.Producer.ordered(properties)

    def send(self, message: Message, sharding_key: str | None = None) -> asyncio.Future[SendResult]:
        """Send a message. What is awaited is there when the broker has stored it.

        Without a sharding key, by the message's own.
        """
        return self._port.ask(self._native.send_into, keyed(message, sharding_key))

    send_async = send


class TransactionProducer(Looped):
    """Sends messages that are delivered when a local transaction was committed.

    `checker`, a plain function or a coroutine function, is called on the loop with half messages of
    the group, this producer's or another's, whose outcome a broker asks for. One that raises leaves
    the outcome unknown, and is asked again later.
    """

    _native: _onsmq.Producer

    def __init__(
        self, config: Properties | None = None, /, *, checker: AsyncChecker, **properties: Property
    ) -> None:
        self._outcomes = Outcomes(checker)
        super().__init__(config, **properties)
        self._calls: set[asyncio.Task[None]] = set()

    def _make(self, properties: list[tuple[str, str]]) -> _onsmq.Producer:
        return _onsmq.Producer.transactional(properties)

    async def start(self) -> None:
        """Make it ready to send, and to be asked. Starting twice is starting once."""
        await super().start()
        take = weakref.WeakMethod(self._take_checks)
        self._port.watch(self._native.watch_checks, lambda: (it := take()) and it())

    async def send(self, message: Message, executer: AsyncExecuter, arg: Any = None) -> SendResult:
        """Send a half message, call `executer(message, arg)`, and tell the broker its outcome.

        The executer is a plain function or a coroutine function, and gets the message as the broker
        stored it. When it rolls back, that is raised as an error (TRANSACTION_ROLLED_BACK). When it
        raises, the outcome is unknown: an error (TRANSACTION_UNKNOWN) is raised from its exception,
        and the broker asks the checker later.
        """
        function_for("executer", executer)
        transaction: Transaction = await self._port.ask(self._native.begin_into, message)
        try:
            answer = executer(transaction.message(message), arg)
            if inspect.isawaitable(answer):
                answer = await answer
        except Exception as error:
            failed = self._port.ask(transaction.fail_into, why(error))
            raise await _the_error(failed) from error
        except BaseException as error:
            # Cancelled: the broker is told, and nobody waits for it.
            failed = self._port.ask(transaction.fail_into, why(error))
            failed.add_done_callback(lambda it: it.cancelled() or it.exception())
            raise
        outcome = self._outcomes.status("executer", executer, answer)
        ended: SendResult = await self._port.ask(transaction.end_into, outcome)
        return ended

    def _take_checks(self) -> None:
        for check in self._native.take_checks():
            try:
                answer = self._outcomes.begin(check)
            except Exception:  # noqa: BLE001 - whatever a checker raises
                self._outcomes.failed(check)
                continue
            if inspect.isawaitable(answer):
                call = asyncio.get_running_loop().create_task(self._await(check, answer))
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)
            else:
                self._outcomes.settle(check, answer)

    async def _await(self, check: Check, answer: Awaitable[Any]) -> None:
        try:
            settled = await answer
        except Exception:  # noqa: BLE001 - whatever a checker raises
            self._outcomes.failed(check)
        else:
            self._outcomes.settle(check, settled)


async def _the_error(failed: asyncio.Future[SendResult]) -> BaseException:
    """What a transaction that failed is to raise."""
    await asyncio.wait([failed])
    error = failed.exception()
    assert error
    return error
