"""What is measured: programs and their arguments, under the title of what they are compared in."""

from __future__ import annotations

from typing import NamedTuple

from programs import apache_node, apache_python, c, go, java, kafka, node, python, rdkafka, rust

# What the first address can be of.
NAME_SERVER, PROXY = "name server", "proxy"


# Calls of `send_many` under way at once, as many messages as others have in flight.
THREADS = "threads=10"
# A group of its own that takes a topic's backlog, in C.
FROM_FIRST = ["--", "ConsumeFromWhere=CONSUME_FROM_FIRST_OFFSET", "GROUP_ID={group}"]
LISTS_OF_32 = "ConsumeMessageBatchMaxSize=32"


class Run(NamedTuple):
    """A program and its arguments, in which `{group}` stands for a group of its own."""

    title: str
    name: str
    command: list[str]
    # Whose address it is given.
    server: str = NAME_SERVER


def blocking(messages: int) -> list[Run]:
    few = ["scenario=blocking", f"messages={messages // 25}"]
    many = ["scenario=blocking", "threads=16", f"messages={messages // 10}"]
    one, sixteen = "blocking send, 1 thread", "blocking send, 16 threads"
    return [
        Run(one, "TCP, 600 bytes there and back", c("ping_pong", *few)),
        Run(one, "bare", c("bare", *few)),
        Run(one, "onsmq C", c("send", *few)),
        Run(one, "onsmq Rust", rust(*few)),
        Run(one, "Apache's Java", java("apache", *few)),
        Run(one, "vendor's Java", java("vendor", *few)),
        Run(one, "Go", go(*few)),
        Run(sixteen, "onsmq C", c("send", *many)),
        Run(sixteen, "onsmq C, autoBatch=false", c("send", *many, "--", "autoBatch=false")),
        Run(sixteen, "Apache's Java", java("apache", *many)),
        Run(sixteen, "Go", go(*many)),
    ]


def asynchronous(messages: int) -> list[Run]:
    def of(part: int, *more: str) -> list[str]:
        return ["scenario=async", f"messages={messages // part}", *more]

    gathered, kib = "asynchronous send, 128 B", "asynchronous send, 1 KiB"
    # Whole batches only.
    whole = f"messages={messages // 4 // 32 * 32}"
    batches = ["scenario=async", whole, "many=32", "in_flight=16", "body=1024"]
    alone = "asynchronous send, 128 B, one message a request"
    return [
        Run(gathered, "bare, batches of 100", c("bare", *of(1, "many=100", "in_flight=16"))),
        Run(gathered, "onsmq C", c("send", *of(1))),
        Run(gathered, "onsmq C, send_many", c("send", "scenario=many", f"messages={messages}")),
        Run(gathered, "onsmq Rust", rust(*of(1))),
        Run(gathered, "onsmq Rust, send_many", rust("scenario=many", f"messages={messages}")),
        Run(gathered, "Apache's Java, autoBatch", java("apache", *of(1, "auto_batch=true"))),
        Run(
            gathered,
            "onsmq Python, send_many",
            python("scenario=many", f"messages={messages}", THREADS),
        ),
        Run(gathered, "onsmq Python, futures", python(*of(4))),
        Run(
            gathered,
            "onsmq Python, asyncio",
            python("scenario=asyncio", f"messages={messages // 4}"),
        ),
        Run(
            gathered,
            "onsmq Python, asyncio send_many",
            python("scenario=asyncio-many", f"messages={messages}"),
        ),
        Run(gathered, "onsmq Node, sendMany", node("scenario=many", f"messages={messages}")),
        Run(gathered, "onsmq Node, promises", node(*of(4))),
        Run(alone, "bare", c("bare", *of(4, "many=1", "in_flight=1000"))),
        Run(alone, "onsmq C, autoBatch=false", c("send", *of(4, "--", "autoBatch=false"))),
        Run(alone, "Apache's Java", java("apache", *of(4))),
        Run(alone, "vendor's Java", java("vendor", *of(4))),
        Run(alone, "Go", go(*of(10))),
        Run(kib, "bare, batches of 32", c("bare", *batches)),
        Run(kib, "onsmq C", c("send", *of(4, "body=1024"))),
        Run(
            kib,
            "Apache's Java, autoBatch",
            java("apache", *of(4, "body=1024", "auto_batch=true")),
        ),
    ]


def other_sends(messages: int) -> list[Run]:
    """One-way, and large bodies, which are what the network and the disk make of them."""
    large, oneway = "asynchronous send, 64 KiB", "one-way send"
    of = ["body=65536", "in_flight=64", f"messages={messages // 250}"]
    many = ["scenario=oneway", f"messages={messages // 4}"]
    return [
        Run(large, "bare", c("bare", "scenario=async", *of, "many=1")),
        Run(large, "onsmq C", c("send", "scenario=async", *of)),
        Run(large, "Apache's Java", java("apache", "scenario=async", *of, "warmup=1000")),
        Run(oneway, "onsmq C", c("send", *many)),
        Run(oneway, "Apache's Java", java("apache", *many)),
        Run(oneway, "vendor's Java", java("vendor", *many)),
    ]


