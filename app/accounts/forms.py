"""What a person types on the accounts' pages."""

from __future__ import annotations

from datetime import date

import msgspec

from app.accounts.passwords import LONGEST, SHORTEST
from app.kernel.text import Text as BothLanguages
from app.kernel.web.forms import BothText, Checkbox, Choice, Date, Email, Form, Hidden, Password, Revision, Text
from app.kernel.web.i18n import N_

LANGUAGE_CHOICES = (("vi", N_("Tiếng Việt")), ("en", N_("Tiếng Anh")))


class Credentials(msgspec.Struct, frozen=True):
    """Who says to be who."""

    email: str
    password: str
    next: str


class SignInForm(Form[Credentials]):
    """Signing in. The address is not judged here: an odd one is simply unknown."""

    email = Text(N_("Thư điện tử"), longest=254, autocomplete="username")
    password = Password(N_("Mật khẩu"), longest=LONGEST)
    next = Hidden(longest=1000)


class NewAccount(msgspec.Struct, frozen=True):
    """An account to be opened."""

    email: str
    name: str
    language: str


class NewAccountForm(Form[NewAccount]):
    """Opening an account for somebody; the password is made up and shown once."""

    email = Email(N_("Thư điện tử"), autocomplete="off")
    name = Text(N_("Họ và tên"), autocomplete="off")
    language = Choice(N_("Ngôn ngữ của thư gửi đi"), choices=LANGUAGE_CHOICES)


class Grant(msgspec.Struct, frozen=True):
    """A role to be given."""

    kind: str
    scope: str
    with_subtree: bool


class GrantForm(Form[Grant]):
    """Giving a role of an already chosen kind; `scope` is "kind:id"."""

    kind = Hidden(required=True, longest=40)
    scope = Choice(N_("Phạm vi"), longest=100)
    with_subtree = Checkbox(N_("Cả các đơn vị trực thuộc"), required=False)


class Profile(msgspec.Struct, frozen=True):
    """How one wants to be called and written to."""

    name: str
    language: str


class ProfileForm(Form[Profile]):
    """One's own account."""

    name = Text(N_("Họ và tên"), autocomplete="name")
    language = Choice(N_("Ngôn ngữ của thư gửi đi"), choices=LANGUAGE_CHOICES)


class PasswordChange(msgspec.Struct, frozen=True):
    """The old password and the new one."""

    present: str
    new: str
    again: str


class PasswordForm(Form[PasswordChange]):
    """Changing one's own password."""

    present = Password(N_("Mật khẩu hiện tại"), longest=LONGEST)
    new = Password(
        N_("Mật khẩu mới"), longest=LONGEST, autocomplete="new-password", hint=N_("Ít nhất 10 ký tự; một câu dễ nhớ là tốt nhất.")
    )
    again = Password(N_("Nhập lại mật khẩu mới"), longest=LONGEST, autocomplete="new-password")

    def check(self) -> None:
        """Both new ones must agree and be long enough."""
        new, again = self.parsed.get("new"), self.parsed.get("again")
        if new is not None and len(new) < SHORTEST:
            self.fail("new", N_("Mật khẩu cần ít nhất %(least)s ký tự."), least=SHORTEST)
        if new is not None and again is not None and new != again:
            self.fail("again", N_("Hai lần nhập chưa giống nhau."))


class UnitFields(msgspec.Struct, frozen=True):
    """A unit as typed."""

    code: str
    kind: str
    name: BothLanguages
    parent: str
    valid_from: date | None
    valid_to: date | None
    revision: int


class UnitForm(Form[UnitFields]):
    """Adding or changing a unit; kinds and parents come from the database."""

    name = BothText(N_("Tên đơn vị"), longest=300)
    code = Text(N_("Mã ngắn, không trùng"), longest=40, autocomplete="off")
    kind = Choice(N_("Loại đơn vị"))
    parent = Choice(N_("Đơn vị cấp trên"), required=False)
    valid_from = Date(N_("Hoạt động từ ngày"), required=False)
    valid_to = Date(N_("Đến hết ngày"), required=False)
    revision = Revision(required=False)

    def check(self) -> None:
        """A unit cannot end before it begins; codes have no blanks."""
        first, last = self.parsed.get("valid_from"), self.parsed.get("valid_to")
        if first and last and last < first:
            self.fail("valid_to", N_("Ngày kết thúc không thể trước ngày thành lập."))
        if any(char.isspace() for char in self.parsed.get("code", "")):
            self.fail("code", N_("Mã không có dấu cách."))


class Merge(msgspec.Struct, frozen=True):
    """Which unit carries on, and since when."""

    into: str
    last_day: date


class MergeForm(Form[Merge]):
    """Merging a unit into another."""

    into = Choice(N_("Đơn vị kế tục"))
    last_day = Date(N_("Ngày hoạt động cuối cùng"))


class AuditFilter(msgspec.Struct, frozen=True):
    """What to look for in the log."""

    q: str
    action: str
    day: date | None


class AuditFilterForm(Form[AuditFilter]):
    """Narrowing the log down."""

    q = Text(N_("Người hoặc đối tượng"), required=False, longest=100)
    action = Choice(N_("Việc"), required=False, longest=80)
    day = Date(N_("Ngày"), required=False)
