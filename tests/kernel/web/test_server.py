"""The house without its rooms: what every request meets."""

from __future__ import annotations

from app.kernel.web import access


async def test_ready_only_while_the_app_is_loaded(house):
    assert (await house.client.get("/health/live")).text == "live"
    assert (await house.client.get("/health/ready")).status_code == 200


async def test_unknown_page_is_a_plain_page(house):
    answer = await house.client.get("/khong-co-trang-nay/abc")
    assert answer.status_code == 404
    assert "Không tìm thấy trang này" in answer.text
    english = await house.client.get("/khong-co-trang-nay/abc?lang=en")
    assert '<html lang="en">' in english.text


async def test_every_route_says_who_may(house):
    assert access.faults(house.app) == []
