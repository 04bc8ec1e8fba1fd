"""Enumerations, with the vendor's names as values: `Action("CommitMessage")` is strict."""

import enum


class Action(enum.Enum):
    """What becomes of a message that a listener was called with."""

    COMMIT_MESSAGE = "CommitMessage"
    """It is done with."""
    RECONSUME_LATER = "ReconsumeLater"
    """It is to come again later."""


class MessageModel(enum.Enum):
    """Who gets the messages of a topic."""

    CLUSTERING = "CLUSTERING"
    """The members of a group share them."""
    BROADCASTING = "BROADCASTING"
    """Each member of a group gets all."""
