"""The words of the desk. (pure)"""

from enum import StrEnum


class Role(StrEnum):
    LAWYER = "lawyer"
    MANAGER = "manager"
    EDITOR = "editor"
    ADMIN = "admin"


class Kind(StrEnum):
    """What the worker brings: a question, a report of a wrong, or a proposal."""

    QUESTION = "question"
    REPORT = "report"
    PROPOSAL = "proposal"


class Way(StrEnum):
    """How somebody was advised away from the hotline."""

    IN_PERSON = "in_person"
    LETTER = "letter"
    PHONE = "phone"


class Agency(StrEnum):
    """Another body that a case is referred to."""

    HOME_AFFAIRS = "home_affairs"
    SOCIAL_INSURANCE = "social_insurance"
    INSPECTORATE = "inspectorate"
    POLICE = "police"
    COURT = "court"
    UNION = "union"
    OTHER = "other"


class Priority(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


class State(StrEnum):
    """new -> active -> (on_hold <-> active) -> resolved -> active again when the worker writes."""

    NEW = "new"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"


OPEN_STATES = (State.NEW, State.ACTIVE, State.ON_HOLD)


class Via(StrEnum):
    """How one of the staff is reached outside the console."""

    MAIL = "mail"
    TELEGRAM = "telegram"


class AlertState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    VOID = "void"  # settled before it was told


class EventKind(StrEnum):
    OPENED = "opened"
    WROTE = "wrote"  # the worker added a message
    DETAILED = "detailed"  # the worker named company or a way to reach him
    PRIORITISED = "prioritised"
    TAKEN = "taken"
    NOTED = "noted"
    REPLIED = "replied"
    SUBMITTED = "submitted"  # an answer waits for a second lawyer
    SENT_BACK = "sent_back"  # he wants it changed; text: why
    UNSENT = "unsent"  # an answer, or what went with it, taken back before it left; data: was
    WITHDRAWN = "withdrawn"  # somebody took it back
    HELD = "held"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    RATED = "rated"
    REMINDED = "reminded"  # the worker was told that we still wait for him
    MERGED = "merged"  # into another ticket; data: into
    ABSORBED = "absorbed"  # another ticket was merged into this one; data: its clock
    DATED = "dated"  # the day of the event became known
    AT_RISK = "at_risk"  # three quarters of a term are gone
    BREACHED = "breached"
    ESCALATED = "escalated"  # the breach is told further up; data: level
    RETURNED = "returned"  # nobody has it any more; data: reason, unless the assignee gave it back
    OFFERED = "offered"  # to another lawyer, who accepts or refuses; data: to
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"  # the other said nothing: the giver keeps it
    REFERRED = "referred"  # to another body, its name; data: agency, on
    REFERRAL_ANSWERED = "referral_answered"
    JOINED = "joined"  # a collective matter; data: master
    LEFT = "left"
    ASKED_BACK = "asked_back"  # the worker wants to be rung back
    CALLED = "called"  # a lawyer rang, or was rung; data: outcome
    OPENED_FILE = "opened_file"  # a lawyer looked at or listened to what the worker sent
    LINKED = "linked"  # the worker went on with the case on another channel
    ERASED = "erased"


# Events the worker is told of; all others are history only.
ANNOUNCED = (EventKind.REPLIED, EventKind.RESOLVED, EventKind.REMINDED, EventKind.REFERRED)

# Events somebody of the staff may have to be told of, wherever he is.
ALERTED = (
    EventKind.OPENED,
    EventKind.WROTE,
    EventKind.REOPENED,
    EventKind.PRIORITISED,
    EventKind.NOTED,
    EventKind.SUBMITTED,
    EventKind.SENT_BACK,
    EventKind.AT_RISK,
    EventKind.BREACHED,
    EventKind.ESCALATED,
    EventKind.RETURNED,
    EventKind.OFFERED,
    EventKind.ACCEPTED,
    EventKind.REFUSED,
    EventKind.LAPSED,
    EventKind.ASKED_BACK,
)
