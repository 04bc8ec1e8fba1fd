"""Enumerations. Values are the vendor's names; what is written here in capitals is Python's.

The vendor's names are aliases as well, so that `Action["CommitMessage"]` finds a member. To a type
checker they would be further members.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self


class Named(enum.Enum):
    """An enumeration whose members are found by the vendor's names, and by no others."""

    @classmethod
    def values(cls) -> tuple[Self, ...]:
        """All members."""
        return tuple(cls)

    @classmethod
    def value_of(cls, name: str) -> Self:
        """The member that has exactly this name. `ValueError` with those that there are."""
        for member in cls:
            if member.value == name:
                return member
        allowed = " or ".join(member.value for member in cls)
        raise ValueError(f"{cls.__name__} has no value {name!r}: {allowed} is allowed")


class Action(Named):
    """What becomes of a message that a listener was called with."""

    COMMIT_MESSAGE = "CommitMessage"
    """It is done with."""
    RECONSUME_LATER = "ReconsumeLater"
    """It is to come again later."""

    if not TYPE_CHECKING:
        CommitMessage = COMMIT_MESSAGE
        ReconsumeLater = RECONSUME_LATER


class OrderAction(Named):
    """What becomes of an ordered message that a listener was called with."""

    SUCCESS = "Success"
    """It is done with: the next one of its queue may come."""
    SUSPEND = "Suspend"
    """Its queue pauses for suspendTimeMillis, then it comes again."""

    if not TYPE_CHECKING:
        Success = SUCCESS
        Suspend = SUSPEND


class TransactionStatus(Named):
    """The outcome of a transaction."""

    COMMIT_TRANSACTION = "CommitTransaction"
    """The message is delivered."""
    ROLLBACK_TRANSACTION = "RollbackTransaction"
    """The message is dropped."""
    UNKNOWN = "Unknow"
    """Not known yet: the broker asks the checker later."""

    UNKNOW = UNKNOWN
    if not TYPE_CHECKING:
        CommitTransaction = COMMIT_TRANSACTION
        RollbackTransaction = ROLLBACK_TRANSACTION
        Unknow = UNKNOWN


class MessageModel(Named):
    """Who gets the messages of a topic."""

    CLUSTERING = "CLUSTERING"
    """The members of a group share them."""
    BROADCASTING = "BROADCASTING"
    """Each member of a group gets all."""
