"""The queue of drafts and the page on which one is written, read and decided."""

from typing import Any

from aiohttp import web

from admin_api import draft_steps, drafts, law_search
from admin_api.console import draft_form
from admin_api.console.hours import number
from admin_api.console.page import page
from admin_api.office import form_of, office_of, who
from admin_api.routing import FAQ_READERS, LAWYERS, NOT_FOUND, ApiError, Routes
from escalation.calendar import LOCAL
from escalation.vocabulary import Role
from knowledge_base.checking import PHRASINGS, SYLLABLES
from knowledge_base.drafting import Sketch
from knowledge_base.models import DraftState
from knowledge_base.rendering import ANSWER_LIMIT

routes = Routes()

_ADD = "add:"
_LONGEST_SEARCH = 200
_LARGEST = 2**31 - 1
_SAID = {
    "new": "Đã soạn từ phiếu. Đọc lại rồi gửi biên tập.",
    "known": "Phiếu này đã có bản đang soạn, mở lại bản đó.",
    "saved": "Đã lưu.",
    "handed": "Đã gửi biên tập.",
    "accepted": "Đã đưa vào kho. Tổng đài dùng câu này trong vòng một phút.",
    "declined": "Đã ghi là không nhận.",
}


@routes.page("GET", "/drafts", FAQ_READERS)
async def drafts_page(request: web.Request) -> web.Response:
    asked = request.query.get("state", DraftState.IN_REVIEW)
    if asked not in list(DraftState):
        raise NOT_FOUND
    async with office_of(request).database.reading() as session:
        found = await drafts.listed(session, (DraftState(asked),), who(request).staff.id)
    library = office_of(request).library()
    return page(
        request,
        "drafts.html",
        found=found,
        state=asked,
        states=list(DraftState),
        topics=library.topics,
        entries=library.entries,
    )


@routes.page("POST", "/tickets/{code}/draft", LAWYERS)
async def draft_ticket(request: web.Request) -> web.StreamResponse:
    """One press on the ticket's page."""
    draft, is_new = await draft_steps.start(request)
    raise web.HTTPSeeOther(f"/drafts/{draft.id}?said={'new' if is_new else 'known'}")


@routes.page("GET", "/drafts/{id}", FAQ_READERS)
async def draft_page(request: web.Request) -> web.Response:
    return await _page(request, said=_SAID.get(request.query.get("said", ""), ""))


async def _page(
    request: web.Request, *, status: int = 200, typed: Sketch | None = None, **more: Any
) -> web.Response:
    """`typed`: what stands in the form where it is not what is stored."""
    office = office_of(request)
    library, day = office.library(), office.clock().astimezone(LOCAL).date()
    found = await drafts.read(request)
    sketch = typed or found.sketch
    async with office.database.reading() as session:
        bases = await law_search.describe(session, sketch.citations, library, day)
    context = {
        "draft": found,
        "sketch": sketch,
        "bases": bases,
        "found": None,
        "wanted": "",
        "reason": "",
        "said": "",
        "problem": None,
        "entries": library.entries,
        "topics": library.topics,
        "reads_tickets": who(request).staff.role is Role.LAWYER,
        "limits": {"answer": ANSWER_LIMIT, "voice": SYLLABLES, "phrasings": PHRASINGS},
        **more,
    }
    return page(request, "draft.html", status=status, **context)


@routes.page("POST", "/drafts/{id}", FAQ_READERS)
async def change_draft(request: web.Request) -> web.StreamResponse:
    """Whatever button was pressed: what was typed is kept first."""
    form = await form_of(request)
    cited = [one for one in (await request.post()).getall("citations", []) if isinstance(one, str)]
    typed = draft_form.sketch(form, cited)
    do = form.get("do", "save")
    if do == "find":
        return await _search(request, form, typed)
    try:
        said = await _do(request, do, form, typed)
    except ApiError as error:
        if error is NOT_FOUND or "text/html" not in request.headers.get("Accept", ""):
            raise
        return await _page(
            request,
            status=error.status,
            problem=error.message,
            typed=typed,
            reason=form.get("reason", ""),
        )
    raise web.HTTPSeeOther(f"/drafts/{request.match_info['id']}?said={said}")


async def _search(request: web.Request, form: dict[str, str], typed: Sketch) -> web.Response:
    """Articles to pick from; nothing is stored yet."""
    office = office_of(request)
    wanted = form.get("wanted", "")[:_LONGEST_SEARCH].strip()
    day = office.clock().astimezone(LOCAL).date()
    async with office.database.reading() as session:
        found = await law_search.find(session, wanted, office.library(), day)
    fresh = [one for one in found if one.citation not in typed.citations]
    return await _page(request, typed=typed, found=fresh, wanted=wanted)


async def _do(request: web.Request, do: str, form: dict[str, str], typed: Sketch) -> str:
    """Keep, then take the step; returns what to say."""
    version = number(form.get("version", ""), 1, _LARGEST) or 0
    target = form.get("target") or None
    if do.startswith(_ADD):
        target = do.removeprefix(_ADD)
    elif do == "new":
        target = None
    await draft_steps.save(request, typed, version, target)
    if do == "submit":
        await draft_steps.submit(request)
        return "handed"
    if do == "accept":
        await draft_steps.accept(request)
        return "accepted"
    if do == "decline":
        await draft_steps.decline(request, form.get("reason", ""))
        return "declined"
    return "saved"
