"""The outbox: a mail is a row written in the business transaction, sent by a worker after the commit.

A change that is undone leaves no mail. A worker claims rows with one conditional statement, so many processes may work
side by side; the one mail that a dying process was sending is taken up again within a minute, under the same Message-ID,
so that a mail server that has it already can tell. After sending, only the fact remains: text, ticket links and pictures are blanked.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import aiosmtplib
import msgspec
import structlog

from app.kernel import columns, instance, metrics
from app.kernel.actor import Actor
from app.kernel.clock import now
from app.kernel.columns import Table
from app.kernel.database import as_instant, as_uuid, current_work, engine_name, row, rows, run, unit_of_work
from app.kernel.ids import uuid7
from app.kernel.mail import Mail, MailServer, Part, compose
from app.settings import Settings

__all__ = ["Mail", "Part", "queue_mail"]

State = Literal["queued", "sending", "sent", "retrying", "failed", "bounced"]

MOST_PER_CONNECTION = 50
POLL = 5.0
"""Seconds between two looks for what is due; a commit in this process wakes the worker at once."""
SEND_TIMEOUT = 45.0
"""Seconds that one mail may take, connecting included."""
STUCK = timedelta(seconds=60)
"""After this long a claimed mail was abandoned: longer than SEND_TIMEOUT, so that nobody is still sending it."""
PAUSES = (30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800, 28800, 28800)
"""Seconds before the second attempt, the third, …; two days in all, then it has failed."""

log = structlog.get_logger("ngayso.outbox")


class OutgoingMail(Table, tablename="mail"):
    """One mail on its way. `text`, `html` and `parts` are blanked once it was sent; `last_error` holds no address.

    `next_at` is when it may be tried; `claimed_at` when a worker took it. `message_id` stays the same in all attempts.
    """

    id = columns.key()
    kind = columns.text(60)
    recipient = columns.text(320)
    recipient_name = columns.text(200)
    language = columns.text(2)
    subject = columns.text(300)
    text = columns.long_text()
    html = columns.long_text()
    parts = columns.long_text()
    message_id = columns.text(200, unique=True)
    state = columns.text(10)
    attempts = columns.integer()
    created_at = columns.instant()
    next_at = columns.instant()
    claimed_at = columns.optional_instant()
    sent_at = columns.optional_instant()
    last_error = columns.text(200, default="")


class Waiting(msgspec.Struct, frozen=True):
    """What the mail page and `ngayso doctor` tell: mails by state, since when the oldest waits, what went wrong last."""

    counts: dict[str, int]
    oldest: datetime | None
    last_error: str
    last_error_at: datetime | None

    @property
    def unsent(self) -> int:
        """Mails that have not left and still may."""
        return sum(self.counts.get(state, 0) for state in ("queued", "sending", "retrying"))


# --- queueing ----------------------------------------------------------------------------------------------------------


async def queue_mail(mail: Mail) -> UUID:
    """Put a mail into the outbox, inside a unit of work: it leaves when, and only when, the change is stored."""
    work = current_work()
    if work is None:
        raise RuntimeError("queue_mail belongs inside unit_of_work()")
    identity = uuid7()
    await run(
        "INSERT INTO mail (id, kind, recipient, recipient_name, language, subject, text, html, parts, message_id, state, attempts, "
        "created_at, next_at, claimed_at, sent_at, last_error) "
        "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 'queued', 0, {}, {}, NULL, NULL, '')",
        identity,
        mail.kind[:60],
        mail.to[:320],
        " ".join(mail.name.split())[:200],
        "en" if mail.language == "en" else "vi",
        " ".join(mail.subject.split())[:300],
        mail.text,
        mail.html,
        msgspec.json.encode(list(mail.parts)).decode(),
        f"<{identity.hex}@{await instance.name()}>",
        now(),
        now(),
    )
    work.after_commit(wake)
    return identity


# --- asking ------------------------------------------------------------------------------------------------------------


async def waiting() -> Waiting:
    """How the outbox stands."""
    counts = {found["state"]: int(found["n"]) for found in await rows("SELECT state, count(*) AS n FROM mail GROUP BY state")}
    oldest = await row("SELECT min(created_at) AS at FROM mail WHERE state IN ('queued', 'sending', 'retrying')")
    fault = await row(
        "SELECT last_error, next_at FROM mail WHERE state IN ('retrying', 'failed') AND last_error <> '' ORDER BY id DESC LIMIT 1"
    )
    return Waiting(
        counts,
        as_instant(oldest["at"]) if oldest else None,
        fault["last_error"] if fault else "",
        as_instant(fault["next_at"]) if fault else None,
    )


class Line(msgspec.Struct, frozen=True):
    """One mail in the list of the mail page: the address is masked."""

    id: UUID
    kind: str
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None
    last_error: str


def mask(address: str) -> str:
    """ "a…@congty.vn": enough to recognise, too little to write to."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else "…"


