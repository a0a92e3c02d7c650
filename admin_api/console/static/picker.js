// A list that opens below what is being typed, to be chosen from with the keyboard.

/**
 * `called`: what must stand before the cursor, its first group being the words to look for.
 * `find(words)` gives the choices, at once or later; `show(choice)` the nodes of a line; `take(choice)`
 * the words that replace what was typed. `says`: sentences for typing on, choosing, nothing, failing.
 */
export class Picker {
  constructor(box, panel, { called, find, show, take, says, put, wait = 0 }) {
    Object.assign(this, { box, panel, called, find, show, take, says, put, wait });
    this.state = panel.querySelector("[role=status]");
    this.list = panel.querySelector("[role=listbox]");
    this.found = [];
    this.chosen = 0;
    this.asked = null; // the words of the newest search
    this.timer = 0;
    this.dismissed = ""; // the words for which the list was closed
    box.setAttribute("aria-controls", this.list.id);
    box.setAttribute("aria-autocomplete", "list");
    box.addEventListener("input", () => this.look());
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("blur", () => setTimeout(() => this.close(), 150)); // a click comes first
    this.list.addEventListener("mousedown", (event) => {
      const item = event.target.closest("[role=option]");
      if (!item) return;
      event.preventDefault();
      this.choose(Array.from(this.list.children).indexOf(item));
    });
  }

  match() {
    return this.called.exec(this.box.value.slice(0, this.box.selectionStart));
  }

  look() {
    const match = this.match();
    clearTimeout(this.timer);
    if (!match || (this.dismissed && match[1].startsWith(this.dismissed))) return this.close();
    this.dismissed = "";
    this.panel.hidden = false;
    if (!match[1].trim() && this.says.more) return this.offer([], this.says.more);
    this.timer = setTimeout(() => this.search(match[1]), this.wait);
  }

  async search(words) {
    this.asked = words;
    if (!this.found.length) this.state.textContent = "Đang tìm…";
    try {
      const found = await this.find(words.trim());
      if (this.asked !== words || this.panel.hidden) return;
      if (!found.length && !this.says.none) this.close();
      else this.offer(found, found.length ? this.says.choose : this.says.none);
    } catch (error) {
      if (this.asked === words) this.offer([], this.says.failed);
    }
  }

  offer(found, words) {
    this.found = found;
    this.state.textContent = words;
    this.list.replaceChildren(...found.map((choice, at) => this.item(choice, at)));
    this.list.hidden = !found.length;
    this.mark(0);
  }

  item(choice, at) {
    const one = document.createElement("li");
    one.id = `${this.list.id}-${at}`;
    one.setAttribute("role", "option");
    one.append(...this.show(choice));
    return one;
  }

  mark(at) {
    this.chosen = at;
    Array.from(this.list.children).forEach((one, place) => {
      one.setAttribute("aria-selected", String(place === at));
      if (place === at) one.scrollIntoView({ block: "nearest" });
    });
    if (this.found.length) this.box.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (this.panel.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = this.found.length;
    if (event.key === "Escape") {
      const match = this.match();
      this.dismissed = (match && match[1]) || " ";
      this.close();
    } else if (!count || event.ctrlKey || event.metaKey) return;
    else if (step) this.mark((this.chosen + step + count) % count);
    else if (event.key === "Enter" || event.key === "Tab") this.choose(this.chosen);
    else return;
    event.preventDefault();
  }

  choose(at) {
    const match = this.match();
    const choice = this.found[at];
    if (!match || !choice) return;
    const end = this.box.selectionStart;
    this.box.setSelectionRange(end - match[0].length, end);
    this.close();
    this.put(this.box, this.take(choice));
  }

  close() {
    clearTimeout(this.timer);
    this.asked = null;
    this.panel.hidden = true;
    this.offer([], "");
  }
}
