"""What people type, rightly and wrongly: it is kept, and each fault stands beside its field."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import msgspec
import pytest
from litestar import get, post
from litestar.response import Response

from app.kernel.text import Text as BothLanguages
from app.kernel.web.access import public
from app.kernel.web.forms import (
    BothText,
    Checkbox,
    Choice,
    Date,
    Email,
    Form,
    Hidden,
    Instant,
    Integer,
    LongText,
    MultiChoice,
    Number,
    Password,
    Phone,
    Revision,
    Text,
    Time,
    Unreadable,
)  # fmt: skip
from app.kernel.web.i18n import N_, speaking
from app.kernel.web.rendering import environment
from app.kernel.web.request import HouseRequest


class Guest(msgspec.Struct):
    name: str
    email: str
    phone: str
    seats: int | None
    starts_at: datetime
    title: BothLanguages
    kind: str
    days: tuple[str, ...]
    consent: bool
    note: str
    revision: int


class GuestForm(Form[Guest]):
    name = Text(N_("Ngày"), longest=20, autocomplete="name")
    email = Email(N_("Ngày"), required=False)
    phone = Phone(N_("Ngày"), required=False)
    seats = Integer(N_("Ngày"), least=1, most=500, required=False)
    starts_at = Instant(N_("Ngày"))
    title = BothText(N_("Ngày"))
    kind = Choice(N_("Ngày"), choices=[("talk", "Nói chuyện"), ("fair", "Triển lãm")])
    days = MultiChoice(N_("Ngày"), choices=[("t2", "T2"), ("t3", "T3"), ("t4", "T4")])
    consent = Checkbox(N_("Ngày"), required=True)
    note = LongText(N_("Ngày"), required=False)
    revision = Revision()

    def check(self) -> None:
        if self.parsed.get("email") == "" and self.parsed.get("phone") == "":
            self.fail("email", "Xin điền mục này.")


RIGHT = {
    "name": " Nguyễn Văn A\u0301nh ", "email": "An@Congty.VN", "phone": "0901 234 567", "seats": "1.0", "starts_at_date": "2026-10-10",
    "starts_at_time": "08:30", "title_vi": "Khai mạc", "title_en": "", "kind": "talk", "days": ["t4", "t2"], "consent": "1",
    "note": "một\r\nhai", "revision": "7",
}  # fmt: skip


def typed(**changes: object) -> dict[str, object]:
    return {**RIGHT, "seats": "120", **changes}


def test_what_is_right_becomes_a_struct():
    form = GuestForm.read(typed())
    assert form.errors == {}
    assert form.value == Guest(
        name="Nguyễn Văn Ánh", email="An@congty.vn", phone="+84901234567", seats=120,
        starts_at=datetime(2026, 10, 10, 1, 30, tzinfo=UTC), title=BothLanguages("Khai mạc", ""), kind="talk", days=("t2", "t4"),
        consent=True, note="một\nhai", revision=7,
    )  # fmt: skip


def test_all_faults_at_once_in_the_order_of_the_fields_and_the_reader_s_language():
    form = GuestForm.read({"email": "không", "phone": "12", "seats": "nhiều", "starts_at_date": "31/02/2026", "kind": "?", "days": "t9"})
    assert list(form.errors) == [
        "name",
        "email",
        "phone",
        "seats",
        "starts_at_date",
        "starts_at_time",
        "title_vi",
        "kind",
        "days",
        "consent",
    ]
    assert form.errors["name"] == "Xin điền mục này."
    with speaking("en"):
        assert form.errors["name"] == "Please fill this in."
        assert form["seats"].error == "Please fill in a whole number."
    with pytest.raises(Unreadable):
        _ = form.value
    assert form["email"].value == "không"
    assert form["starts_at"].error.startswith("Ngày chưa đúng")


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("", "Xin điền mục này."),
        ("   ", "Xin điền mục này."),
        (" \u200b\u2060\u00a0", "Xin điền mục này."),
        ("x" * 21, "Dài quá: tối đa 20 ký tự, đang có 21."),
        ("An\x00", "Có ký tự điều khiển"),
        ("An\x1b[31m", "Có ký tự điều khiển"),
        ("An\nBình", "Có ký tự điều khiển"),
        ("An\u202ehnìB", "Có ký tự ẩn đổi chiều chữ"),
        ("An\ufffd", "Có ký tự bị hỏng mã"),
    ],
)
def test_text_that_cannot_be_kept_is_shown_again_as_typed(bad, sentence):
    form = GuestForm.read(typed(name=bad))
    assert form.errors["name"].startswith(sentence)
    assert form.raw["name"] == [bad]


@pytest.mark.parametrize("good", ["<script>alert(1)</script>"[:20], "Ánh 🎉 👩‍👩‍👧", "مرحبا", 'O\'Neil "x" & y'])
def test_unusual_text_is_text(good):
    form = GuestForm.read(typed(name=good))
    assert form.errors == {}
    assert form.value.name == good


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0901234567", "+84901234567"),
        ("+84 901 234 567", "+84901234567"),
        ("(028) 3822 9999", "+842838229999"),
        ("+33 1 42 68 53 00", "+33142685300"),
    ],
)
def test_telephone_numbers_are_kept_in_one_form(text, number):
    assert GuestForm.read(typed(phone=text)).value.phone == number


@pytest.mark.parametrize("text", ["0", "090", "abc", "+84", "0901234567 x123", "1" * 40])
def test_what_is_no_telephone_number_is_said(text):
    assert "phone" in GuestForm.read(typed(phone=text)).errors


@pytest.mark.parametrize("text", ["a@b", "a b@c.vn", "a@@c.vn", "@c.vn", "a@-c.vn", ".a@c.vn", "a..b@c.vn", "a@c.vn\r\nBcc: x@y.vn", "a@c"])
def test_what_is_no_address_is_said(text):
    assert "email" in GuestForm.read(typed(email=text)).errors


@pytest.mark.parametrize(
    ("text", "fine"),
    [("1", True), ("500", True), ("0", False), ("501", False), ("1.5", False), ("9" * 25, False), ("٣", False), ("-1", False)],
)
def test_numbers_have_limits(text, fine):
    assert ("seats" not in GuestForm.read(typed(seats=text)).errors) is fine


def test_a_file_where_text_belongs_is_said():
    form = GuestForm.read(typed(name=object()))
    assert form.errors["name"] == "Mục này phải là chữ, không phải tệp."
    # Of two inputs side by side the one that got the file.
    form = GuestForm.read(typed(title_en=object()))
    assert form["title_en"].error == "Mục này phải là chữ, không phải tệp."
    assert form["title_vi"].error == ""


def test_rules_over_several_fields_run_beside_the_others():
    form = GuestForm.read(typed(email="", phone="", name=""))
    assert set(form.errors) == {"name", "email"}


def test_a_form_filled_for_editing_reads_back_as_the_same_struct():
    value = GuestForm.read(typed(title_en="Opening")).value
    again = GuestForm.read(GuestForm.of(value).raw)
    assert again.value == value


def test_times_are_of_the_form_s_zone():
    form = GuestForm.read(typed(), zone="Europe/Brussels")
    assert form.value.starts_at == datetime(2026, 10, 10, 6, 30, tzinfo=UTC)
    assert GuestForm.of(form.value, zone="Europe/Brussels")["starts_at_time"].value == "08:30"


def test_further_fields_and_choices_come_when_it_is_read():
    form = GuestForm.read(
        {**typed(kind="b"), "size": "M"}, choices={"kind": [("b", BothLanguages("Bê", "B"))]}, fields={"size": Text("Ngày")}
    )
    assert (form.value.kind, form.more) == ("b", {"size": "M"})
    assert [(one.value, one.selected) for one in form["kind"].choices] == [("b", True)]
    assert "kind" in GuestForm.read(typed(), choices={"kind": []}).errors


def test_dates_and_times_as_people_write_them():
    class When(Form):
        day = Date("")
        hour = Time("")
        share = Number("", least=0, most=100)
        secret = Password("")

    form = When.read({"day": "8/10/2026", "hour": "8h30", "share": "10,77", "secret": " giữ nguyên "})
    assert (form.value.day, form.value.hour, form.value.share, form.value.secret) == (date(2026, 10, 8), time(8, 30), 10.77, " giữ nguyên ")
    assert form["secret"].value == ""
    for wrong in ("32/1/2026", "10/2026", "1/1/1", "0/0/2026"):
        assert "day" in When.read({"day": wrong}).errors
    for wrong in ("24:00", "8:61", "tám giờ"):
        assert "hour" in When.read({"hour": wrong}).errors


def test_a_field_may_not_take_the_form_s_own_names():
    with pytest.raises(TypeError, match="errors"):

        class Clash(Form):
            errors = Text("")


def test_the_components_show_a_refused_form_as_typed():
    env = environment()
    template = env.from_string(
        '{% from "components/forms.html" import fields, hidden_fields, error_summary %}'
        "{{ error_summary(form) }}{{ hidden_fields(form) }}{{ fields(form) }}"
    )
    form = GuestForm.read(
        typed(name='"><script>', email="\x00không", title_vi="\x00"), choices={"kind": [("talk", BothLanguages("Nói", ""))]}
    )
    html = template.render(form=form)
    assert "<script>" not in html
    assert "\x00" not in html
    assert "&#34;&gt;&lt;script&gt;" in html
    assert 'name="revision"' in html
    assert 'value="08:30"' in html
    with speaking("en"):
        assert "fields need another look" in template.render(form=form)
    blank = template.render(form=GuestForm.blank(name="Lan"))
    assert 'value="Lan"' in blank


@post("/form", guards=[public], status_code=200)
async def take(request: HouseRequest) -> Response[str]:
    form = GuestForm.read(await request.form())
    return Response("\n".join(f"{name}: {error}" for name, error in form.errors.items()), status_code=422 if form.errors else 200)


@get("/search", guards=[public])
async def look(request: HouseRequest) -> str:
    class Words(Form):
        q = Text("", required=False)

    return Words.read(request.query_params).value.q


async def test_forms_over_the_wire_never_break_the_server(serve):
    client = await serve(take, look)
    assert (await client.post("/form", data=typed())).status_code == 200
    assert (await client.post("/form", data={})).status_code == 422
    assert (
        await client.post("/form", content=b"name=%ff%fe&name=\xff", headers={"content-type": "application/x-www-form-urlencoded"})
    ).status_code == 422
    multipart = {"content-type": "multipart/form-data; boundary=x"}
    broken = [
        b"", b"--x", b"--x\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="name"\r\nContent-Type: text/plain; charset=klingon\r\n\r\nAn\r\n--x--\r\n',
    ]  # fmt: skip
    for body in broken:
        assert (await client.post("/form", content=body, headers=multipart)).status_code in (400, 422), body
    assert (await client.post("/form", content=b"x", headers={"content-type": "multipart/form-data"})).status_code == 400
    assert (await client.post("/form", content=b"{}", headers={"content-type": "application/json"})).status_code == 422
    many = "&".join(f"f{n}=1" for n in range(2000))
    assert (await client.post("/form", content=many, headers={"content-type": "application/x-www-form-urlencoded"})).status_code == 400
    file = await client.post("/form", files={"name": ("a.txt", b"An")}, data=typed())
    assert "name: Mục này phải là chữ, không phải tệp." in file.text
    big = await client.post("/form", content=b"name=" + b"x" * 13_000_000, headers={"content-type": "application/x-www-form-urlencoded"})
    assert big.status_code == 413
    assert (await client.get("/search?q=ng%C3%A0y&q=s%E1%BB%91")).text == "số"


def test_hidden_fields_stand_apart():
    class WithHidden(Form):
        name = Text("")
        step = Hidden()

    form = WithHidden.blank(step="2")
    assert [one.name for one in form.hidden] == ["step"]
    assert [one.name for one in form.shown] == ["name"]
