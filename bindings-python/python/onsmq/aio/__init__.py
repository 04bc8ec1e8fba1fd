"""The same as `onsmq` for asyncio: no thread waits, and the event loop is never blocked."""

from .._enums import Action, MessageModel, OrderAction, TransactionStatus
from .._onsmq import Message, ReceivedMessage, SendResult
from .._received import ReceivedBatch
from ..errors import ErrorCode, OnsClientError
from .consumer import BatchConsumer, Consumer, OrderConsumer
from .producer import OrderProducer, Producer, TransactionProducer

__all__ = [
    "Action",
    "BatchConsumer",
    "Consumer",
    "ErrorCode",
    "Message",
    "MessageModel",
    "OnsClientError",
    "OrderAction",
    "OrderConsumer",
    "OrderProducer",
    "Producer",
    "ReceivedBatch",
    "ReceivedMessage",
    "SendResult",
    "TransactionProducer",
    "TransactionStatus",
]
