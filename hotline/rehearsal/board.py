"""What the rehearsal's page shows, gathered from chats, telephones and troubles."""

import datetime as dt
from typing import Any

from escalation.calendar import LOCAL
from hotline.rehearsal.chats import Chat
from hotline.rehearsal.handset import Handset
from hotline.rehearsal.people import WORKERS, Person
from hotline.rehearsal.stage import Stage


class Board:
    """What the page shows: an ever longer list of bubbles, the telephones, the troubles."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.troubles = stage.stand_ins.troubles
        self.handset = Handset(stage.line, self.troubles, _by_phone)
        self.bubbles: list[dict[str, Any]] = []
        self._heard: dict[tuple[str, str], int] = {}

    async def look(self) -> None:
        """Take in what the hotline has written since."""
        await self.handset.look_for_requests()
        for chat in self.stage.chats.values():
            for person in WORKERS:
                place = (chat.name, person.id)
                heard = await chat.heard(person)
                for message in heard[self._heard.get(place, 0) :]:
                    self._add(chat, person, "hotline", message.text, message.buttons)
                self._heard[place] = len(heard)

    async def note(self, chat: Chat, person: Person, kind: str, text: str) -> None:
        """What the worker does himself, below all that came before."""
        await self.look()
        self._add(chat, person, kind, text, ())

    def _add(
        self, chat: Chat, person: Person, kind: str, text: str, buttons: tuple[tuple[str, str], ...]
    ) -> None:
        now = dt.datetime.now(LOCAL)
        self.bubbles.append(
            {
                "channel": chat.name,
                "person": person.id,
                "kind": kind,
                "text": text,
                "buttons": buttons,
                "clock": f"{now:%H:%M}",
            }
        )

    def condition(self) -> dict[str, Any]:
        """What is shown whole, not piece by piece."""
        on = sorted(self.troubles.on)
        return {"phone": self.handset.as_json(), "troubles": on, "met": self.troubles.met}

    def stamp(self) -> tuple[Any, ...]:
        """Changes with the condition."""
        return self.handset.version, frozenset(self.troubles.on), self.troubles.met


def _by_phone(number: str) -> Person | None:
    return next((person for person in WORKERS if person.phone == number), None)
