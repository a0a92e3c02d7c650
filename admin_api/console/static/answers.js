// What opens while one writes: "??" finds the library's answers, "@" a colleague's name.
import { Picker } from "./picker.js";

const node = (name, words) => {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
};

/** Listen to `box`; `put(box, words)` puts words in place of what is selected. */
export function offerAnswers(box, put) {
  const panel = document.getElementById("answers");
  new Picker(box, panel, {
    called: /\?\?([^\n?]{0,80})$/,
    wait: 150,
    put,
    find: searched,
    show: (answer) => [
      node("strong", answer.question),
      node("span", answer.held ? `Kho giữ lại: ${answer.held}` : answer.text),
    ],
    take: (answer) => answer.text,
    says: {
      more: "Gõ vài chữ sau ?? để tìm câu mẫu. Esc để thôi.",
      choose: "↑ ↓ chọn, Enter chèn, Esc thôi.",
      none: "Không có câu mẫu nào gần với những chữ này.",
      failed: "Chưa tìm được, xin gõ lại.",
    },
  });
}

async function searched(words) {
  const address = `/api/faq?q=${encodeURIComponent(words)}`;
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok) throw new Error(response.status);
  return (await response.json()).answers;
}

const plain = (words) =>
  words.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

/** Colleagues by any of their names, with or without marks. */
export function offerColleagues(box, put) {
  const panel = document.getElementById("colleagues");
  const names = panel.dataset.names.split("\n").filter(Boolean);
  const fits = (name, words) => ` ${plain(name)}`.includes(` ${plain(words)}`);
  new Picker(box, panel, {
    called: /(?<![\p{L}\p{N}])@([\p{L}\p{M}][^\n@]{0,40}|)$/u,
    put,
    find: (words) => names.filter((name) => fits(name, words)).slice(0, 8),
    show: (name) => [node("strong", name)],
    take: (name) => `@${name} `,
    says: { choose: "↑ ↓ chọn, Enter chèn, Esc thôi.", failed: "" },
  });
}
