"""What docs/tracing.md shows of OpenTelemetry: its lines are run as they stand there."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import onsmq
from onsmq import Consumer, Producer

from .support.names import unique

if TYPE_CHECKING:
    from onsmq.testing import DevServer

GUIDE = Path(__file__).parents[2] / "docs/tracing.md"


def test_the_context_travels_with_a_message(dev: DevServer) -> None:
    snippet = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert snippet
    topic, exporter = unique("orders"), InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    consumer = Consumer(
        namesrv_addr=dev.namesrv_addr,
        group_id=unique("GID"),
        consume_from_where="CONSUME_FROM_FIRST_OFFSET",
    )
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        names: dict[str, Any] = {"onsmq": onsmq, "producer": producer, "consumer": consumer}
        exec(snippet[1].replace('"orders"', f'"{topic}"'), names)
        with consumer:
            deadline = time.monotonic() + 60
            while len(exporter.get_finished_spans()) < 2:
                assert time.monotonic() < deadline, exporter.get_finished_spans()
                time.sleep(0.01)

    sent, processed = exporter.get_finished_spans()
    assert (sent.name, processed.name) == ("send orders", "process orders")
    assert sent.kind == trace.SpanKind.PRODUCER
    assert processed.kind == trace.SpanKind.CONSUMER
    assert processed.parent
    assert processed.parent.span_id == sent.context.span_id
    assert processed.context.trace_id == sent.context.trace_id
