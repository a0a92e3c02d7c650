"""who takes it

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("load_limit", sa.Integer(), nullable=False, server_default="12"),
        sa.Column("topics", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("employers", sa.Text(), nullable=True),
    ):
        op.add_column("staff", column)
    # With its reference in the column SQLite need not copy the table, which others refer to.
    op.execute(
        "ALTER TABLE tickets ADD COLUMN master_id INTEGER"
        " CONSTRAINT fk_tickets_master_id_tickets REFERENCES tickets (id)"
    )
    op.create_index(op.f("ix_tickets_master_id"), "tickets", ["master_id"])
    op.create_table(
        "barred",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_barred_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_barred_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("staff_id", "ticket_id", name=op.f("pk_barred")),
    )
    op.create_index(op.f("ix_barred_ticket_id"), "barred", ["ticket_id"])
    op.create_table(
        "transfers",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_transfers_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(["from_id"], ["staff.id"], name=op.f("fk_transfers_from_id_staff")),
        sa.ForeignKeyConstraint(["to_id"], ["staff.id"], name=op.f("fk_transfers_to_id_staff")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_transfers")),
    )
    op.create_index(op.f("ix_transfers_to_id"), "transfers", ["to_id"])
    op.create_table(
        "referrals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_referrals_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index(op.f("ix_referrals_ticket_id"), "referrals", ["ticket_id"])


def downgrade() -> None:
    for table in ("referrals", "transfers", "barred"):
        op.drop_table(table)
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_master_id"))
        batch_op.drop_constraint(batch_op.f("fk_tickets_master_id_tickets"), type_="foreignkey")
        batch_op.drop_column("master_id")
    for name in ("employers", "topics", "load_limit"):
        op.drop_column("staff", name)
