"""reaching staff

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("level", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("telegram", sa.Text(), nullable=True),
        sa.Column("telegram_index", sa.String(length=64), nullable=True),
        sa.Column("by_mail", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("quiet_from", sa.Integer(), nullable=False, server_default="1320"),
        sa.Column("quiet_until", sa.Integer(), nullable=False, server_default="360"),
    ):
        op.add_column("staff", column)
    op.create_index(op.f("ix_staff_telegram_index"), "staff", ["telegram_index"], unique=True)
    op.add_column("tickets", sa.Column("bot_rating", sa.Integer(), nullable=True))
    op.add_column("tickets", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("person_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE tickets SET person_id ="
        " (SELECT conversation_id FROM handoffs WHERE ticket_id = tickets.id)"
    )
    op.create_index(op.f("ix_tickets_person_id"), "tickets", ["person_id"])
    op.add_column(
        "ticket_events", sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute("UPDATE ticket_events SET alerted_at = at")  # nobody is told of what is long past
    op.create_index("ix_ticket_events_unalerted", "ticket_events", ["alerted_at", "id"])
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_absences_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_staff_id"), "absences", ["staff_id"])
    op.create_table(
        "telegram_invites",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_telegram_invites_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_telegram_invites")),
        sa.UniqueConstraint("code", name=op.f("uq_telegram_invites_code")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("once", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_alerts_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_alerts_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("once", name=op.f("uq_alerts_once")),
    )
    op.create_index(op.f("ix_alerts_staff_id"), "alerts", ["staff_id"])
    op.create_index(op.f("ix_alerts_ticket_id"), "alerts", ["ticket_id"])
    op.create_index(op.f("ix_alerts_state_due_at"), "alerts", ["state", "due_at"])
    op.create_table(
        "checked_topics",
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_checked_topics")),
    )
    op.create_table(
        "presences",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_presences_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_presences_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "staff_id", name=op.f("pk_presences")),
    )


def downgrade() -> None:
    for table in ("presences", "checked_topics", "alerts", "telegram_invites", "absences"):
        op.drop_table(table)
    op.drop_index("ix_ticket_events_unalerted", "ticket_events")
    op.drop_column("ticket_events", "alerted_at")
    op.drop_index(op.f("ix_tickets_person_id"), "tickets")
    for name in ("person_id", "submitted_at", "bot_rating"):
        op.drop_column("tickets", name)
    op.drop_index(op.f("ix_staff_telegram_index"), "staff")
    for name in (
        "quiet_until",
        "quiet_from",
        "digest",
        "by_mail",
        "telegram_index",
        "telegram",
        "level",
        "languages",
    ):
        op.drop_column("staff", name)
