"""Run by Alembic, inside a connection that `hotline.schema` opened."""

from typing import Any, Literal

import sqlalchemy
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write plain SQL types into migrations: they must outlive our own classes."""
    if kind != "type":
        return False
    if isinstance(item, sqlalchemy.Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["metadata"],
    render_as_batch=True,  # SQLite alters a table by writing it anew
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
