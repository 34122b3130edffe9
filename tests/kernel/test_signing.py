"""Signed links: nobody makes one up, rotation keeps those in the mails alive."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import signing


@pytest.fixture(autouse=True)
def _keys_as_before():
    before = signing.secrets_in_use()
    yield
    signing.use_secrets(before)


@given(st.binary(max_size=64))
def test_a_token_gives_back_what_was_signed(payload):
    assert signing.unsign("ticket", signing.sign("ticket", payload)) == payload


@given(st.text(max_size=80))
def test_what_people_make_up_opens_nothing(token):
    assert signing.unsign("ticket", token) is None


def test_a_token_of_one_purpose_does_not_open_another_door():
    assert signing.unsign("unsubscribe", signing.sign("ticket", b"id")) is None


def test_any_changed_character_spoils_it():
    token = signing.sign("ticket", b"0123456789abcdef\x00\x01")
    for i, char in enumerate(token):
        assert signing.unsign("ticket", token[:i] + ("A" if char != "A" else "B") + token[i + 1 :]) is None


def test_a_link_mailed_before_a_rotation_still_opens_and_a_withdrawn_key_does_not():
    signing.use_secrets(["the old secret of the house"])
    mailed = signing.sign("ticket", b"id")
    signing.use_secrets(["the new secret of the house", "the old secret of the house"])
    assert signing.unsign("ticket", mailed) == b"id"
    assert signing.unsign("ticket", signing.sign("ticket", b"id")) == b"id"
    signing.use_secrets(["the new secret of the house"])
    assert signing.unsign("ticket", mailed) is None


def test_the_first_start_makes_a_secret_that_only_the_server_reads(tmp_path):
    made = signing.load_secrets("", tmp_path / "data")
    assert signing.load_secrets("", tmp_path / "data") == made
    assert len(made[0]) == 64
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600


def test_a_guessable_secret_is_refused(tmp_path):
    with pytest.raises(signing.WeakSecret):
        signing.load_secrets("long enough secret phrase, short", tmp_path)
