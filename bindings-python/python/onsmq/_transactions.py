"""What executers and checkers answer, and what follows from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Optional, Union

from ._enums import TransactionStatus
from ._functions import Warnings, function_for, name_of
from ._log import logger
from ._onsmq import Message

if TYPE_CHECKING:
    from ._onsmq import Check

Status = Optional[TransactionStatus]
Checker = Callable[[Message], Status]
Executer = Callable[[Message, Any], Status]
AsyncChecker = Callable[[Message], Union[Status, Awaitable[Status]]]
AsyncExecuter = Callable[[Message, Any], Union[Status, Awaitable[Status]]]


class Outcomes:
    """Asks a producer's functions for the outcomes of transactions."""

    def __init__(self, checker: Callable[..., Any]) -> None:
        self._checker = function_for("checker", checker)
        self._warnings = Warnings()

    def begin(self, check: Check) -> Any:
        """Call the checker. The answer may have to be awaited."""
        return self._checker(check.message())

    def call(self, check: Check) -> None:
        """Call the checker, and tell the broker what it answers."""
        try:
            answer = self.begin(check)
        except BaseException:  # noqa: BLE001 - sys.exit in a checker is a failure, too
            self.failed(check)
        else:
            self.settle(check, answer)

    def settle(self, check: Check, answer: object) -> None:
        """The checker has answered."""
        check.complete(self.status("checker", self._checker, answer))

    def failed(self, check: Check) -> None:
        """The checker raised what is being handled."""
        name = name_of(self._checker)
        logger.exception("checker %s failed: the broker asks again later", name)
        check.complete(TransactionStatus.UNKNOWN.value)

    def status(self, role: str, function: object, answer: object) -> str:
        """The vendor's name of an answer."""
        if not isinstance(answer, TransactionStatus):
            meaning = "UNKNOWN: return a TransactionStatus"
            self._warnings.warn(role, function, answer, meaning)
            answer = TransactionStatus.UNKNOWN
        return str(answer.value)


def why(error: BaseException) -> str:
    """An exception on a line."""
    return f"{type(error).__name__}: {error}"
