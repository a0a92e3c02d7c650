// An article that a text names, opened where one reads.
import { signedOut } from "./console.js";

const dialog = document.getElementById("law");
const title = document.getElementById("law-title");
const since = document.getElementById("law-since");
const text = document.getElementById("law-text");
let wanted = "";

const day = (date) => date.split("-").reverse().join("/");

async function open(button) {
  const { law, article } = button.dataset;
  const address = `/api/law/${encodeURIComponent(law)}/${encodeURIComponent(article)}`;
  wanted = address;
  title.textContent = button.textContent;
  since.textContent = "";
  text.textContent = "Đang mở…";
  dialog.showModal();
  try {
    const response = await fetch(address, { credentials: "same-origin" });
    if (signedOut(response)) return dialog.close();
    if (!response.ok) throw new Error(response.status);
    const found = await response.json();
    if (wanted === address) show(found);
  } catch (error) {
    text.textContent = "Chưa mở được, xin thử lại.";
  }
}

function show(found) {
  const name = found.title ? `. ${found.title}` : "";
  title.textContent = `Điều ${found.article_id}${name}`;
  const until = found.effective_to ? ` đến trước ${day(found.effective_to)}` : "";
  const held = found.effective_from ? `, áp dụng từ ${day(found.effective_from)}${until}` : "";
  since.textContent = `${found.law_name}${held}`;
  text.textContent = found.text || "Chưa có văn bản trong hệ thống.";
  text.scrollTop = 0;
}

if (dialog) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".cite");
    if (button) open(button);
    else if (event.target === dialog) dialog.close(); // beside it
  });
}
