// The inbox: tickets chosen together, and searches kept under a name in this browser.
import { deeds, settings } from "./console.js";

const bulk = document.getElementById("bulk");

// -- chosen together --------------------------------------------------------------------------------

const picks = () => Array.from(document.querySelectorAll(".pick:checked"));

function count() {
  const number = picks().length;
  document.getElementById("picked").textContent = number ? `Đã chọn ${number} phiếu` : "";
  bulk.classList.toggle("active", number > 0);
}

/** "x" on a row chooses it. */
function pick() {
  const row = document.activeElement.closest(".row");
  const box = row && row.querySelector(".pick");
  if (!box) return;
  box.checked = !box.checked;
  count();
}

// -- saved searches ---------------------------------------------------------------------------------

const saved = document.getElementById("saved");
const dialog = document.getElementById("name-view");
const key = () => `views:${saved.dataset.owner}`;

function views() {
  try {
    return JSON.parse(settings.get(key())) || [];
  } catch (error) {
    return [];
  }
}

function keep(list) {
  settings.set(key(), list.length ? JSON.stringify(list) : "");
  show();
}

function show() {
  const list = views();
  saved.hidden = !list.length;
  saved.replaceChildren(...list.map(line));
}

function line(view) {
  const place = document.createElement("div");
  const link = document.createElement("a");
  link.href = `/?${view.query}`;
  link.textContent = view.name;
  if (new URLSearchParams(view.query).toString() === new URLSearchParams(location.search).toString())
    link.setAttribute("aria-current", "page");
  const remove = document.createElement("button");
  remove.className = "quiet";
  remove.textContent = "×";
  remove.setAttribute("aria-label", `Bỏ bộ lọc ${view.name}`);
  remove.addEventListener("click", () => keep(views().filter((one) => one.name !== view.name)));
  place.append(link, remove);
  return place;
}

function name() {
  const box = document.getElementById("view-name");
  box.value = "";
  dialog.returnValue = "";
  dialog.showModal();
}

if (bulk) {
  document.addEventListener("change", (event) => event.target.matches(".pick") && count());
  bulk.addEventListener("submit", (event) => {
    const text = document.getElementById("bulk-text");
    const note = event.submitter && event.submitter.value === "note";
    text.setCustomValidity(note && !text.value.trim() ? "Viết ghi chú trước khi lưu." : "");
    if (text.reportValidity()) return;
    event.preventDefault();
    text.addEventListener("input", () => text.setCustomValidity(""), { once: true });
  });
  deeds.x = pick;
  count();
  show();
  const save = document.getElementById("save-view");
  if (save) {
    save.hidden = false;
    save.addEventListener("click", name);
    dialog.addEventListener("close", () => {
      const called = document.getElementById("view-name").value.trim();
      if (dialog.returnValue !== "save" || !called) return;
      const others = views().filter((one) => one.name !== called);
      keep([...others, { name: called, query: save.dataset.query }]);
    });
  }
}
