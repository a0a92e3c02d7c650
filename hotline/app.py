"""The running program: two listeners and the background loops."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import text

from admin_api.app import make_app
from admin_api.live import FEED
from admin_api.office import Office
from admin_api.searching import FINDER
from admin_api.zalo_consent import ZaloConsent
from bot import staff_chat
from bot.channels import telegram, webchat, zalo_oa
from bot.web import secure_responses
from hotline import fonts
from hotline.bells import Bells
from hotline.house import House

MAX_BODY = 1024 * 1024

log = structlog.get_logger()


# -- the public listener ---------------------------------------------------------------------------


def public_app(house: House, font_files: Path) -> web.Application:
    app = web.Application(middlewares=[_unavailable], client_max_size=MAX_BODY)
    secure = house.settings.public_address.startswith("https://")
    secure_responses(app, https=secure)
    app.add_routes([web.get("/healthz", _alive), web.get("/readyz", _ready(house))])
    app.add_routes(webchat.routes(house.reception, secure, font_files, house.clock))
    for door in house.doors:
        if door.routes is not None:
            app.add_routes(door.routes(house.reception))
    return app


@web.middleware
async def _unavailable(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A fault of ours is 503 without a trace: providers deliver again, people try again."""
    try:
        return await handler(request)
    except (web.HTTPException, asyncio.CancelledError):
        raise
    except Exception as error:
        log.error("request_failed", error=type(error).__name__, exc_info=True)
        return web.Response(
            status=503,
            text="Tổng đài đang bận, xin thử lại sau ít phút.",
            headers={"Retry-After": "5"},
        )


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _ready(house: House) -> Callable[[web.Request], Coroutine[Any, Any, web.Response]]:
    async def ready(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(1), house.database.reading() as session:
                await session.execute(text("SELECT 1"))
        except Exception as error:
            return web.json_response(
                {"status": "no database", "error": type(error).__name__}, status=503
            )
        return web.json_response({"status": "ready", "entries": len(house.library.entries)})

    return ready


# -- the office ------------------------------------------------------------------------------------


def office_app(house: House, bells: Bells, font_files: Path) -> web.Application:
    office = Office(
        database=house.database,
        policy=house.policy,
        clock=house.clock,
        library=lambda: house.library,
        files=house.file_store,
        changed=bells.tell_worker_soon,
        caller=house.telephone.caller,
        zalo=_zalo_consent(house),
        ways=house.alerting.ways,
        bot_name=lambda: _bot_name(house),
        secure=house.settings.office_address.startswith("https://"),
    )
    return make_app(office, font_files)


def _zalo_consent(house: House) -> ZaloConsent | None:
    channel = house.channels.get(zalo_oa.NAME)
    return channel.keeper if isinstance(channel, zalo_oa.ZaloOA) else None


def _bot_name(house: House) -> str:
    channel = house.channels.get(staff_chat.CHANNEL)
    return channel.username if isinstance(channel, telegram.Telegram) else ""


# -- together --------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def running(house: House) -> AsyncIterator[tuple[int, int]]:
    """Everything alive: yields the ports that the two listeners got."""
    font_files = await asyncio.to_thread(fonts.prepare, house.settings.data_dir / "fonts")
    bells = Bells(house)
    office = office_app(house, bells, font_files)
    loops = [house.dispatcher.run(), house.collector.run(), office[FEED].run()]
    loops += [office[FINDER].run()]
    loops += [door.loop(house.reception) for door in house.doors if door.loop is not None]
    tasks = [asyncio.create_task(loop) for loop in loops]
    scheduler = bells.scheduler()
    scheduler.start()
    public = await _listen(public_app(house, font_files), house.settings.host, house.settings.port)
    inner = await _listen(office, house.settings.host, house.settings.office_port)
    try:
        yield _port(public), _port(inner)
    finally:
        scheduler.shutdown(wait=False)
        await public.cleanup()
        await inner.cleanup()
        await bells.fall_silent()
        await house.collector.stop()
        await house.dispatcher.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(app: web.Application, host: str, port: int) -> web.AppRunner:
    # The access log would hold addresses and query strings; what counts is logged by name.
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=3)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


def _port(runner: web.AppRunner) -> int:
    address = runner.addresses[0]
    return int(address[1])


async def serve(house: House, announce: Callable[[int, int], None]) -> None:
    """Run until SIGINT or SIGTERM, then finish what is under way."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(house) as (public_port, office_port):
        announce(public_port, office_port)
        await stop.wait()