def drain(messages: int) -> list[Run]:
    """Of a backlog that is there."""
    title, of = "drain", ["scenario=drain", f"messages={messages}"]
    lists = ["scenario=lists", f"messages={messages}"]
    group = "group={group}"
    large = f"{title}, pulls of 1024"
    return [
        Run(title, "bare", c("bare_drain", *of, "many=32")),
        Run(title, "onsmq C", c("drain", *of, *FROM_FIRST)),
        Run(title, "onsmq C, lists of 32", c("drain", *lists, *FROM_FIRST, LISTS_OF_32)),
        Run(title, "onsmq Rust", rust(*of, *FROM_FIRST)),
        Run(title, "onsmq Rust, lists of 32", rust(*lists, *FROM_FIRST, LISTS_OF_32)),
        Run(title, "Apache's Java", java("apache", *of, group)),
        Run(title, "Apache's Java, lists of 32", java("apache", *of, group, "many=32")),
        Run(title, "vendor's Java", java("vendor", *of, group)),
        Run(title, "Go", go(*of, group)),
        Run(title, "onsmq Python", python(*of, group, "many=1")),
        Run(title, "onsmq Python, lists of 32", python(*of, group, "many=32")),
        Run(title, "onsmq Node", node(*of, group, "many=1")),
        Run(title, "onsmq Node, lists of 32", node(*of, group, "many=32")),
        Run(large, "bare", c("bare_drain", *of, "many=1024")),
        Run(large, "onsmq C", c("drain", *of, *FROM_FIRST, "PullBatchSize=1024")),
        Run(large, "Apache's Java", java("apache", *of, group, "pull=1024")),
    ]


def ordered(messages: int) -> list[Run]:
    """Each thread's messages to one queue, and each queue's one after the other."""
    send, drain = "ordered send, 16 threads", "ordered drain"
    many = ["scenario=ordered", "threads=16", f"messages={messages // 10}"]
    of = ["scenario=ordered-drain", f"messages={messages // 2}"]
    return [
        Run(send, "onsmq C", c("send", *many)),
        Run(send, "Apache's Java", java("apache", *many)),
        Run(drain, "onsmq C", c("drain", *of, *FROM_FIRST)),
        Run(drain, "Apache's Java", java("apache", *of, "group={group}")),
    ]


def drain_of_small_pulls(messages: int) -> list[Run]:
    """From a broker that gives a pull what it gives with stock settings, whatever is asked for."""
    title, of = "drain, stock limit of a pull", ["scenario=drain", f"messages={messages}"]
    return [
        Run(title, "bare", c("bare_drain", *of, "many=32")),
        Run(title, "onsmq C", c("drain", *of, *FROM_FIRST)),
        Run(title, "onsmq C, pulls of 1024", c("drain", *of, *FROM_FIRST, "PullBatchSize=1024")),
        Run(title, "Apache's Java", java("apache", *of, "group={group}")),
    ]


def latency() -> list[Run]:
    runs = []
    for rate, seconds in [(1_000, 5), (20_000, 5)]:
        title = f"send to listener, {rate} messages a second"
        # A new topic: a new group may be given what the topic holds already, and that comes first.
        of = ["scenario=latency", f"rate={rate}", f"messages={rate * seconds}", "topic={group}"]
        if rate == 1_000:
            # One message at a time: it cannot send many more.
            runs.append(Run(title, "bare", c("bare_latency", *of, "many=32")))
        runs += [
            Run(title, "onsmq C", c("latency", *of, "--", "GROUP_ID={group}")),
            Run(title, "Apache's Java", java("apache", *of, "group={group}")),
            Run(title, "vendor's Java", java("vendor", *of, "group={group}")),
        ]
    return runs


def on_broker(messages: int) -> list[Run]:
    """What is measured against a real broker."""
    sends = blocking(messages) + asynchronous(messages) + other_sends(messages)
    return sends + latency() + drain(messages) + ordered(messages)


