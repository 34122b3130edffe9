"""Every sentence of the house can be read in English, whoever adds it."""

from __future__ import annotations

import pytest

from app.kernel.web.catalogues import ROOMS, disagreements, extract, faults


@pytest.mark.parametrize("room", ROOMS)
def test_every_message_has_its_english(room):
    assert faults(room) == []


def test_rooms_agree_on_shared_messages():
    assert disagreements() == []


def test_extraction_sees_modules_and_templates():
    said = {message.id: {place for place, _line in message.locations} for message in extract("kernel")}
    assert "templates/errors/body.html" in said["Về trang chủ"]
    assert "app/kernel/web/csrf.py" in said["Yêu cầu này đến từ một trang web khác nên bị từ chối."]
