"""Static files, health, figures, the page of the API: what operators and browsers live on."""

from __future__ import annotations

import gzip

import httpx
import msgspec
from litestar import get, post
from litestar.params import JSONBody

from app.kernel.web import health
from app.kernel.web.access import public
from app.kernel.web.assets import asset


class Asked(msgspec.Struct):
    code: str


async def test_static_files_may_be_kept_for_ever_under_their_hash(serve):
    client = await serve()
    answer = await client.get(asset("js/live.js"), headers={"accept-encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    zipped = await client.get(asset("js/live.js"), headers={"accept-encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "Accept-Encoding"
    assert zipped.content == answer.content
    assert int(zipped.headers["content-length"]) == len(gzip.compress(answer.content, 9, mtime=0))
    again = await client.get(
        asset("js/live.js"), headers={"if-none-match": f'W/"x", {answer.headers["etag"]}', "accept-encoding": "identity"}
    )
    assert again.status_code == 304
    assert again.content == b""


async def test_files_of_an_older_release_are_still_found_but_not_kept(serve):
    client = await serve()
    for path in ("/static/js/live.js", "/static/0123456789ab/js/live.js"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-cache"


async def test_no_path_leads_out_of_the_static_folder(serve):
    client = await serve()
    for path in ("/static/../app/main.py", "/static/%2e%2e/app/main.py", "/static//etc/passwd", "/static/", "/static", "/static/js"):
        assert (await client.get(path)).status_code == 404, path


async def test_ready_only_when_all_is_loaded(serve):
    client = await serve()
    assert (await client.get("/health/ready")).status_code == 200
    health.mark_ready(False)
    assert (await client.get("/health/ready")).status_code == 503
    assert (await client.get("/health/live")).status_code == 200


async def test_figures_are_for_the_loopback_or_the_token(serve, database):
    client = await serve()
    text = (await client.get("/metrics")).text
    assert "ngayso_requests_total" in text
    assert 'ngayso_mails{state="failed"} 0.0' in text
    assert (await client.get("/metrics", headers={"x-forwarded-for": "9.9.9.9"})).status_code == 404
    outside = httpx.AsyncClient(transport=httpx.ASGITransport(app=client.app, client=("203.0.113.7", 1)), base_url="http://ngayso.test")
    async with outside:
        assert (await outside.get("/metrics")).status_code == 404
    health.guard_metrics("a token")
    assert (await client.get("/metrics")).status_code == 404
    assert (await client.get("/metrics", headers={"authorization": "Bearer a token"})).status_code == 200
    health.guard_metrics("")


async def test_figures_count_routes_and_not_addresses(serve):
    @get("/t/{token:str}", guards=[public])
    async def ticket() -> str:
        return ""

    client = await serve(ticket)
    await client.get("/t/bi-mat")
    await client.get("/khong-co/bi-mat")
    text = (await client.get("/metrics")).text
    assert 'route="/t/{token}"' in text
    assert "bi-mat" not in text


async def test_only_the_public_api_is_described(serve):
    @get("/2026/page", guards=[public])
    async def a_page() -> str:
        return ""

    @post("/api/v1/scans", guards=[public])
    async def scan(data: JSONBody[Asked]) -> str:
        """Read one ticket at a gate."""
        return data.code

    client = await serve(a_page, scan)
    schema = (await client.get("/api/openapi.json")).json()
    assert list(schema["paths"]) == ["/api/v1/scans"]
    answer = await client.get("/api/")
    assert answer.status_code == 200
    assert "/api/v1/scans" in answer.text
    assert "Read one ticket at a gate." in answer.text
    assert "https://" not in answer.text
    assert (await client.get("/api/khong-co")).headers["content-type"].startswith("application/problem+json")
