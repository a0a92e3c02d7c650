from bot.triage.danger import Danger, danger, tells_of_injury
from bot.triage.old import *  # noqa: F403
from bot.triage.old import (
    TICKET_CODE,
    Doubt,
    Sort,
    doubt,
    language,
    only_names_it,
    plain,
    sort,
    speaks_of_work,
)
