from bot.triage.old import *  # noqa: F403
from bot.triage.old import TICKET_CODE, Sort, Doubt, sort, doubt, language, only_names_it, speaks_of_work, plain
from bot.triage.danger import Danger, danger, tells_of_injury
