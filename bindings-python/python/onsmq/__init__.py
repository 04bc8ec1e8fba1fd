"""Client for Apache RocketMQ and Aliyun MQ.

    producer = onsmq.Producer(namesrv_addr="127.0.0.1:9876", group_id="GID_demo")
    with producer:
        producer.send(onsmq.Message("orders", b"...", tag="created", key="42"))

`onsmq.aio` has the same for asyncio, `onsmq.testing` a server for tests.
"""

from . import errors
from ._enums import Action, MessageModel, OrderAction, TransactionStatus
from ._onsmq import Message, ReceivedMessage, SendResult, __version__
from ._received import ReceivedBatch
from .consumer import BatchConsumer, Consumer, OrderConsumer
from .errors import ErrorCode, OnsClientError
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
    "__version__",
    "errors",
]
