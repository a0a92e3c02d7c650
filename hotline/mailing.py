"""Mail to the staff, by the centre's own SMTP server."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from typing import Self

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from bot.channels.base import SendFailed, TryLater
from hotline.settings import Settings, SmtpTls

SECONDS = 15.0
_PORTS = {SmtpTls.STARTTLS: 587, SmtpTls.TLS: 465, SmtpTls.NONE: 25}
_SENDER = "Tổng đài tư vấn pháp luật"


@dataclass(frozen=True)
class Mail:
    """`number` makes the same Message-ID of the same mail: mailboxes show it once."""

    to: str
    subject: str
    text: str
    number: int
    at: datetime


@dataclass(frozen=True)
class Mailer:
    host: str
    port: int
    sender: str
    tls: SmtpTls
    user: str | None = None
    password: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """None where no server is set."""
        if settings.smtp_host is None or settings.smtp_from is None:
            return None
        return cls(
            settings.smtp_host,
            settings.smtp_port or _PORTS[settings.smtp_tls],
            settings.smtp_from,
            settings.smtp_tls,
            settings.smtp_user,
            settings.smtp_password,
        )

    async def send(self, mail: Mail) -> None:
        """Hand it to the server; raises `TryLater` or `SendFailed`, which quote nothing."""
        try:
            async with self._client() as client:
                await client.send_message(self._message(mail), recipients=[mail.to])
        except SMTPRecipientsRefused as error:
            raise _refused([one.code for one in error.recipients]) from None
        except SMTPAuthenticationError:
            raise TryLater("auth") from None  # the mail is not to blame
        except SMTPResponseException as error:
            raise _refused([error.code]) from None
        except (SMTPException, OSError, ssl.SSLError) as error:
            raise TryLater(type(error).__name__) from None
        except (ValueError, MessageError):
            raise SendFailed("bad_address") from None

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            timeout=SECONDS,
            use_tls=self.tls is SmtpTls.TLS,
            start_tls=self.tls is SmtpTls.STARTTLS,
        )

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(WIRE)
        message["From"] = Address(_SENDER, addr_spec=self.sender)
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.at)
        message["Message-ID"] = f"<alert-{mail.number}@{parseaddr(self.sender)[1].split('@')[1]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text, cte="quoted-printable")
        return message

    async def check(self) -> list[str]:
        """What is wrong, in sentences; nothing if all is well."""
        try:
            async with self._client() as client:
                await client.noop()
        except SMTPAuthenticationError:
            return ["The server refuses the user or the password."]
        except ssl.SSLCertVerificationError:
            return ["The server's certificate is not trusted here."]
        except (SMTPException, OSError) as error:
            return [f"The server did not answer as it should ({type(error).__name__})."]
        return []


def _refused(codes: list[int]) -> SendFailed:
    """A refusal of the fourth hundred passes by; one of the fifth stays."""
    code = str(max(codes, default=0))
    return TryLater(code) if code < "500" else SendFailed(code)
