// Who else has this ticket open: we tell that we do, and say who else does.

const EVERY = 10000; // the server forgets a page after 30 seconds
const TYPING = 10000; // since the last letter

let typed = 0;
let told = 0; // when typing was last told
let others = [];

/** `form`: the answer that is being written, whose token allows us to speak. */
export function accompany(code, form, box) {
  const ping = () => send(code, form, box);
  box.addEventListener("input", () => {
    typed = Date.now();
    if (typed - told > EVERY / 2) ping();
    say(box);
  });
  document.addEventListener("presence", (event) => {
    others = event.detail.others;
    say(box);
  });
  document.addEventListener("visibilitychange", ping);
  setInterval(ping, EVERY);
  ping();
  return () => {
    typed = told = 0;
    ping();
  };
}

async function send(code, form, box) {
  if (document.hidden) return; // a page nobody looks at is nobody
  const typing = Boolean(box.value) && Date.now() - typed < TYPING;
  if (typing) told = Date.now();
  const headers = {
    "Content-Type": "application/json",
    "X-CSRF-Token": form.elements.namedItem("csrf").value,
  };
  const body = JSON.stringify({ typing });
  const address = `/api/tickets/${code}/presence`;
  try {
    const asked = { method: "POST", headers, body, credentials: "same-origin" };
    const response = await fetch(address, asked);
    if (response.ok) others = (await response.json()).others;
    say(box);
  } catch (error) {
    /* the next one tells; the page says itself when the connection is lost */
  }
}

const names = (people) => people.map((one) => one.name).join(", ");

function say(box) {
  const place = document.getElementById("presence");
  const writing = others.filter((one) => one.typing);
  const reading = others.filter((one) => !one.typing);
  const both = writing.length > 0 && Boolean(box.value);
  const words = [];
  if (writing.length) words.push(`${names(writing)} đang soạn trả lời`);
  if (reading.length) words.push(`${names(reading)} đang xem`);
  let said = words.join(" · ");
  if (both) said += ". Hai người cùng soạn, xin hỏi nhau trước khi gửi.";
  place.classList.toggle("both", both);
  if (place.textContent !== said) place.textContent = said;
}
