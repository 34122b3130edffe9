"""The load client for machines without wrk: keep-alive connections on one event loop. Run as a process by `benchmarks.load`."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if length:
        await reader.readexactly(length)
    return status


async def _connection(order: dict[str, Any], requests: Iterator[bytes], until: float, times: list[float]) -> int:
    where = urlsplit(order["url"])
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    faults = 0
    while (started := time.perf_counter()) < until and (request := next(requests, None)):
        writer.write(request)
        status = await _answer(reader)
        times.append(time.perf_counter() - started)
        faults += not 200 <= status < 400
    writer.close()
    return faults


def _requests(order: dict[str, Any], bodies: list[str]) -> Iterator[bytes]:
    headers = {"Host": urlsplit(order["url"]).netloc, **order["headers"]}
    start = f"{order['method']} {order['path']} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if not bodies:
        yield from itertools.repeat((start + "\r\n").encode())
    for n, body in enumerate(itertools.cycle(bodies)):
        data = body.encode()
        address = f"X-Forwarded-For: 10.{n % 250}.{n // 250 % 250}.{n % 199}\r\n" if order["spread"] else ""
        yield f"{start}{address}Content-Length: {len(data)}\r\n\r\n".encode() + data


async def main() -> None:
    order = json.loads(sys.argv[1])
    bodies = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines() if sys.argv[2] else []
    times: list[float] = []
    requests = _requests(order, bodies)
    if order["requests"]:
        requests = itertools.islice(requests, order["requests"])
    started = time.perf_counter()
    until = started + order["seconds"]
    faults = await asyncio.gather(*(_connection(order, requests, until, times) for _ in range(order["connections"])))
    spent = time.perf_counter() - started
    times.sort()
    figures = {
        "requests": len(times),
        "us": int(spent * 1e6),
        "p50": int(times[len(times) // 2] * 1e6),
        "p99": int(times[len(times) * 99 // 100] * 1e6),
        "faults": sum(faults),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    asyncio.run(main())