async def newest(state: str = "", *, limit: int = 100) -> list[Line]:
    """The newest mails, of one state or all."""
    fields = "id, kind, recipient, state, attempts, created_at, next_at, sent_at, last_error"
    found = (
        await rows(f"SELECT {fields} FROM mail WHERE state = {{}} ORDER BY id DESC LIMIT {{}}", state, limit)
        if state
        else await rows(f"SELECT {fields} FROM mail ORDER BY id DESC LIMIT {{}}", limit)
    )
    return [Line(**{**one, "id": as_uuid(one["id"]), "recipient": mask(one["recipient"])}) for one in found]


async def read(identity: UUID) -> Mail | None:
    """One mail as it stands in the outbox; its text is empty once it was sent."""
    found = await row("SELECT * FROM mail WHERE id = {}", identity)
    return _mail(found) if found else None


def _mail(found: dict[str, Any]) -> Mail:
    return Mail(
        kind=found["kind"],
        to=found["recipient"],
        name=found["recipient_name"],
        language=found["language"],
        subject=found["subject"],
        text=found["text"],
        html=found["html"],
        parts=msgspec.json.decode(found["parts"], type=list[Part]) if found["parts"] else (),
    )


async def retry(identity: UUID, *, by: Actor) -> bool:
    """Try a failed or waiting mail again now; whether there was such a mail."""
    async with unit_of_work(by) as work:
        found = await run(
            "UPDATE mail SET state = 'queued', attempts = 0, next_at = {}, last_error = '' "
            "WHERE id = {} AND state IN ('failed', 'retrying', 'bounced') AND text <> '' RETURNING id",
            now(),
            identity,
        )
        work.record("mail.retried", f"mail:{identity}", after={"found": bool(found)})
        work.after_commit(wake)
    return bool(found)


async def forget_recipient(address: str) -> int:
    """Blank a person's mails inside a unit of work (erasure); what was not sent yet will not be."""
    found = await run(
        "UPDATE mail SET recipient = '', recipient_name = '', subject = '', text = '', html = '', parts = '', "
        "state = CASE WHEN state IN ('queued', 'retrying') THEN 'failed' ELSE state END, last_error = 'erased' "
        "WHERE recipient = {} RETURNING id",
        address,
    )
    return len(found)


# --- the worker --------------------------------------------------------------------------------------------------------

_CLAIMABLE = "((state IN ('queued', 'retrying') AND next_at <= {}) OR (state = 'sending' AND claimed_at < {}))"


async def claim(limit: int = 1) -> list[dict[str, Any]]:
    """Take what is due, oldest first, so that no other worker takes it too."""
    present = now()
    skip = "FOR UPDATE SKIP LOCKED" if engine_name() == "postgresql" else ""
    async with unit_of_work(_WORKER, unaudited="a worker's claim; the mail's own row tells its story"):
        # Picked once, in a CTE: PostgreSQL may run a subquery of IN again for every row, past its LIMIT. The condition
        # stands outside too, so that a second worker that waited for the row sees that it is taken.
        claimed = await run(
            f"WITH picked AS MATERIALIZED (SELECT id FROM mail WHERE {_CLAIMABLE} ORDER BY next_at, id LIMIT {{}} {skip}) "
            f"UPDATE mail SET state = 'sending', claimed_at = {{}}, attempts = attempts + 1 "
            f"WHERE id IN (SELECT id FROM picked) AND {_CLAIMABLE} RETURNING *",
            present, present - STUCK, limit, present, present, present - STUCK,
        )  # fmt: skip
    return sorted(claimed, key=lambda one: str(one["id"]))


async def _sent(identity: UUID, attempts: int) -> None:
    async with unit_of_work(_WORKER, unaudited="the mail's own row tells its story"):
        await run(
            "UPDATE mail SET state = 'sent', sent_at = {}, claimed_at = NULL, text = '', html = '', parts = '', last_error = '' "
            "WHERE id = {} AND state = 'sending' AND attempts = {}",
            now(), identity, attempts,
        )  # fmt: skip


