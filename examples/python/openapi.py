"""Topics by the Open API of a console: `openapi.py ENDPOINT [TOPIC INSTANCE]`.

The account is in the environment, as ONS_ACCESS_KEY and ONS_SECRET_KEY. Without a console of your
own: `tests/console/console.py` prints its ENDPOINT, and its account is in its head.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from onsmq.openapi import AsyncClient, Client, OnsClientError, OpenApiCode


def create(client: Client, topic: str, instance: str) -> None:
    """Make a topic, unless it is there."""
    try:
        client.topic.create(topic, instance_id=instance)
        print(f"created   {topic}")
    except OnsClientError as error:
        # A write is never sent again by itself: it may have been there before, or made by a call
        # whose answer was lost.
        if error.openapi_code != OpenApiCode.BIZ_TOPIC_EXISTED:
            raise
        print(f"exists    {topic}")


def show(client: Client) -> list[str]:
    """Go through all topics, page by page."""
    topics = []
    for page in client.topic.pages(page_size=20):
        print(f"page {page.current_page}    {len(page.items)} of {page.total}")
        topics += [item["topic"] for item in page.items]
    return topics


async def queues(account: dict[str, Any], topics: list[str]) -> None:
    """The same client for asyncio: it asks for many at once."""
    async with AsyncClient(**account) as client:
        for topic, status in zip(
            topics, await asyncio.gather(*(client.topic.status(it) for it in topics))
        ):
            print(f"messages  {topic}: {status.data['totalCount']}")


def main(endpoint: str, topic: str | None = None, instance: str | None = None) -> None:
    """Make a topic, list all, and show how much is in the first ones."""
    account = {
        "endpoint": endpoint,
        "access_key": os.environ["ONS_ACCESS_KEY"],
        "secret_key": os.environ["ONS_SECRET_KEY"],
    }
    with Client(**account) as client:
        if topic and instance:
            create(client, topic, instance)
        topics = show(client)
    asyncio.run(queues(account, topics[:3]))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