def beside_proxy(messages: int) -> list[Run]:
    """Apache's packages, which need the proxy; they do about a thousand messages a second."""
    ours, theirs = f"messages={messages}", f"messages={messages // 100}"
    part, group = f"messages={messages // 4}", "group={group}"
    names = ["blocking send", "asynchronous send", "drain"]
    blocking, sending, draining = (f"{it}, Python and Node" for it in names)
    one, send, drain = "scenario=blocking", "scenario=async", "scenario=drain"
    python_peer, node_peer = "Apache's Python, proxy", "Apache's Node, proxy"
    return [
        Run(blocking, "onsmq Python", python(one, theirs)),
        Run(blocking, python_peer, apache_python(one, theirs), PROXY),
        Run(blocking, "onsmq Node", node(one, theirs)),
        Run(blocking, node_peer, apache_node(one, theirs), PROXY),
        Run(sending, "onsmq Python, send_many", python("scenario=many", ours, THREADS)),
        Run(sending, "onsmq Python, futures", python(send, part)),
        Run(sending, "onsmq Python, asyncio", python("scenario=asyncio", part)),
        Run(sending, python_peer, apache_python(send, theirs), PROXY),
        Run(sending, "onsmq Node, sendMany", node("scenario=many", ours)),
        Run(sending, "onsmq Node, promises", node(send, part)),
        Run(sending, node_peer, apache_node(send, theirs), PROXY),
        Run(draining, "onsmq Python", python(drain, ours, "many=1", group)),
        Run(draining, "onsmq Python, lists of 32", python(drain, ours, "many=32", group)),
        Run(draining, python_peer, apache_python(drain, theirs, group), PROXY),
        Run(draining, "onsmq Node", node(drain, ours, "many=1", group)),
        Run(draining, "onsmq Node, lists of 32", node(drain, ours, "many=32", group)),
        Run(draining, node_peer, apache_node(drain, theirs, group), PROXY),
    ]


def on_dev_server(messages: int) -> list[Run]:
    """The clients alone: the server takes more than they give."""
    return sent_alone(messages) + received_alone(messages)


def sent_alone(messages: int) -> list[Run]:
    title = "client alone: send"
    one, many = (
        ["scenario=async", f"messages={messages}"],
        ["scenario=many", f"messages={messages}"],
    )
    part = f"messages={messages // 4}"
    # As against the broker: how much more the server takes of the same client.
    alone = f"{title}, one message a request"
    return [
        Run(alone, "bare", c("bare", *one, "many=1", "in_flight=1000")),
        Run(alone, "onsmq C, autoBatch=false", c("send", *one, "--", "autoBatch=false")),
        Run(title, "bare, batches of 100", c("bare", *one, "many=100", "in_flight=16")),
        Run(title, "onsmq C", c("send", *one)),
        Run(title, "onsmq C, send_many", c("send", *many)),
        Run(title, "onsmq Rust", rust(*one)),
        Run(title, "onsmq Rust, send_many", rust(*many)),
        Run(title, "librdkafka, mock cluster", rdkafka(*one)),
        Run(title, "onsmq Python, send_many", python(*many, THREADS)),
        Run(title, "onsmq Python, futures", python("scenario=async", part)),
        Run(title, "onsmq Python, asyncio", python("scenario=asyncio", part)),
        Run(title, "confluent-kafka, mock cluster", kafka(*many)),
        Run(title, "onsmq Node, sendMany", node(*many)),
        Run(title, "onsmq Node, promises", node("scenario=async", part)),
    ]


def received_alone(messages: int) -> list[Run]:
    title = "client alone: receive"
    of, lists = (
        ["scenario=drain", f"messages={messages}"],
        ["scenario=lists", f"messages={messages}"],
    )
    first = [*FROM_FIRST, "PullBatchSize=1024"]
    group = "group={group}"
    return [
        Run(title, "bare, pulls of 32", c("bare_drain", *of, "many=32")),
        Run(title, "bare, pulls of 1024", c("bare_drain", *of, "many=1024")),
        Run(title, "onsmq C", c("drain", *of, *first)),
        Run(title, "onsmq C, lists of 32", c("drain", *lists, *first, LISTS_OF_32)),
        Run(title, "onsmq Rust", rust(*of, *first)),
        Run(title, "onsmq Rust, lists of 32", rust(*lists, *first, LISTS_OF_32)),
        Run(title, "librdkafka, one by one", rdkafka(*of, "many=1")),
        Run(title, "librdkafka, lists of 1000", rdkafka(*of, "many=1000")),
        Run(title, "onsmq Python", python(*of, "many=1", group)),
        Run(title, "onsmq Python, lists of 32", python(*of, "many=32", group)),
        Run(title, "confluent-kafka, poll", kafka(*of, "many=1")),
        Run(title, "confluent-kafka, consume(1000)", kafka(*of)),
        Run(title, "onsmq Node", node(*of, "many=1", group)),
        Run(title, "onsmq Node, lists of 32", node(*of, "many=32", group)),
    ]


IDLE = "idle, and scale"


def idle(_: int) -> list[Run]:
    """What clients cost that have nothing to do."""
    return [
        Run(IDLE, "a producer and a consumer", c("idle", "scenario=pair")),
        Run(
            IDLE,
            "a consumer of 1 000 topics",
            c("idle", "scenario=topics", "topics=1000", "producers=0"),
        ),
        Run(
            IDLE,
            "100 producers of one instance",
            c("idle", "scenario=producers", "producers=100", "topics=0"),
        ),
    ]


def idle_with_queues(_: int) -> list[Run]:
    return [Run(IDLE, "a producer and a consumer, 256 queues", c("idle", "scenario=queues"))]


def idle_with_brokers(_: int) -> list[Run]:
    return [Run(IDLE, "a producer and a consumer, 64 brokers", c("idle", "scenario=brokers"))]
