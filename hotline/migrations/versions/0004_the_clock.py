"""the clock

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What the clock wants to know of tickets opened before it.
_OWED = (
    "UPDATE tickets SET answer_due_at = next_due_at"
    " WHERE next_due_at IS NOT NULL AND next_due_at != resolution_due_at"
)
_HELD = (
    "UPDATE tickets SET held_at ="
    " (SELECT max(at) FROM ticket_events WHERE ticket_id = tickets.id AND kind = 'held')"
    " WHERE state = 'on_hold'"
)


def upgrade() -> None:
    op.create_table(
        "sla_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policies")),
    )
    for column in (
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("risk_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rises_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_on", sa.Date(), nullable=True),
        sa.Column("limitation_on", sa.Date(), nullable=True),
    ):
        op.add_column("tickets", column)
    # With its reference in the column SQLite need not copy the table, which others refer to.
    for name, table in (("policy_id", "sla_policies"), ("merged_into_id", "tickets")):
        op.execute(
            f"ALTER TABLE tickets ADD COLUMN {name} INTEGER"
            f" CONSTRAINT fk_tickets_{name}_{table} REFERENCES {table} (id)"
        )
    op.execute(_OWED)
    op.execute(_HELD)


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for name, table in (("merged_into_id", "tickets"), ("policy_id", "sla_policies")):
            batch_op.drop_constraint(batch_op.f(f"fk_tickets_{name}_{table}"), type_="foreignkey")
            batch_op.drop_column(name)
        for name in (
            "limitation_on",
            "event_on",
            "rises_at",
            "level",
            "warned_due_at",
            "risk_at",
            "reminded_at",
            "held_at",
            "answer_due_at",
        ):
            batch_op.drop_column(name)

    op.drop_table("sla_policies")
