// The rehearsal's page: chats, troubles, and what comes over the wire. The telephone is phone.js.
(() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const log = $("log");
  const text = $("text");
  const things = $("things");
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const bubbles = []; // all of them, in order
  const seen = new Map(); // "channel person" -> how many were looked at
  let channel = tabs[0].dataset.channel;
  let person = document.querySelector("[name=person]:checked").value;

  const LOST = "Mất kết nối với chương trình diễn tập. Trang tự nối lại.";

  // -- asking the server -------------------------------------------------------------------------

  async function post(path, body) {
    const form = body instanceof FormData;
    const headers = form ? {} : { "Content-Type": "application/json" };
    const sent = form ? body : JSON.stringify(body || {});
    try {
      const answer = await fetch(path, { method: "POST", headers, body: sent });
      $("lost").textContent = answer.ok || answer.status === 409 ? "" : "Chưa làm được, thử lại.";
      return answer.ok;
    } catch (error) {
      $("lost").textContent = LOST;
      return false;
    }
  }

  const here = (deed) => `/chat/${channel}/${person}/${deed}`;

  // -- bubbles -----------------------------------------------------------------------------------

  function element(tag, name, words) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (words) made.textContent = words;
    return made;
  }

  function draw(bubble) {
    if (bubble.kind === "tap") return element("p", "tapped", bubble.text);
    const message = element("article", `message ${bubble.kind === "worker" ? "worker" : "bot"} opens`);
    const box = element("div", "bubble");
    for (const row of bubble.text.split("\n").filter(Boolean)) {
      box.append(element("p", "text", row));
    }
    box.append(element("p", "clock", bubble.clock));
    message.append(element("p", "unseen", bubble.kind === "worker" ? "Người lao động" : "Tổng đài"), box);
    if (bubble.buttons.length) message.append(drawButtons(bubble));
    return message;
  }

  function drawButtons(bubble) {
    const group = element("div", `offers ${bubble.channel}`);
    for (const [label, payload] of bubble.buttons) {
      const button = element("button", "", label);
      button.type = "button";
      button.addEventListener("click", () => post(here("tap"), { label, payload }));
      group.append(button);
    }
    return group;
  }

  const isHere = (bubble) => bubble.channel === channel && bubble.person === person;

  function drawAll() {
    const mine = bubbles.filter(isHere);
    log.replaceChildren(...mine.map(draw));
    if (!mine.length) log.append(hint());
    seen.set(`${channel} ${person}`, mine.length);
    toEnd();
    drawDots();
  }

  function hint() {
    const words = {
      zalo_oa: "Zalo OA: nút bấm ngay dưới tin, nhiều nhất 5 nút.",
      zalo_bot: "Zalo Bot: không có nút, chọn bằng cách gõ số.",
      telegram: "Telegram: nút bấm ngay dưới tin.",
    };
    const box = element("div", "hint-box");
    box.append(element("p", "", "Chưa có tin nào. Thử hỏi:"));
    for (const question of ["Công ty nợ lương thì đòi ở đâu?", "nghi viec bao truoc may ngay", "Phản ánh: xưởng không trả tiền tăng ca"]) {
      const button = element("button", "", question);
      button.type = "button";
      button.addEventListener("click", () => post(here("words"), { words: question }));
      box.append(button);
    }
    box.append(element("p", "small", words[channel]));
    return box;
  }

  function add(fresh) {
    bubbles.push(...fresh);
    const mine = fresh.filter(isHere);
    if (mine.length) {
      const empty = log.querySelector(".hint-box");
      if (empty) empty.remove();
      log.append(...mine.map(draw));
      seen.set(`${channel} ${person}`, bubbles.filter(isHere).length);
      $("heard").textContent = mine.filter((one) => one.kind === "hotline").map((one) => one.text).join(" ");
      toEnd();
    }
    drawDots();
  }

  function toEnd() {
    const own = [...log.querySelectorAll(".worker, .tapped")].pop();
    const end = log.scrollHeight - log.clientHeight;
    log.scrollTop = own ? Math.min(end, own.offsetTop - log.offsetTop - 12) : end;
  }

  function drawDots() {
    for (const tab of tabs) {
      const name = tab.dataset.channel;
      const all = bubbles.filter((one) => one.channel === name && one.person === person).length;
      tab.querySelector(".dot").hidden = name === channel || all <= (seen.get(`${name} ${person}`) || 0);
    }
  }

  // -- tabs and people ---------------------------------------------------------------------------

  function choose(tab) {
    channel = tab.dataset.channel;
    for (const one of tabs) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
    }
    log.setAttribute("aria-labelledby", tab.id);
    drawAll();
  }

  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = tabs[(place + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  });

  for (const radio of document.querySelectorAll("[name=person]")) {
    radio.addEventListener("change", () => {
      person = radio.value;
      drawAll();
      rehearsal.phone.choose(person, radio.nextElementSibling.textContent);
    });
  }

  const stage = document.querySelector(".stage");
  const views = [...$("views").children];
  for (const button of views) {
    button.addEventListener("click", () => {
      stage.dataset.view = button.dataset.view;
      for (const one of views) one.setAttribute("aria-pressed", String(one === button));
      toEnd();
      rehearsal.phone.toLast();
    });
  }

  // -- writing -----------------------------------------------------------------------------------

  $("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (!words) return text.focus();
    text.value = "";
    if (!(await post(here("words"), { words }))) text.value = words;
  });

  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("composer").requestSubmit();
  });

  function openThings(open) {
    things.hidden = !open;
    $("attach").setAttribute("aria-expanded", String(open));
  }

  $("attach").addEventListener("click", () => openThings(things.hidden));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || things.hidden) return;
    openThings(false);
    $("attach").focus();
  });
  for (const button of things.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      openThings(false);
      post(here("file"), { words: button.dataset.sample });
    });
  }
  $("file").addEventListener("change", () => {
    const form = new FormData();
    form.set("file", $("file").files[0]);
    openThings(false);
    post(here("file"), form);
    $("file").value = "";
  });

  // -- troubles ----------------------------------------------------------------------------------

  const boxes = [...document.querySelectorAll("#troubles input")];
  for (const box of boxes) {
    box.addEventListener("change", () => post(`/trouble/${box.value}`, { on: box.checked }));
  }

  function showTroubles(on, met) {
    for (const box of boxes) box.checked = on.includes(box.value);
    $("count").hidden = !on.length;
    $("count").textContent = `${on.length} đang bật`;
    $("met").textContent = met ? `Nhà cung cấp đã từ chối ${met} lần; tổng đài tự gửi lại.` : "";
  }

  // -- what happens ------------------------------------------------------------------------------

  const live = new EventSource("/live");
  live.addEventListener("begin", () => {
    bubbles.length = 0;
    $("lost").textContent = "";
    drawAll();
  });
  live.addEventListener("bubbles", (event) => add(JSON.parse(event.data)));
  live.addEventListener("condition", (event) => {
    const condition = JSON.parse(event.data);
    rehearsal.phone.show(condition.phone);
    showTroubles(condition.troubles, condition.met);
  });
  live.addEventListener("error", () => {
    $("lost").textContent = LOST;
  });

  rehearsal.phone.start(post, element, person);
})();
