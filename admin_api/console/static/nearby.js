// Parts of the ticket page that may take a moment: fetched once the page stands.
import { parse, signedOut } from "./console.js";

async function load(part) {
  const address = part.dataset.fetch;
  say(part, "Đang tìm…");
  part.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { credentials: "same-origin" });
    if (signedOut(response)) return say(part, "Phiên làm việc đã hết.");
    if (!response.ok) throw new Error(response.status);
    const found = parse(await response.text()).getElementById(part.id);
    part.replaceChildren(...Array.from(found.childNodes, (one) => document.importNode(one, true)));
  } catch (error) {
    offerAgain(part);
  } finally {
    part.removeAttribute("aria-busy");
  }
}

/** The heading stays; below it stands a sentence. */
function say(part, words) {
  const sentence = document.createElement("p");
  sentence.className = "untold";
  sentence.textContent = words;
  part.replaceChildren(part.querySelector("h2"), sentence);
  return sentence;
}

function offerAgain(part) {
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Thử lại";
  again.addEventListener("click", () => {
    part.tabIndex = -1;
    part.focus(); // the button goes, the place stays
    load(part);
  });
  say(part, "Chưa tải được. ").append(again);
}

document.querySelectorAll("[data-fetch]").forEach(load);
