// Writing to the worker: drafts, sending, taking back, length, variables, answers of the library.
import { apply, deeds, drafts, fresh, main, mention, parse, refresh, sentSomething, signedOut } from "./console.js";
import { offerAnswers, offerColleagues } from "./answers.js";
import { accompany } from "./presence.js";

const composer = document.getElementById("composer");
const problem = document.getElementById("problem");
const sent = document.getElementById("sent");
const code = main.dataset.code;

const boxOf = (form) => form.elements.namedItem("text");
let stoppedTyping = () => {};
const draftKey = (form) => `draft:${code}:${form.dataset.draft}`;

function choose(mode) {
  composer.querySelector(`#mode-${mode}`).checked = true;
  if (document.querySelector("#facts:target, #facts :target")) location.hash = "talk"; // on a phone the other pane is open
}

function write(mode) {
  const reopen = document.querySelector("form.reopen button");
  if (mode === "reply" && reopen) return reopen.focus(); // closed: first it must be opened again
  choose(mode);
  boxOf(composer.querySelector(`form.${mode}`)).focus();
}

function complain(form, sentence) {
  problem.textContent = sentence;
  if (!sentence) return boxOf(form).removeAttribute("aria-invalid");
  boxOf(form).setAttribute("aria-invalid", "true");
  boxOf(form).focus();
}

// -- sending ----------------------------------------------------------------------------------------

/** The key makes a repeat harmless; other words are another message and need another key. */
function keyFor(form) {
  const key = form.elements.namedItem("key");
  if (key && form.tried && form.tried !== boxOf(form).value) {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    key.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  form.tried = boxOf(form).value;
}

async function send(form, submitter) {
  if (form.sending) return;
  form.sending = true;
  keyFor(form);
  const body = new URLSearchParams(new FormData(form));
  if (submitter && submitter.name) body.set(submitter.name, submitter.value);
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
  try {
    const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    if (signedOut(response)) {
      complain(form, "Chưa gửi: phiên làm việc đã hết. Bản nháp được giữ ở tab này.");
    } else if (response.ok) {
      accepted(form, parse(await response.text()));
    } else {
      const why = await refusal(response);
      if (response.status === 409) await catchUp(form);
      complain(form, `Chưa gửi. ${why}`); // from now on he may send again
    }
  } catch (error) {
    complain(form, "Mất kết nối, chưa rõ đã gửi hay chưa. Bấm lại không gửi hai lần.");
  } finally {
    form.sending = false;
    buttons.forEach((button) => button.removeAttribute("aria-disabled"));
  }
}

/** What a colleague did meanwhile is shown; whoever sends again has seen it. */
async function catchUp(form) {
  const page = await fresh();
  if (!page) return;
  apply(page);
  const seen = form.elements.namedItem("seen");
  if (seen) seen.value = page.getElementById("notice").dataset.answer;
}

async function refusal(response) {
  try {
    return (await response.json()).error.message;
  } catch (error) {
    return `Máy chủ trả lời lỗi ${response.status}.`;
  }
}

function accepted(form, page) {
  complain(form, "");
  fill(form, "");
  form.tried = "";
  freshTokens(form, page);
  sentSomething();
  apply(page);
  document.getElementById("talk").scrollTop = 0; // the newest line
  announce(form.dataset.sent);
  stoppedTyping();
  waitForUndo();
}

function freshTokens(form, page) {
  for (const name of ["key", "csrf", "seen"]) {
    const fresh = page.querySelector(`form.${form.dataset.draft} [name=${name}]`);
    if (fresh) form.elements.namedItem(name).value = fresh.value;
  }
}

function announce(words) {
  sent.textContent = "";
  setTimeout(() => (sent.textContent = words), 50);
  mention(words);
}

function fill(form, words) {
  boxOf(form).value = words;
  drafts.set(draftKey(form), words);
  measure(form);
}

// -- taking back ------------------------------------------------------------------------------------

let undoTimer = 0;

/** When the time to take it back is over, the button goes. */
function waitForUndo() {
  const form = document.querySelector("form.undo");
  clearTimeout(undoTimer);
  if (form) undoTimer = setTimeout(refresh, 11000);
}

async function undo(form) {
  const reply = composer.querySelector("form.reply");
  try {
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    if (signedOut(response)) return;
    if (!response.ok) {
      complain(reply, await refusal(response));
      return;
    }
    const page = parse(await response.text());
    freshTokens(reply, page);
    apply(page);
    const kept = boxOf(reply).value; // begun meanwhile
    const words = boxOf(page.querySelector("form.reply")).value;
    fill(reply, kept ? `${words}\n${kept}` : words);
    write("reply");
    announce("Đã rút lại, chưa gửi gì cho người lao động.");
  } catch (error) {
    complain(reply, "Mất kết nối, chưa rõ đã rút lại hay chưa.");
  }
}

// -- while typing -----------------------------------------------------------------------------------

const number = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ".");

/** How much fits into one message of this channel, in words once it matters. */
function measure(form) {
  const place = form.querySelector(".length");
  const most = Number(form.dataset.most);
  if (!place || !most) return;
  const length = boxOf(form).value.length + Number(form.dataset.signature);
  const parts = Math.ceil(length / most);
  const near = length > most * 0.8;
  place.classList.toggle("long", parts > 1);
  const words = parts > 1 ? `, sẽ chia thành ${parts} tin` : "";
  place.textContent = near ? `${number(length)}/${number(most)} ký tự${words}` : "";
}

/** "{mã phiếu}" becomes what it stands for as soon as its brace closes. */
function fillVariables(box) {
  const before = box.value.slice(0, box.selectionStart);
  for (const variable of composer.querySelectorAll(".variable")) {
    const { name } = variable.dataset;
    if (!before.endsWith(name)) continue;
    box.setSelectionRange(before.length - name.length, before.length);
    put(box, variable.value);
  }
}

/** In place of what is selected, and so that Ctrl+Z takes it back. */
function put(box, words) {
  box.focus();
  if (!document.execCommand("insertText", false, words)) {
    box.setRangeText(words, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input"));
  }
}

/** Words of a suggestion, on a line of their own. */
function insert(text) {
  write("reply");
  const box = document.getElementById("reply-text");
  const before = box.value.slice(0, box.selectionStart);
  put(box, before && !before.endsWith("\n") ? `\n${text}` : text);
}

function prepare(form) {
  const box = boxOf(form);
  if (!box.value) box.value = drafts.get(draftKey(form));
  measure(form);
  box.addEventListener("input", () => {
    fillVariables(box);
    drafts.set(draftKey(form), box.value);
    measure(form);
    if (problem.textContent) complain(form, "");
  });
  box.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return; // the list of answers took it
    if (event.key === "Escape") box.blur();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button"));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
  form.querySelector(".hint").hidden = false;
}

if (composer) {
  offerAnswers(document.getElementById("reply-text"), put);
  offerColleagues(document.getElementById("note-text"), put);
  composer.querySelectorAll("form[data-draft]").forEach(prepare);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(document.getElementById(button.dataset.insert).textContent);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.undo")) return;
    event.preventDefault();
    undo(event.target);
  });
  const reply = composer.querySelector("form.reply");
  stoppedTyping = accompany(code, reply, boxOf(reply));
  deeds.r = () => write("reply");
  deeds.n = () => write("note");
  deeds.u = () => {
    const form = document.querySelector("form.undo");
    if (form) undo(form);
  };
  waitForUndo();
}
