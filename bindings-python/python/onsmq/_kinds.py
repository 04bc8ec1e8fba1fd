"""In what the three kinds of consumer differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _onsmq
from ._enums import Action, Named, OrderAction
from ._received import ReceivedBatch

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Kind:
    """One of them."""

    native: Callable[[list[tuple[str, str]]], _onsmq.Consumer]
    """What makes the native half."""
    done: Named
    """The answer of a listener that is done with what it was called with."""
    again: Named
    """The other answer, which anything else counts as."""
    given: Callable[[_onsmq.Delivery], Any]
    """What a listener is called with."""
    received: Callable[[_onsmq.Delivery], Any]
    """What is received without a listener."""
    share: int = 1
    """Most deliveries that a thread takes at once."""


_ACTIONS = Action.COMMIT_MESSAGE, Action.RECONSUME_LATER
_ORDER_ACTIONS = OrderAction.SUCCESS, OrderAction.SUSPEND
_ONE = _onsmq.Delivery.message, _onsmq.Delivery.received

NORMAL = Kind(_onsmq.Consumer, *_ACTIONS, *_ONE, share=32)
ORDERED = Kind(_onsmq.Consumer.ordered, *_ORDER_ACTIONS, *_ONE)
BATCH = Kind(_onsmq.Consumer.batch, *_ACTIONS, _onsmq.Delivery.messages, ReceivedBatch)
