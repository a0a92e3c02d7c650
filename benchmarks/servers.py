"""The processes a measurement runs against: a bare handler, and Telegram's fake.

    python -m benchmarks.servers bare DATABASE_URL     one INSERT and one commit a request
    python -m benchmarks.servers telegram TOKEN        tests.fakes.FakeTelegram

Each prints its port as the first line and runs until it is killed.
"""

import asyncio
import datetime as dt
import sys

from aiohttp import web
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, Text, insert

from bot.channels.telegram import WEBHOOK_PATH
from hotline.db import Database, Keyring
from tests.fakes import FakeTelegram

ROWS = Table(
    "bench_rows",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("body", Text, nullable=False),
)


def bare_app(database: Database) -> web.Application:
    """What a webhook costs at the least: the body is in the database before the 200."""

    async def webhook(request: web.Request) -> web.Response:
        body = await request.text()
        row = {"channel": "bare", "received_at": dt.datetime.now(dt.UTC), "body": body}
        async with database.writing() as session:
            connection = await session.connection()
            await connection.execute(insert(ROWS), row)
        return web.Response()

    app = web.Application()
    app.add_routes([web.post(WEBHOOK_PATH, webhook)])
    return app


async def bare(url: str) -> None:
    database = Database(url, Keyring.generate())
    async with database.engine.begin() as connection:
        await connection.run_sync(ROWS.metadata.create_all)
    # The listener of hotline.app, setting for setting.
    runner = web.AppRunner(bare_app(database), access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _announce(runner.addresses[0][1])
    await asyncio.Event().wait()


async def telegram(token: str) -> None:
    fake = await FakeTelegram(token).start()
    _announce(int(fake.base.rpartition(":")[2]))
    await asyncio.Event().wait()


def _announce(port: int) -> None:
    print(port, flush=True)


def main() -> None:
    kind, argument = sys.argv[1:]
    asyncio.run({"bare": bare, "telegram": telegram}[kind](argument))


if __name__ == "__main__":
    main()