async def _not_sent(identity: UUID, attempts: int, error: str, *, for_good: bool) -> None:
    given_up = for_good or attempts > len(PAUSES)
    pause = timedelta(seconds=PAUSES[min(attempts, len(PAUSES)) - 1])
    async with unit_of_work(_WORKER, unaudited="the mail's own row tells its story"):
        await run(
            "UPDATE mail SET state = {}, next_at = {}, claimed_at = NULL, last_error = {} "
            "WHERE id = {} AND state = 'sending' AND attempts = {}",
            "failed" if given_up else "retrying", now() + pause, error[:200], identity, attempts,
        )  # fmt: skip
    log.warning("mail.not_sent", mail=str(identity), error=error, attempts=attempts, given_up=given_up)


def fault(error: Exception) -> tuple[str, bool]:
    """What went wrong without anything personal (servers quote addresses in their answers), and whether it is for good."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    code = getattr(error, "code", None)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"{code} {type(error).__name__}", False
    if isinstance(code, int) and code > 0:
        return f"{code} {type(error).__name__}", 500 <= code < 600 and isinstance(
            error, (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)
        )
    return type(error).__name__, isinstance(error, ValueError)


class Sender:
    """The worker of this process: claims one mail, sends it, notes what happened, takes the next over the same connection."""

    def __init__(self, server: MailServer, sender: str) -> None:
        self.server = server
        self.sender = sender
        self.woken = asyncio.Event()
        self.stopping = asyncio.Event()
        self.task = asyncio.create_task(self._run(), name="outbox")

    async def stop(self) -> None:
        """Finish the mail that is being sent, then stop; the others stay queued."""
        self.stopping.set()
        self.woken.set()
        done, _pending = await asyncio.wait({self.task}, timeout=10)
        if not done:
            self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    async def _run(self) -> None:
        while not self.stopping.is_set():
            self.woken.clear()
            try:
                reached = await self.send_due()
            except Exception as error:
                # The database is away, or a fault of ours: the next round tries again.
                log.warning("outbox.round_failed", error=type(error).__qualname__)
                reached = False
            if not reached and not self.stopping.is_set():
                # Nobody is there: what waits is not tried one by one against a closed door.
                self.woken.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), POLL)

    async def send_due(self) -> bool:
        """Send what is due. False when the mail server cannot be reached."""
        while not self.stopping.is_set():
            client = self.server.client()
            try:
                for _ in range(MOST_PER_CONNECTION):
                    claimed = [] if self.stopping.is_set() else await claim()
                    if not claimed:
                        return True
                    if not await self._send(client, claimed[0]):
                        return False
            finally:
                with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                    if client.is_connected:
                        await client.quit(timeout=5)
        return True

    async def _send(self, client: aiosmtplib.SMTP, one: dict[str, Any]) -> bool:
        """Send one claimed mail and note how it went. False when the server cannot be reached."""
        identity, attempts = as_uuid(one["id"]), int(one["attempts"])
        reached = client.is_connected
        try:
            created = as_instant(one["created_at"])
            assert created is not None
            message = compose(_mail(one), sender=self.sender, message_id=one["message_id"], at=created)
            async with asyncio.timeout(SEND_TIMEOUT):
                if not client.is_connected:
                    await client.connect()
                reached = True
                await client.send_message(message)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            said, for_good = fault(error)
            await _not_sent(identity, attempts, said, for_good=for_good)
            return reached or isinstance(error, ValueError)
        await _sent(identity, attempts)
        return True


_WORKER = Actor.system("outbox")
_sender: Sender | None = None


def wake() -> None:
    """Something was queued: look now."""
    if _sender is not None:
        _sender.woken.set()


def sends() -> bool:
    """Whether mail leaves at all; without NGAYSO_SMTP_URL it stays readable on the mail page."""
    return _sender is not None


async def start(settings: Settings) -> None:
    """Start the worker when there is a mail server. The database must be open."""
    global _sender
    if settings.is_sqlite:
        # The one server process of this file is just starting: whatever is being sent, nobody is sending it.
        async with unit_of_work(_WORKER, unaudited="what a killed server was sending is queued again"):
            await run("UPDATE mail SET state = 'queued', claimed_at = NULL WHERE state = 'sending'")
    if settings.smtp_url:
        _sender = Sender(MailServer.parse(settings.smtp_url), settings.mail_from)


async def stop() -> None:
    """Stop the worker; what is not sent stays queued."""
    global _sender
    sender, _sender = _sender, None
    if sender is not None:
        await sender.stop()


async def count_for_metrics() -> None:
    """Bring the gauges up to date."""
    counts = (await waiting()).counts
    for state in ("queued", "sending", "sent", "retrying", "failed", "bounced"):
        metrics.mails.labels(state).set(counts.get(state, 0))
