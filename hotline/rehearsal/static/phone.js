// The telephones of the rehearsal: what is said is read aloud by the browser's own voice.
var rehearsal = { phone: null };

rehearsal.phone = (() => {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const phone = $("phone");
  const said = $("said");
  const voice = window.speechSynthesis;
  const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
  const keys = [...document.querySelectorAll("#keypad button")];
  let post = null;
  let element = null;
  let person = "";
  let shown = 0; // turns on the page
  let state = { place: "idle", turns: [], keyed: "", lawyer: "quiet" };
  let first = true; // what was said before the page was opened is not read aloud
  let since = 0;

  const PLACES = {
    idle: "Chưa gọi",
    listening: "Tổng đài đang nghe",
    recording: "Đang ghi âm lời nhắn",
    dialling: "Đang gọi luật sư trực…",
    rings: "Luật sư gọi lại, máy đang đổ chuông",
    over: "Cuộc gọi đã kết thúc",
  };
  const NAMES = { "*": "sao", "#": "thăng" };

  // -- reading aloud -----------------------------------------------------------------------------

  function read(pieces, slow) {
    if (!voice || !$("aloud").checked) return;
    for (const piece of pieces) {
      const words = new SpeechSynthesisUtterance(piece);
      words.lang = "vi-VN";
      words.voice = voice.getVoices().find((one) => one.lang.startsWith("vi")) || null;
      words.rate = slow ? 0.75 : 1;
      voice.speak(words);
    }
  }

  function hush() {
    if (voice) voice.cancel();
  }

  // -- showing -----------------------------------------------------------------------------------

  function drawTurn(turn) {
    const box = element("div", turn.mine ? "turn mine" : "turn");
    if (turn.slow) box.append(element("p", "slow", "nói chậm"));
    for (const piece of turn.pieces) box.append(element("p", "", piece));
    return box;
  }

  function showTurns(turns) {
    if (turns.length < shown) {
      said.replaceChildren();
      shown = 0;
    }
    const fresh = turns.slice(shown);
    if (!fresh.length) return;
    hush();
    const drawn = fresh.map(drawTurn);
    said.append(...drawn);
    shown = turns.length;
    toLast();
    if (first) return;
    for (const turn of fresh) if (!turn.mine) read(turn.pieces, turn.slow);
  }

  // The worker's last word at the top, with all that was answered below it.
  function toLast() {
    const mine = said.querySelectorAll(".mine");
    const from = mine.length ? mine[mine.length - 1] : said.firstChild;
    if (from) said.scrollTop = from.offsetTop - said.offsetTop - 8;
  }

  function placeInWords() {
    const words = state.lawyer === "talks" ? "Đang nói chuyện với luật sư" : PLACES[state.place];
    if (state.keyed) return `Đã bấm: ${state.keyed}`;
    if (state.place === "listening" && !state.speech) return "Tổng đài chờ bấm phím";
    return words;
  }

  function clock() {
    if (!since) return "";
    const seconds = Math.floor((Date.now() - since) / 1000);
    return ` · ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  function show(next) {
    const went = state.place;
    state = next;
    const live = !["idle", "over", "rings"].includes(state.place);
    if (live && !since) since = Date.now();
    if (!live) since = 0;
    phone.dataset.place = state.place;
    showTurns(state.turns);
    $("place").textContent = placeInWords() + clock();
    for (const key of keys) key.disabled = state.place !== "listening";
    $("silence").disabled = !["listening", "recording"].includes(state.place);
    $("replay").disabled = !state.turns.some((turn) => !turn.mine);
    $("dial").hidden = live;
    $("dial").textContent = state.place === "rings" ? "Nghe máy" : "Gọi tổng đài";
    $("hang-up").hidden = !live && state.place !== "rings";
    $("hang-up").textContent = state.place === "rings" ? "Từ chối" : "Gác máy";
    $("speak").hidden = state.place !== "listening" || !state.speech;
    $("record").hidden = state.place !== "recording";
    if (went !== "recording" && state.place === "recording" && !first) $("message").focus();
    showLawyer();
    if (first) first = false;
  }

  function showLawyer() {
    const back = state.rings_back;
    $("lawyer").dataset.state = state.lawyer;
    const whisper = state.whispered.join(" ");
    $("lawyer-said").textContent = {
      quiet: "Máy đang im.",
      rings: back ? "Văn phòng nhờ gọi lại. Máy đang đổ chuông…" : "Máy đang đổ chuông…",
      asked: whisper,
      talks: "Đang nói chuyện với người lao động.",
    }[state.lawyer];
    const deeds = {
      quiet: [],
      rings: [["Nghe máy", "lawyer-picks-up", "green"], ["Từ chối", "lawyer-declines", "red"]],
      asked: [["1 nhận", "lawyer-accepts", "green"], ["Từ chối", "lawyer-declines", "red"]],
      talks: [["Gác máy", "lawyer-declines", "red"]],
    }[state.lawyer];
    const known = [...$("lawyer-deeds").children].map((one) => one.textContent).join();
    if (known === deeds.map(([label]) => label).join()) return;
    $("lawyer-deeds").replaceChildren(...deeds.map(lawyersButton));
  }

  function lawyersButton([label, deed, color]) {
    const button = element("button", color, label);
    button.type = "button";
    button.addEventListener("click", () => post(`/phone/${deed}`));
    return button;
  }

  // -- doing -------------------------------------------------------------------------------------

  function press(key) {
    hush();
    post("/phone/press", { words: key });
  }

  for (const key of keys) {
    const name = NAMES[key.dataset.key];
    if (name) key.setAttribute("aria-label", `phím ${name}`);
    key.addEventListener("click", () => press(key.dataset.key));
  }

  phone.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=text], textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (state.place !== "listening" || !/^[0-9*#]$/.test(event.key)) return;
    event.preventDefault();
    press(event.key);
  });

  $("dial").addEventListener("click", () => {
    if (state.place === "rings") return post("/phone/pick-up");
    hush();
    return post("/phone/dial", { words: person });
  });
  $("hang-up").addEventListener("click", () => {
    hush();
    post("/phone/hang-up");
  });
  $("silence").addEventListener("click", () => post("/phone/silence"));
  $("replay").addEventListener("click", () => {
    hush();
    const last = [...state.turns].reverse().find((turn) => !turn.mine);
    if (last) read(last.pieces, last.slow);
  });
  $("aloud").addEventListener("change", hush);

  $("speak").addEventListener("submit", (event) => {
    event.preventDefault();
    const words = $("words").value.trim();
    if (!words) return;
    hush();
    $("words").value = "";
    post("/phone/say", { words });
  });

  function record(deed) {
    const words = $("message").value.trim();
    $("message").value = "";
    post(`/phone/${deed}`, { words });
  }

  $("record").addEventListener("submit", (event) => {
    event.preventDefault();
    record("record");
  });
  $("record-hang-up").addEventListener("click", () => record("record-and-hang-up"));

  // -- a real microphone, where the browser understands speech -----------------------------------

  function listen() {
    const ear = new Recognition();
    ear.lang = "vi-VN";
    ear.addEventListener("result", (event) => {
      $("words").value = event.results[0][0].transcript;
      $("speak").requestSubmit();
    });
    ear.addEventListener("end", () => $("mic").setAttribute("aria-pressed", "false"));
    hush();
    $("mic").setAttribute("aria-pressed", "true");
    ear.start();
  }

  if (Recognition) {
    $("mic").hidden = false;
    $("mic").addEventListener("click", listen);
  }

  // -- for the page ------------------------------------------------------------------------------

  function start(postTo, make, who) {
    post = postTo;
    element = make;
    person = who;
    setInterval(() => {
      if (since) $("place").textContent = placeInWords() + clock();
    }, 1000);
  }

  function choose(who, name) {
    person = who;
    $("caller").textContent = name;
  }

  return { start, show, choose, toLast };
})();
