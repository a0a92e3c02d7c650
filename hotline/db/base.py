"""Declarative base. Constraint names are fixed so that migrations mean the same everywhere."""

import enum

import sqlalchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

# Enums are stored as their values in plain text: a new word needs no ALTER TYPE.
_WORDS = sqlalchemy.Enum(
    enum.Enum,
    native_enum=False,
    create_constraint=False,
    length=20,
    values_callable=lambda words: [word.value for word in words],
)


class Base(DeclarativeBase):
    type_annotation_map = {enum.Enum: _WORDS}  # noqa: RUF012 - read by SQLAlchemy
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
