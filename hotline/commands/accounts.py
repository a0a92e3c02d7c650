"""`hotline staff ...`"""

from collections.abc import Awaitable, Callable

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import accounts
from escalation.models import Staff
from escalation.vocabulary import Role
from hotline import setup
from hotline.opening import utc_now
from hotline.settings import Settings, SettingsError


async def _in_transaction(
    settings: Settings, work: Callable[[AsyncSession], Awaitable[str]]
) -> None:
    database = await setup.open_ready(settings)
    try:
        async with database.writing() as session:
            said = await work(session)
        typer.echo(said)
    finally:
        await database.close()


async def _known(session: AsyncSession, email: str) -> Staff:
    staff = await accounts.find_staff(session, email)
    if staff is None:
        raise SettingsError(f"there is no account {email}")
    return staff


async def add(settings: Settings, email: str, name: str, role: str) -> None:
    if role not in tuple(Role):
        raise SettingsError(f"--role must be one of {', '.join(Role)}")

    async def work(session: AsyncSession) -> str:
        try:
            _, password = await accounts.add_staff(session, email, name, Role(role), utc_now())
        except accounts.Refused as error:
            raise SettingsError(str(error)) from None
        return password

    await _in_transaction(settings, work)


async def token(settings: Settings, email: str) -> None:
    async def work(session: AsyncSession) -> str:
        return await accounts.issue_token(session, await _known(session, email), utc_now())

    await _in_transaction(settings, work)


async def password(settings: Settings, email: str) -> None:
    async def work(session: AsyncSession) -> str:
        return await accounts.renew_password(session, await _known(session, email), utc_now())

    await _in_transaction(settings, work)


async def listing(settings: Settings) -> None:
    async def work(session: AsyncSession) -> str:
        people = await session.scalars(select(Staff).order_by(Staff.email))
        return "\n".join(
            f"{one.role:8} {one.email:32} {one.name}{' (disabled)' if one.disabled_at else ''}"
            for one in people
        )

    await _in_transaction(settings, work)
