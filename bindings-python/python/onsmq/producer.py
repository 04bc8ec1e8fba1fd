"""Producers for threads."""

from __future__ import annotations

import concurrent.futures
import weakref
from typing import TYPE_CHECKING, Any

from . import _onsmq
from ._checks import CheckThread
from ._functions import function_for
from ._futures import futures
from ._life import Threaded
from ._transactions import Checker, Executer, Outcomes, why

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from ._onsmq import Message, SendResult
    from ._properties import Properties, Property
    from .errors import OnsClientError


class _Sending(Threaded):
    """What sends many messages at once, and some in the background."""

    _native: _onsmq.Producer

    def send_many(self, messages: Iterable[Message]) -> list[SendResult | OnsClientError]:
        """Send many messages, each on its own, and wait for all.

        Answers what became of each, in their order.
        """
        return self._native.send_many(list(messages))

    def flush(self, timeout: float | None = None) -> bool:
        """Wait for what `send_async` has under way, at most for so many seconds.

        Answers whether all of it came to an end.
        """
        return not concurrent.futures.wait(futures().of(self), timeout).not_done


class Producer(_Sending):
    """Sends messages. Any threads at once.

    Properties are keyword arguments, or a mapping with the names of the documentation.
    """

    def _make(self, properties: list[tuple[str, str]]) -> _onsmq.Producer:
        return _onsmq.Producer(properties)

    def send(self, message: Message) -> SendResult:
        """Send a message, and wait until a broker has stored it.

        What fails is tried again within SendMsgTimeoutMillis.
        """
        return self._native.send(message)

    def send_async(self, message: Message) -> Future[SendResult]:
        """Send a message in the background.

        Callbacks of the future are called on one thread for all, and should be short.
        """
        return futures().ask(self, self._native.send_into, message)

    def send_oneway(self, message: Message) -> None:
        """Send a message without an answer: it may be lost without notice."""
        self._native.send_oneway(message)


class OrderProducer(_Sending):
    """Sends messages in order. Any threads at once.

    Messages with the same sharding key go to the same queue, in the order of the calls; none is
    sent elsewhere when its queue's broker is away. `send_many` sends by the messages' own keys.
    """

    def _make(self, properties: list[tuple[str, str]]) -> _onsmq.Producer:
        return _onsmq.Producer.ordered(properties)

    def send(self, message: Message, sharding_key: str | None = None) -> SendResult:
        """Send a message, and wait until the broker has stored it.

        Without a sharding key, by the message's own.
        """
        return self._native.send(keyed(message, sharding_key))

    def send_async(self, message: Message, sharding_key: str | None = None) -> Future[SendResult]:
        """Send a message in the background, in the order of the calls.

        Callbacks of the future are called on one thread for all, and should be short.
        """
        return futures().ask(self, self._native.send_into, keyed(message, sharding_key))


class TransactionProducer(Threaded):
    """Sends messages that are delivered when a local transaction was committed.

    `checker` is called with half messages of the group, this producer's or another's, whose
    outcome a broker asks for: on a thread of the producer's own, one at a time. One that raises
    leaves the outcome unknown, and is asked again later.
    """

    _native: _onsmq.Producer

    def __init__(
        self, config: Properties | None = None, /, *, checker: Checker, **properties: Property
    ) -> None:
        self._outcomes = Outcomes(checker)
        super().__init__(config, **properties)
        self._checks = CheckThread(self._native, self._outcomes)
        # The thread does not hold this object: when nobody does, it ends.
        weakref.finalize(self, self._checks.stop).atexit = False

    def _make(self, properties: list[tuple[str, str]]) -> _onsmq.Producer:
        return _onsmq.Producer.transactional(properties)

    def start(self) -> None:
        """Make it ready to send, and to be asked. Starting twice is starting once."""
        super().start()
        self._checks.start()

    def shutdown(self) -> None:
        """Wait for sends in flight, and disconnect. A second call does nothing."""
        super().shutdown()
        self._checks.stop()
        self._checks.join()

    def send(self, message: Message, executer: Executer, arg: Any = None) -> SendResult:
        """Send a half message, call `executer(message, arg)`, and tell the broker its outcome.

        The executer runs in this call, with the message as the broker stored it. When it rolls
        back, that is raised as an error (TRANSACTION_ROLLED_BACK). When it raises, the outcome is
        unknown: an error (TRANSACTION_UNKNOWN) is raised from its exception, and the broker asks
        the checker later.
        """
        function_for("executer", executer)
        transaction = self._native.begin(message)
        try:
            answer = executer(transaction.message(message), arg)
        except Exception as error:
            raise transaction.fail(why(error)) from error
        except BaseException as error:
            transaction.fail(why(error))
            raise
        return transaction.end(self._outcomes.status("executer", executer, answer))


def keyed(message: Message, sharding_key: str | None) -> Message:
    """The message with a sharding key."""
    return message if sharding_key is None else _onsmq.with_sharding_key(message, sharding_key)
