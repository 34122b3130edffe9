"""A real mail server that keeps what it receives and can misbehave: refuse, be slow, hang up after the message was sent."""

from __future__ import annotations

import asyncio
import email
import email.policy
import time
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ground.background import Background


@dataclass
class MailServer:
    """An SMTP server on a free port.

    `refuse`: a reply such as "451 later" or "550 no such user" that answers every RCPT.
    `delay`: seconds that the answer to DATA waits.
    `drop_after_data`: take the message, keep it, hang up without an answer: the sender cannot know that it arrived.
    """

    refuse: str = ""
    delay: float = 0.0
    drop_after_data: bool = False
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    port: int = 0
    _background: Background | None = None
    _server: asyncio.Server | None = None
    _sessions: dict[int, SMTP] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """What NGAYSO_SMTP_URL wants."""
        return f"smtp://127.0.0.1:{self.port}?starttls=0"

    def start(self, port: int = 0) -> MailServer:
        """Listen; on `port` when a server that was down comes back."""
        self._background = Background("smtp")
        self._background.run(self._listen(port))
        return self

    async def _listen(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def _session(self) -> SMTP:
        return SMTP(self, hostname="mail.test", enable_SMTPUTF8=True, timeout=30)

    def stop(self) -> None:
        """Stop listening; `start(port=…)` brings it back."""
        if self._background is None:
            return

        async def close() -> None:
            assert self._server is not None
            self._server.close()

        self._background.run(close())
        self._background.stop()
        self._background = None

    def wait_for(self, count: int, *, timeout: float = 15) -> list[EmailMessage]:
        """Block until `count` messages are there (for servers in another process).

        Raises:
            AssertionError: they did not come in `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while len(self.messages) < count:
            assert time.monotonic() < deadline, f"waited {timeout} s for {count} mails, {len(self.messages)} came"
            time.sleep(0.02)
        return self.messages

    async def arrival(self, count: int = 1, *, timeout: float = 15) -> list[EmailMessage]:
        """Wait until `count` messages are there, without blocking the test's loop."""
        deadline = time.monotonic() + timeout
        while len(self.messages) < count:
            assert time.monotonic() < deadline, f"waited {timeout} s for {count} mails, {len(self.messages)} came"
            await asyncio.sleep(0.02)
        return self.messages

    # What aiosmtpd calls.
    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.delay:
            await asyncio.sleep(self.delay)
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        if self.drop_after_data:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"
