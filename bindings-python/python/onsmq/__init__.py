"""Client for Apache RocketMQ and Aliyun MQ.

    producer = onsmq.Producer(namesrv_addr="127.0.0.1:9876", group_id="GID_demo")
    with producer:
        producer.send(onsmq.Message("orders", b"...", tag="created", key="42"))

`onsmq.aio` has the same for asyncio, `onsmq.testing` a server for tests.
"""

from . import errors
from ._enums import Action, MessageModel
from ._onsmq import Message, SendResult, __version__
from .consumer import Consumer
from .errors import ErrorCode, OnsClientError
from .producer import Producer

__all__ = [
    "Action",
    "Consumer",
    "ErrorCode",
    "Message",
    "MessageModel",
    "OnsClientError",
    "Producer",
    "SendResult",
    "__version__",
    "errors",
]
