"""Mails as messages: what a room says, as text and HTML, with pictures inside and files attached; and the server they go to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import msgspec

TIMEOUT = 30.0
"""Seconds that one step with the mail server may take."""


class Part(msgspec.Struct, frozen=True):
    """A picture shown inside the HTML (`<img src="cid:{name}">`), or an attached file."""

    name: str
    media_type: str
    content: bytes
    inline: bool = False


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one recipient. `kind` is for the mail page and says nothing personal ("ticket", "programme changed")."""

    kind: str
    to: str
    subject: str
    text: str
    html: str = ""
    name: str = ""
    language: str = "vi"
    parts: Sequence[Part] = ()


def compose(mail: Mail, *, sender: str, message_id: str, at: datetime) -> EmailMessage:
    """The message itself.

    Raises:
        ValueError: the address cannot stand in a header.
    """
    message = EmailMessage(policy=SMTP_POLICY)
    sender_name, sender_address = parseaddr(sender)
    message["From"] = Address(sender_name, addr_spec=sender_address)
    message["To"] = Address(" ".join(mail.name.split()), addr_spec=mail.to)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    # Out-of-office robots must not answer to a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    inline = [part for part in mail.parts if part.inline]
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        html = message.get_payload()[-1]  # type: ignore[index]
        assert isinstance(html, EmailMessage)
        for part in inline:
            main, _slash, sub = part.media_type.partition("/")
            html.add_related(part.content, main, sub, cid=f"<{part.name}>", filename=part.name, disposition="inline")
    for part in mail.parts:
        if part.inline and mail.html:
            continue
        # A calendar's method must stand in its type too (RFC 6047, section 2.4).
        kind, *more = (piece.strip() for piece in part.media_type.split(";"))
        main, _slash, sub = kind.partition("/")
        params = {name: value.strip('"') for name, _equals, value in (piece.partition("=") for piece in more)}
        if main == "text":
            params.setdefault("charset", "utf-8")
        message.add_attachment(part.content, maintype=main, subtype=sub, filename=part.name, params=params)
    # Last: attaching parts moves every Content- header into the first of them.
    message["Content-Language"] = mail.language
    return message


class MailServer(msgspec.Struct, frozen=True):
    """Where mail goes: `smtp[s]://user:pass@host:port?starttls=1`. Without `starttls` it is used when the server offers it."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    tls: bool = False
    starttls: bool | None = None

    @classmethod
    def parse(cls, address: str) -> MailServer:
        """Read NGAYSO_SMTP_URL.

        Raises:
            ValueError: it is no such address.
        """
        found = urlsplit(address)
        if found.scheme not in ("smtp", "smtps") or not found.hostname:
            raise ValueError("NGAYSO_SMTP_URL: smtp[s]://user:pass@host:port?starttls=1")
        asked = parse_qs(found.query).get("starttls", [""])[0]
        tls = found.scheme == "smtps"
        return cls(
            found.hostname,
            found.port or (465 if tls else 587 if found.username else 25),
            unquote(found.username or ""),
            unquote(found.password or ""),
            tls,
            False if tls else {"1": True, "0": False}.get(asked),
        )

    def client(self) -> aiosmtplib.SMTP:
        """A client that is not connected yet."""
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username or None,
            password=self.password or None,
            use_tls=self.tls,
            start_tls=self.starttls,
            timeout=TIMEOUT,
            # The machine's own name may be nobody's business, and asking for it can block.
            local_hostname="ngayso",
        )


def transport(address: str) -> aiosmtplib.SMTP:
    """A client for `NGAYSO_SMTP_URL`; `async with` connects, signs in and says goodbye.

    Raises:
        ValueError: it is no such address.
    """
    return MailServer.parse(address).client()
