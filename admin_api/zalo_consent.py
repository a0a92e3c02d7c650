"""What the office needs of the keeper of Zalo's tokens."""

from typing import Protocol

from bot.channels.token_store import Health


class ZaloConsent(Protocol):
    @property
    def consent_origin(self) -> str:
        """Where consent is given: forms of the page lead there."""

    async def health(self) -> Health: ...

    async def begin_consent(self) -> str:
        """The address at Zalo to go to; what comes back from there is good for ten minutes."""

    async def finish_consent(self, code: str, state: str) -> str | None:
        """None when the new tokens are stored, else why not in one word."""
