// The office without reloading. Everything here is a comfort: the pages work without it.
document.documentElement.classList.add("js");

export const main = document.getElementById("main");
const source = main.dataset.source; // where the living parts of this page come from
const connection = document.getElementById("connection");
const skew = Date.parse(document.documentElement.dataset.now) - Date.now();

const memory = (store) => ({
  get(key) {
    try {
      return store().getItem(key) || "";
    } catch (error) {
      return ""; // storage is switched off: then nothing outlives a reload
    }
  },
  set(key, value) {
    try {
      if (value) store().setItem(key, value);
      else store().removeItem(key);
    } catch (error) {
      /* as above */
    }
  },
});
export const drafts = memory(() => sessionStorage);
export const settings = memory(() => localStorage);

// -- new content into the page, without touching what did not change ----------------------------

const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || "" : "");
const alike = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

function morph(old, fresh) {
  if (old.nodeType !== 1) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.isEqualNode(fresh)) return;
  morphAttributes(old, fresh);
  let place = old.firstChild;
  for (const next of Array.from(fresh.childNodes)) {
    let found = place;
    if (keyOf(next)) while (found && !alike(found, next)) found = found.nextSibling;
    if (found && alike(found, next)) {
      if (found === place) place = place.nextSibling;
      else old.insertBefore(found, place);
      morph(found, next);
    } else {
      old.insertBefore(document.importNode(next, true), place);
    }
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

function morphAttributes(old, fresh) {
  const kept = (name) => name === "open" && old.nodeName === "DETAILS";
  for (const { name } of Array.from(old.attributes)) {
    if (!fresh.hasAttribute(name) && !kept(name)) old.removeAttribute(name);
  }
  for (const { name, value } of Array.from(fresh.attributes)) {
    if (old.getAttribute(name) !== value && !kept(name)) old.setAttribute(name, value);
  }
}

export function apply(page) {
  const focused = document.activeElement;
  for (const part of page.querySelectorAll("[data-live]")) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    const place = placeIn(old);
    morph(old, part);
    place();
  }
  if (focused && focused.id && document.activeElement !== focused) {
    const again = document.getElementById(focused.id);
    if (again) again.focus({ preventScroll: true });
  }
  const views = document.getElementById("views");
  if (views && views.dataset.owed) {
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = views.dataset.owed === "0" ? title : `(${views.dataset.owed}) ${title}`;
  }
  tick();
  watchDelivery();
}

/** Whoever reads further up stays where he reads, whatever arrives below. */
function placeIn(pane) {
  if (pane.id !== "talk" || pane.scrollTop > -24) return () => {};
  const top = pane.getBoundingClientRect().top;
  const lines = Array.from(pane.querySelectorAll("[data-key]"));
  const reading = lines.find((line) => line.getBoundingClientRect().bottom > top);
  if (!reading) return () => {};
  const before = reading.getBoundingClientRect().top;
  return () => {
    if (reading.isConnected) pane.scrollTop += reading.getBoundingClientRect().top - before;
  };
}

// -- the living parts ---------------------------------------------------------------------------

let looking = false;
let again = false;
let pointed = 0; // when the mouse last moved over the list
let postponed = 0;
let missing = 0; // the timer of the next try
let missed = 0;

/** Longer after each failure, and not for all pages at the same moment. */
const pause = (failures) => Math.min(30000, 500 * 2 ** failures) * (0.5 + Math.random());

/** Rows do not jump away under a hand that is about to click. */
function busyHand() {
  const list = document.querySelector("[data-careful]");
  return list && list.matches(":hover") && Date.now() - pointed < 2000 && postponed < 12;
}

export async function refresh() {
  if (looking) {
    again = true;
    return;
  }
  if (busyHand()) {
    postponed += 1;
    setTimeout(refresh, 500);
    return;
  }
  postponed = 0;
  looking = true;
  clearTimeout(missing);
  try {
    const response = await fetch(source, { credentials: "same-origin", cache: "no-store" });
    if (signedOut(response)) return;
    if (response.status === 404) return tell("Trang này không còn mở được với anh/chị.");
    if (!response.ok) throw new Error(response.status);
    apply(parse(await response.text()));
    missed = 0;
  } catch (error) {
    lost();
    missing = setTimeout(refresh, pause(missed));
    missed += 1;
  } finally {
    looking = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

/** The living parts as they are at this moment, not yet shown; null where they cannot be had. */
export async function fresh() {
  const response = await fetch(source, { credentials: "same-origin", cache: "no-store" });
  return signedOut(response) || !response.ok ? null : parse(await response.text());
}

export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

export function signedOut(response) {
  if (!response.redirected || !response.url.endsWith("/login")) return false;
  disconnect();
  tell("Phiên làm việc đã hết. ");
  const link = document.createElement("a");
  link.href = "/login";
  link.textContent = "Đăng nhập lại";
  connection.append(link);
  return true;
}

export function tell(words, well = false) {
  connection.textContent = words;
  connection.classList.toggle("well", well);
}

let feed = null;
let seen = null;
let patience = 0; // the timer that lets short gaps pass unmentioned
let retry = 0;
let failures = 0;
let mentioned = false;

/** Say something for a moment, unless something worse is being said. */
export function mention(words) {
  tell(words, true);
  setTimeout(() => mentioned || tell("", true), 3000);
}


function connect() {
  clearTimeout(retry);
  if (feed) feed.close();
  feed = new EventSource(main.dataset.code ? `/live?ticket=${main.dataset.code}` : "/live");
  feed.addEventListener("change", (event) => {
    found();
    if (event.data !== seen) refresh();
    seen = event.data;
  });
  feed.addEventListener("presence", (event) => {
    document.dispatchEvent(new CustomEvent("presence", { detail: JSON.parse(event.data) }));
  });
  feed.addEventListener("error", () => {
    lost();
    feed.close(); // the browser would try again as often as it likes, and never after a refusal
    clearTimeout(retry);
    retry = setTimeout(connect, pause(failures));
    failures += 1;
  });
}

function disconnect() {
  clearTimeout(retry);
  clearTimeout(patience);
  patience = 0;
  if (feed) feed.close();
  feed = null;
}

function lost() {
  if (patience || mentioned) return;
  patience = setTimeout(() => {
    mentioned = true;
    tell("Mất kết nối, đang nối lại…");
  }, 4000);
}

function found() {
  clearTimeout(patience);
  patience = 0;
  failures = 0;
  if (!mentioned) return;
  mentioned = false;
  seen = null;
  tell("Đã nối lại.", true);
  setTimeout(() => mentioned || tell("", true), 3000);
}

if (source && window.EventSource) {
  connect();
  window.addEventListener("online", connect);
  window.addEventListener("offline", lost);
  document.addEventListener("pointermove", (event) => {
    if (event.target.closest && event.target.closest("[data-careful]")) pointed = Date.now();
  }, { passive: true });
  // Browsers allow six connections to one server: pages in the background give theirs back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && !("stays" in main.dataset)) disconnect();
    else if (!document.hidden && !feed) {
      seen = null;
      connect();
    }
  });
}

