"""Ticket codes: what is printed, photographed, read over the telephone and typed with cold fingers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
import qrcode
from hypothesis import given, strategies
from qrcode.util import MODE_ALPHA_NUM

from app.kernel import signing
from app.registrations.tickets import codes
from app.registrations.tickets.codes import ALPHABET


def test_a_new_code_is_ours_and_no_two_are_alike() -> None:
    many = {codes.new_code() for _ in range(2_000)}
    assert len(many) == 2_000
    assert all(codes.is_genuine(code) and len(code) == codes.LENGTH for code in many)


def test_a_code_fits_the_smallest_useful_qr() -> None:
    """Version 2 at level Q in alphanumeric mode: the modules stay large on a cheap phone's screen."""
    image = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q)
    image.add_data(codes.new_code())
    image.make(fit=True)
    assert image.version == codes.QR_VERSION
    assert [part.mode for part in image.data_list] == [MODE_ALPHA_NUM]


def test_a_steward_types_what_a_guest_reads_aloud() -> None:
    code = "0" + codes.new_code()[1:].replace("0", "1")
    spoken = codes.grouped(code).lower().replace("0", "o").replace("1", "l")
    assert codes.normalise(f" {spoken}\n") == code
    assert codes.normalise("７Ｋ３Ｑ-x") == "7K3QX"


@given(position=strategies.integers(0, codes.LENGTH - 1), char=strategies.sampled_from(ALPHABET))
def test_one_changed_character_is_a_forgery(position: int, char: str) -> None:
    code = codes.new_code()
    changed = code[:position] + char + code[position + 1 :]
    assert codes.is_genuine(changed) is (changed == code)


@given(strategies.text(max_size=300))
def test_whatever_a_camera_reads_is_answered_without_an_error(text: str) -> None:
    assert codes.is_genuine(codes.normalise(text)) is False


@pytest.fixture
def instance_secrets() -> Iterator[Callable[[Sequence[str]], None]]:
    kept = signing.secrets_in_use()
    yield signing.use_secrets
    signing.use_secrets(kept)


def test_tickets_of_an_older_key_stay_valid_after_the_key_is_changed(instance_secrets) -> None:
    instance_secrets(["mùa thu 2025 của Hải Đăng"])
    old = codes.new_code()
    instance_secrets(["mùa thu 2026 của Hải Đăng", "mùa thu 2025 của Hải Đăng"])
    assert codes.is_genuine(old)
    assert codes.is_genuine(codes.new_code())
    instance_secrets(["mùa thu 2026 của Hải Đăng"])
    assert not codes.is_genuine(old)
