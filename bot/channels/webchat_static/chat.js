// The chat page without reloading. Everything here is a comfort: the forms work without it.
(() => {
  "use strict";
  if (!window.fetch || !window.AbortController || !window.URLSearchParams) return;

  const log = document.getElementById("messages");
  const composer = document.getElementById("composer");
  const box = document.getElementById("text");
  const problem = document.getElementById("problem");
  const offline = document.getElementById("offline");
  const spoken = document.getElementById("spoken");
  const newer = document.getElementById("newer");
  const title = document.title;

  const TIMEOUT = 15000;
  const ACTIVE = 2000; // milliseconds between looks while the worker is here
  const IDLE = 10000; // he has not touched the page for two minutes
  const HIDDEN = 30000; // the page is in the background
  const IDLE_AFTER = 120000;
  const OFFLINE =
    "Mất kết nối. Máy đang tự thử lại; tin chưa gửi vẫn giữ trên máy này, đừng đóng trang.";
  const NOT_TAKEN = "Tin này chưa gửi được. Anh/chị tải lại trang rồi gửi lại.";

  // -- what outlives a reload: the draft and the messages not sent yet ---------------------------

  const memory = {
    get(key) {
      try {
        return sessionStorage.getItem(key) || "";
      } catch (error) {
        return ""; // storage is switched off: then nothing outlives a reload
      }
    },
    set(key, value) {
      try {
        if (value) sessionStorage.setItem(key, value);
        else sessionStorage.removeItem(key);
      } catch (error) {
        /* as above */
      }
    },
  };

  function readQueue() {
    try {
      return JSON.parse(memory.get("chat.queue") || "[]");
    } catch (error) {
      return [];
    }
  }

  const queue = readQueue(); // {token, text, choice, label}, the oldest first
  const bubbleOf = new Map(); // token -> the bubble shown before the server has it
  let failures = 0;
  let busy = false;
  let timer = 0;
  let looking = null; // the AbortController of a look for news
  let touchedAt = Date.now();
  let open = log.querySelector(".message") !== null; // nothing to look for before the first word
  let unread = 0;

  const saveQueue = () => memory.set("chat.queue", queue.length ? JSON.stringify(queue) : "");

  function newToken() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // -- sending ------------------------------------------------------------------------------------

  function enqueue(item) {
    queue.push(item);
    saveQueue();
    showPending(item);
    touched();
    if (looking) looking.abort();
    run();
  }

  function sendText(text) {
    const words = text.trim();
    if (!words) return complain(composer.dataset.empty);
    if (Array.from(words).length > Number(composer.dataset.max)) {
      return complain(composer.dataset.long);
    }
    complain("");
    enqueue({ token: newToken(), text: words, label: words });
    return true;
  }

  function complain(sentence) {
    problem.textContent = sentence;
    if (sentence) {
      box.setAttribute("aria-invalid", "true");
      box.focus();
    } else {
      box.removeAttribute("aria-invalid");
    }
    return false;
  }

  async function sendFirst() {
    const item = queue[0];
    const form = new URLSearchParams({ token: item.token });
    if (item.choice) form.set("choice", item.choice);
    else form.set("text", item.text);
    const response = await request("/chat", { method: "POST", body: form });
    const refused = [400, 403, 413, 415, 422].includes(response.status);
    if (response.status !== 204 && !refused) throw new Error(String(response.status));
    const sentence = refused ? await response.text() : "";
    queue.shift();
    saveQueue();
    if (refused) return giveBack(item, sentence);
    open = true;
    bubbleOf.get(item.token).classList.add("sent");
  }

  function giveBack(item, sentence) {
    bubbleOf.get(item.token).remove();
    bubbleOf.delete(item.token);
    if (item.text) {
      box.value = box.value ? `${item.text}\n${box.value}` : item.text;
      keepDraft();
    }
    complain(sentence || NOT_TAKEN);
  }

  async function request(address, options, controller = new AbortController()) {
    const limit = setTimeout(() => controller.abort(), TIMEOUT);
    try {
      return await fetch(address, {
        ...options,
        headers: { "X-Requested-With": "fetch" },
        credentials: "same-origin",
        cache: "no-store",
        signal: controller.signal,
      });
    } finally {
      clearTimeout(limit);
    }
  }

  // -- receiving ----------------------------------------------------------------------------------

  function lastId() {
    const known = log.querySelectorAll("[data-id]");
    return known.length ? known[known.length - 1].dataset.id : "0";
  }

  async function look() {
    looking = new AbortController();
    try {
      const response = await request(`/chat/messages?after=${lastId()}`, {}, looking);
      if (response.status === 205) return startAgain();
      if (response.status === 204) return;
      if (response.status !== 200) throw new Error(String(response.status));
      takeIn(await response.text());
    } catch (error) {
      if (!queue.length) throw error; // else it was stopped for a message to be sent
    } finally {
      looking = null;
    }
  }

  /** What is shown was erased: read the page anew, but never in a tight circle. */
  function startAgain() {
    if (performance.now() > 5000) location.reload();
  }

  function takeIn(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const arrived = Array.from(parsed.querySelectorAll(".message[data-id], .day"));
    const messages = arrived.filter((node) => node.dataset.id);
    if (!messages.length) throw new Error("not ours"); // a captive portal's page, say
    const follow = atBottom();
    log.querySelectorAll(".sent").forEach((bubble) => bubble.remove());
    retireChoices();
    const unsent = log.querySelector(".pending");
    for (const node of arrived) {
      node.removeAttribute("id");
      if (!node.matches(".worker, .day")) node.classList.add("arrived");
      log.insertBefore(node, unsent);
    }
    const answers = messages.filter((node) => !node.classList.contains("worker"));
    announce(answers);
    if (follow || !answers.length) reveal(messages[0]);
    else newer.hidden = false;
  }

  function announce(answers) {
    if (!answers.length) return;
    spoken.textContent = answers
      .map((node) => {
        const parts = node.querySelectorAll(".who, .text, .signature, .choices button");
        return Array.from(parts, (part) => part.textContent.trim()).join(". ");
      })
      .join(". ");
    if (document.hidden) {
      unread += answers.length;
      document.title = `(${unread}) ${title}`;
    }
  }

  /** Only the newest message offers buttons; what older ones offered stays to be read. */
  function retireChoices() {
    for (const form of log.querySelectorAll("form.choices")) {
      const offered = document.createElement("p");
      offered.className = "offered";
      const labels = form.querySelectorAll("button");
      offered.textContent = Array.from(labels, (button) => button.textContent).join(" · ");
      form.replaceWith(offered);
    }
  }

  // -- showing ------------------------------------------------------------------------------------

  function showPending(item) {
    const welcome = document.getElementById("welcome");
    if (welcome) welcome.remove();
    retireChoices();
    const message = document.createElement("article");
    message.className = "message worker opens pending";
    const bubble = message.appendChild(document.createElement("div"));
    bubble.className = "bubble";
    bubble.appendChild(document.createElement("p")).textContent = item.label;
    const clock = bubble.appendChild(document.createElement("p"));
    clock.className = "clock";
    clock.textContent = "Đang gửi…";
    log.appendChild(message);
    bubbleOf.set(item.token, message);
    reveal(message);
  }

  function atBottom() {
    const page = document.documentElement;
    return page.scrollHeight - window.innerHeight - window.scrollY < 120;
  }

  /** To the bottom, but never past the beginning of `message`: reading starts there. */
  function reveal(message, behavior = "auto") {
    const bar = document.querySelector("header").offsetHeight;
    const beginning = message.getBoundingClientRect().top + window.scrollY - bar - 12;
    const bottom = document.documentElement.scrollHeight - window.innerHeight;
    window.scrollTo({ top: Math.max(0, Math.min(beginning, bottom)), behavior });
    newer.hidden = true;
  }

  function revealLast(behavior) {
    const messages = log.querySelectorAll(".message");
    if (messages.length) reveal(messages[messages.length - 1], behavior);
  }

  function tellConnection() {
    offline.textContent = failures && (queue.length || failures > 1) ? OFFLINE : "";
    for (const item of queue) {
      const words = failures ? "Chưa gửi được, đang thử lại…" : "Đang gửi…";
      bubbleOf.get(item.token).querySelector(".clock").textContent = words;
    }
  }

  // -- one thing at a time: send what waits, then look for news -----------------------------------

  async function run() {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    try {
      while (queue.length) await sendFirst();
      if (open) await look();
      failures = 0;
    } catch (error) {
      failures += 1;
    }
    busy = false;
    tellConnection();
    if (open || queue.length) timer = setTimeout(run, pause());
  }

  function pause() {
    if (failures) return Math.min(30000, 1000 * 2 ** failures);
    if (queue.length) return 0;
    if (document.hidden) return HIDDEN;
    return Date.now() - touchedAt > IDLE_AFTER ? IDLE : ACTIVE;
  }

  function touched() {
    const wasIdle = Date.now() - touchedAt > IDLE_AFTER;
    touchedAt = Date.now();
    if (wasIdle && (open || queue.length)) run();
  }

  // -- the worker's hands -------------------------------------------------------------------------

  const byThumb = () => window.matchMedia("(pointer: coarse)").matches;

  function keepDraft() {
    memory.set("chat.draft", box.value);
    box.style.height = "auto";
    const border = box.offsetHeight - box.clientHeight;
    box.style.height = `${box.scrollHeight + border}px`;
  }

  function sendBox() {
    if (!sendText(box.value)) return;
    box.value = "";
    keepDraft();
  }

  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    sendBox();
  });

  box.addEventListener("input", () => {
    keepDraft();
    touched();
    if (problem.textContent) complain("");
  });

  box.addEventListener("keydown", (event) => {
    // Vietnamese keyboards compose: their Enter only ends a word (229). On phones Enter is a line.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing || byThumb()) return;
    event.preventDefault();
    sendBox();
  });

  document.addEventListener("click", (event) => {
    touched();
    const button = event.target.closest(".choices button, .examples button");
    if (!button) return;
    event.preventDefault();
    const label = button.textContent.trim();
    if (button.name === "text") sendText(label);
    else enqueue({ token: newToken(), choice: button.value, label });
    if (!byThumb()) box.focus({ preventScroll: true }); // on a phone it would raise the keyboard
  });

  newer.addEventListener("click", () => revealLast("auto"));
  window.addEventListener("scroll", () => {
    if (atBottom()) newer.hidden = true;
  }, { passive: true });
  window.addEventListener("online", run);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unread = 0;
    document.title = title;
    touched();
    if (open || queue.length) run();
  });

  // -- begin --------------------------------------------------------------------------------------

  if (!box.value) box.value = memory.get("chat.draft");
  if (box.value) keepDraft();
  queue.forEach(showPending);
  if (!queue.length) revealLast("instant");
  if (open || queue.length) run();
})();