// -- time left: the same words as admin_api/console/wording.py ------------------------------------

function duration(minutes) {
  const whole = Math.round(minutes);
  if (whole < 60) return `${whole} phút`;
  if (whole >= 48 * 60) return `${Math.floor(whole / (24 * 60))} ngày`;
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} giờ${rest ? ` ${rest} phút` : ""}`;
}

function timeLeft(minutes) {
  if (minutes >= 0) return minutes >= 1 ? `còn ${duration(minutes)}` : "còn dưới 1 phút";
  return minutes <= -1 ? `quá hạn ${duration(-minutes)}` : "vừa quá hạn";
}

function tick() {
  const now = Date.now() + skew;
  for (const place of document.querySelectorAll("[data-due]")) {
    const due = Date.parse(place.dataset.due);
    const opened = Date.parse(place.dataset.opened);
    const share = due > opened ? Math.round((100 * (due - now)) / (due - opened)) : 0;
    const heat = due <= now ? "over" : due - now <= 3600000 ? "soon" : "calm";
    if (!place.classList.contains(heat)) place.className = `due ${heat}`;
    const words = place.querySelector("time");
    const said = timeLeft((due - now) / 60000);
    if (words.textContent !== said) words.textContent = said;
    const rest = place.querySelector(".rest");
    rest.setAttribute("width", `${Math.max(0, Math.min(100, share))}%`);
  }
}

setInterval(tick, 10000);
tick();

// -- what is on its way to the worker -------------------------------------------------------------

let deliveryLooks = 0;

/** Something was just sent: look for it anew. */
export function sentSomething() {
  deliveryLooks = 0;
}

let deliveryTimer = 0;

/** Delivery and fetching make no event of their own: look a few times more while something is under way. */
function watchDelivery() {
  clearTimeout(deliveryTimer);
  const underway = document.querySelector(".delivery.scheduled, .delivery.queued, .delivery.sending, .coming");
  if (!underway) deliveryLooks = 0;
  else if (deliveryLooks < 8) {
    deliveryTimer = setTimeout(() => {
      deliveryLooks += 1;
      refresh();
    }, 1500 * (1 + deliveryLooks));
  }
}

watchDelivery();

// On a phone the views are a strip, at a desk the queue is long: the current one is in sight.
const current = document.querySelector(":is(.views, .queue) [aria-current]");
if (current) current.scrollIntoView({ block: "nearest", inline: "center" });

// -- keys -------------------------------------------------------------------------------------------

const help = document.getElementById("keys");
const switched = document.getElementById("keys-on");

function step(by) {
  const rows = Array.from(document.querySelectorAll("[data-row]"));
  if (!rows.length) return;
  let at = rows.indexOf(document.activeElement);
  if (at < 0) at = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

function press(selector) {
  const button = document.querySelector(selector);
  if (button) button.click();
}

/** What single keys do; other scripts add theirs. */
export const deeds = {
  j: () => step(1),
  k: () => step(-1),
  h: () => (location.href = "/home"),
  t: () => press("#take-next"),
  c: () => press("form.claim button"),
  "/": () => {
    const box = document.getElementById("q");
    if (box) box.focus();
    else if (document.querySelector('.top a[href="/faq"]')) location.href = "/faq";
  },
  "?": () => help.showModal(),
};

if (help) {
  const button = document.getElementById("keys-open");
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());
  switched.checked = settings.get("keys") !== "off";
  switched.addEventListener("change", () => settings.set("keys", switched.checked ? "" : "off"));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=radio]), textarea, select, dialog")) return;
    const deed = deeds[event.key];
    if (!deed || (!switched.checked && event.key !== "?")) return;
    event.preventDefault();
    deed();
  });
}

// In a form of many buttons Enter would press the first one: here it presses the box's own.
document.addEventListener("keydown", (event) => {
  const { enter } = event.target.dataset || {};
  if (event.key !== "Enter" || event.isComposing || !enter) return;
  event.preventDefault();
  press(`#${enter}`);
});

const account = document.querySelector(".account");
if (account) {
  document.addEventListener("click", (event) => {
    if (!account.contains(event.target)) account.open = false;
  });
  account.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    account.open = false;
    account.querySelector("summary").focus();
  });
}
