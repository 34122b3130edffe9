"""What people type into the three fields, and what is kept of it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.registrations.tickets.contact import (
    Unfit,
    clean_email,
    clean_name,
    clean_organisation,
    clean_phone,
    masked_email,
    masked_name,
    masked_phone,
    shown_phone,
)


@pytest.mark.parametrize(
    "typed",
    ["0912 345 678", "0912.345.678", "+84 912 345 678", "84912345678", "(0912) 345-678", "０９１２３４５６７８", " 0912345678 "],
)
def test_one_phone_however_it_is_written(typed):
    assert clean_phone(typed) == "+84912345678"


@pytest.mark.parametrize(
    "typed", ["12", "0912 34", "09123456789012", "số của tôi", "0912345678<b>", "☎0912345678", "\x00", "0912345678\x00", "+", "++84"]
)
def test_a_phone_that_nobody_could_call(typed):
    with pytest.raises(Unfit):
        clean_phone(typed)


def test_a_guest_from_abroad_keeps_the_country():
    assert clean_phone("+33 1 42 68 53 00") == "+33142685300"
    assert shown_phone("+33142685300") == "+33 1 42 68 53 00"
    assert shown_phone("+84912345678") == "0912 345 678"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Lan.Nguyen+ve@Example.VN", "lan.nguyen+ve@example.vn"),
        ("  lan@example.vn ", "lan@example.vn"),
        ("lan＠example.vn", "lan@example.vn"),
        ("lan@chuyểnđổisố.vn", "lan@xn--chuynis-k7a0359deearb.vn"),
        ("", ""),
    ],
)
def test_an_address_is_kept_as_the_mail_needs_it(typed, kept):
    assert clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["lan", "lan@", "@example.vn", "lan@example", "lan@@example.vn", "a b@example.vn", "lan@example.vn\r\nBcc: all@example.vn",
     "lan@-x.vn", "lan@1.2", "lân@example.vn", "lan..lan@example.vn", "<lan@example.vn>", "lan@example.vn\x00", "lan@" + "a" * 64 + ".vn",
     "x" * 65 + "@example.vn", "x" * 300 + "@example.vn", "\u202elan@example.vn"],
)  # fmt: skip
def test_an_address_that_no_mail_would_reach(typed):
    with pytest.raises(Unfit):
        clean_email(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nguyễn   Văn An ", "Nguyễn Văn An"),
        ("Nguye\u0302\u0303n Thị Bé", "Nguyễn Thị Bé"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("Jean-Pierre O’Neill Jr.", "Jean-Pierre O’Neill Jr."),
        ("محمد علي", "محمد علي"),
        ("山田太郎", "山田太郎"),
    ],
)
def test_names_of_all_peoples(typed, kept):
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "A", "123", "<b>An</b>", "Nguyễn Văn An 🎉", "An\x00Bình", "An\u202eBình", "An\u200bBình", "a" * 121, "=cmd|' /C calc'!A0"],
)
def test_what_is_not_a_name(typed):
    with pytest.raises(Unfit):
        clean_name(typed)


def test_an_organisation_may_be_left_out_and_may_have_marks():
    assert clean_organisation("  ") == ""
    assert clean_organisation("Công ty TNHH MTV “Sao Biển” & Cộng sự – CN 2/3") == "Công ty TNHH MTV “Sao Biển” & Cộng sự – CN 2/3"
    with pytest.raises(Unfit):
        clean_organisation("<script>alert(1)</script>")


def test_who_need_not_read_them_sees_little():
    assert masked_phone("+84912345678") == "+84******678"
    assert masked_email("lan.nguyen@example.vn") == "l***@example.vn"
    assert masked_name("Nguyễn Văn An") == "N. V. An"
    assert (masked_phone(""), masked_email(""), masked_name("")) == ("", "", "")


@given(st.text(max_size=300))
def test_nothing_typed_is_a_fault_of_ours(typed):
    for clean in (clean_name, clean_organisation, clean_email, clean_phone):
        with contextlib.suppress(Unfit):
            kept = clean(typed)
            assert clean(kept) == kept  # cleaning twice changes nothing
