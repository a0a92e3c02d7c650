"""What happens by the clock. APScheduler only rings; plain functions of the rooms do the work."""

import asyncio

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from admin_api import stale_law
from bot import notifications, retention
from escalation.watch import LOOKS, Look
from hotline.house import House

_DRAIN = 10.0  # seconds for what is under way when the process stops

log = structlog.get_logger()


class Bells:
    """Every process may ring them; each row is claimed once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._soon: set[asyncio.Task[None]] = set()

    def tell_worker_soon(self) -> None:
        """A ticket just changed: do not wait for the next bell."""
        task = asyncio.create_task(self.announce())
        self._soon.add(task)
        task.add_done_callback(self._soon.discard)

    async def fall_silent(self) -> None:
        """Let what was begun end, soon; what fails now is told after the next start."""
        if self._soon:
            _, late = await asyncio.wait(self._soon, timeout=_DRAIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def announce(self) -> None:
        async with self._house.database.writing() as session:
            told = await notifications.announce(session, self._house.clock())
        if told:
            self._house.dispatcher.wake()

    async def tell_staff(self) -> None:
        """A message under way when the scheduler stops is still recorded (see `fall_silent`)."""
        task = asyncio.create_task(self._tell_staff())
        self._soon.add(task)
        task.add_done_callback(self._soon.discard)
        await asyncio.shield(task)

    async def _tell_staff(self) -> None:
        told = await self._house.alerting.tell()
        if told:
            log.info("staff_told", messages=told)

    async def queue_digests(self) -> None:
        await self._house.alerting.queue_digests()

    async def watch(self) -> None:
        """All that time has brought about, batch by batch: others write in between."""
        for name, look in LOOKS.items():
            try:
                while found := await self._look(look):
                    log.warning(name, tickets=found)
            except Exception as error:  # a fault of ours in one must not stop the next
                log.error("look_failed", look=name, error=type(error).__name__, exc_info=True)

    async def _look(self, look: Look) -> list[str]:
        async with self._house.database.writing() as session:
            return await look(session, self._house.clock())

    async def refresh(self) -> None:
        """Another process changed the law register or the answers."""
        if await self._house.refresh():
            log.info("library_refreshed", entries=len(self._house.library.entries))
            await self.count_stale()

    async def count_stale(self) -> None:
        async with self._house.database.reading() as session:
            stale = await stale_law.answers(session, self._house.base)
        stale_law.GAUGE.set(len(stale))

    async def forget(self) -> None:
        async with self._house.database.writing() as session:
            forgotten = await retention.forget(session, self._house.clock())
        if forgotten:
            log.info("forgotten", rows=forgotten)
        await self._house.alerting.forget()
        swept = await self._house.sweep_files()
        if swept:
            log.info("files_swept", files=swept)

    def scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC",
            # A bell that could not ring in time rings late: a busy hour must not silence it.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        scheduler.add_job(self.announce, "interval", seconds=2)
        scheduler.add_job(self.tell_staff, "interval", seconds=2)
        scheduler.add_job(self.queue_digests, "interval", seconds=30)
        scheduler.add_job(self.watch, "interval", seconds=20)
        scheduler.add_job(self.forget, "interval", minutes=30)
        scheduler.add_job(self.refresh, "interval", minutes=1)
        scheduler.add_job(self.count_stale, "interval", hours=1)
        return scheduler
