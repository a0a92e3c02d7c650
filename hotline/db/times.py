"""Times reckoned inside the database, alike on SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import Date, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class local_day(GenericFunction[Any]):  # noqa: N801 - read like the functions of SQL
    """The day in Vietnam, which has been seven hours ahead of UTC since 1975."""

    type = Date()
    inherit_cache = True


class minutes_between(GenericFunction[Any]):  # noqa: N801
    """From one moment to a later one; correct to a thousandth of a second."""

    type = Float()
    inherit_cache = True


@compiles(local_day)
def _local_day(element: local_day, compiler: SQLCompiler, **how: Any) -> str:
    (at,) = element.clauses
    return f"CAST(({compiler.process(at, **how)}) AT TIME ZONE 'Asia/Ho_Chi_Minh' AS DATE)"


@compiles(local_day, "sqlite")
def _local_day_sqlite(element: local_day, compiler: SQLCompiler, **how: Any) -> str:
    (at,) = element.clauses
    return f"date({compiler.process(at, **how)}, '+7 hours')"


@compiles(minutes_between)
def _minutes(element: minutes_between, compiler: SQLCompiler, **how: Any) -> str:
    first, last = (compiler.process(one, **how) for one in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({last}) - ({first})) / 60 AS DOUBLE PRECISION)"


@compiles(minutes_between, "sqlite")
def _minutes_sqlite(element: minutes_between, compiler: SQLCompiler, **how: Any) -> str:
    first, last = (compiler.process(one, **how) for one in element.clauses)
    return f"(julianday({last}) - julianday({first})) * 1440.0"
