// "??" and some words in the reply: the library's nearest answers, to be chosen with the keyboard.

const CALLED = /\?\?([^\n?]{0,80})$/;
const panel = document.getElementById("answers");
const state = document.getElementById("answers-state");
const list = document.getElementById("answers-list");

let box = null;
let put = null;
let found = [];
let chosen = 0;
let asked = null; // the words of the newest search
let timer = 0;
let dismissed = ""; // the words for which the list was closed

/** Listen to `area`; `insert(area, words)` puts words in place of what is selected. */
export function offer(area, insert) {
  if (!area || !panel) return;
  box = area;
  put = insert;
  box.setAttribute("aria-controls", "answers-list");
  box.setAttribute("aria-autocomplete", "list");
  box.addEventListener("input", look);
  box.addEventListener("keydown", key);
  box.addEventListener("blur", () => setTimeout(close, 150)); // a click on the list comes first
  list.addEventListener("mousedown", (event) => {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    event.preventDefault();
    take(Array.from(list.children).indexOf(item));
  });
}

function wanted() {
  const match = CALLED.exec(box.value.slice(0, box.selectionStart));
  return match ? match[1] : null;
}

function look() {
  const words = wanted();
  clearTimeout(timer);
  if (words === null || (dismissed && words.startsWith(dismissed))) return close();
  dismissed = "";
  panel.hidden = false;
  if (!words.trim()) {
    show([], "Gõ vài chữ sau ?? để tìm câu mẫu. Esc để thôi.");
    return;
  }
  timer = setTimeout(() => search(words), 150);
}

async function search(words) {
  asked = words;
  if (!found.length) state.textContent = "Đang tìm…";
  try {
    const address = `/api/faq?q=${encodeURIComponent(words.trim())}`;
    const response = await fetch(address, { credentials: "same-origin" });
    if (!response.ok) throw new Error(response.status);
    const { answers } = await response.json();
    if (asked !== words || panel.hidden) return;
    const help = "↑ ↓ chọn, Enter chèn, Esc thôi.";
    show(answers, answers.length ? help : "Không có câu mẫu nào gần với những chữ này.");
  } catch (error) {
    if (asked === words) show([], "Chưa tìm được, xin gõ lại.");
  }
}

function show(answers, words) {
  found = answers;
  state.textContent = words;
  list.replaceChildren(...answers.map(item));
  list.hidden = !answers.length;
  mark(0);
}

function item(answer, at) {
  const one = document.createElement("li");
  one.id = `answer-${at}`;
  one.setAttribute("role", "option");
  const question = document.createElement("strong");
  question.textContent = answer.question;
  const text = document.createElement("span");
  text.textContent = answer.held ? `Kho giữ lại: ${answer.held}` : answer.text;
  one.append(question, text);
  return one;
}

function mark(at) {
  chosen = at;
  Array.from(list.children).forEach((one, place) => {
    one.setAttribute("aria-selected", String(place === at));
    if (place === at) one.scrollIntoView({ block: "nearest" });
  });
  if (found.length) box.setAttribute("aria-activedescendant", `answer-${at}`);
  else box.removeAttribute("aria-activedescendant");
}

function key(event) {
  if (panel.hidden || event.isComposing) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key === "Escape") {
    dismissed = wanted() || " ";
    close();
  } else if (!found.length || event.ctrlKey || event.metaKey) return;
  else if (event.key in steps) mark((chosen + steps[event.key] + found.length) % found.length);
  else if (event.key === "Enter" || event.key === "Tab") take(chosen);
  else return;
  event.preventDefault();
}

function take(at) {
  const words = wanted();
  const answer = found[at];
  if (words === null || !answer) return;
  const end = box.selectionStart;
  box.setSelectionRange(end - words.length - 2, end);
  close();
  put(box, answer.text);
}

function close() {
  clearTimeout(timer);
  asked = null;
  panel.hidden = true;
  show([], "");
}
