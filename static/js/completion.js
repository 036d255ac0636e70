// A list of suggestions under a field one types in: asked for after a pause, chosen by arrows, mouse or touch.
// What is asked, offered and done with the choice is the subclass's: begun(), address(), options(), take().
import { gettext, interpolate, ngettext } from "./words.js";

const WAIT_MS = 120;
let lists = 0;

export class Completion {
  constructor(text) {
    this.text = text;
    this.list = document.createElement("ul");
    this.list.className = "complete-list";
    this.list.id = `complete-${++lists}`;
    this.list.role = "listbox";
    this.list.ariaLabel = gettext("Suggestions");
    this.list.hidden = true;
    text.after(this.list);
    text.addEventListener("input", () => this.later());
    text.addEventListener("keydown", (event) => this.onKey(event));
    text.addEventListener("blur", () => this.close());
    // Before the text would lose the focus.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.takeOne(event.target.closest("[role=option]")));
  }

  later() {
    clearTimeout(this.timer);
    if (!this.begun()) return this.close();
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
    return undefined;
  }

  async ask() {
    const begun = this.begun();
    try {
      const answer = await fetch(this.address(begun));
      const found = answer.ok ? await answer.json() : { users: [], hashtags: [] };
      if (begun === this.begun() && document.activeElement === this.text) this.show(this.options(found, begun));
    } catch {
      this.close(); // one can finish the word oneself
    }
  }

  show(options) {
    if (!options.length) return this.close();
    options.forEach((one, index) => (one.id = `${this.list.id}-${index}`));
    this.list.replaceChildren(...options);
    this.list.hidden = false;
    this.text.setAttribute("role", "combobox");
    this.text.setAttribute("aria-autocomplete", "list");
    this.text.setAttribute("aria-controls", this.list.id);
    this.text.setAttribute("aria-expanded", "true");
    return this.choose(this.first());
  }

  // Which one is chosen at first; -1: none, so that Enter does what it does without a list.
  first() {
    return 0;
  }

  close() {
    clearTimeout(this.timer);
    if (this.list.hidden) return;
    this.list.hidden = true;
    for (const name of ["role", "aria-autocomplete", "aria-controls", "aria-expanded", "aria-activedescendant"]) {
      this.text.removeAttribute(name);
    }
  }

  choose(index) {
    const options = [...this.list.children];
    this.at = index < 0 ? -1 : index % options.length;
    options.forEach((one, number) => one.setAttribute("aria-selected", String(number === this.at)));
    if (this.at < 0) return this.text.removeAttribute("aria-activedescendant");
    this.text.setAttribute("aria-activedescendant", options[this.at].id);
    return options[this.at].scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    if (this.list.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
    const isTaken = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey);
    if (event.key === "ArrowDown") this.choose(this.at + 1);
    else if (event.key === "ArrowUp") this.choose((this.at > 0 ? this.at : this.list.children.length) - 1);
    else if (isTaken && this.at >= 0) this.takeOne(this.list.children[this.at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  takeOne(chosen) {
    if (chosen) this.take(chosen);
  }
}

export const posts = (number) => interpolate(ngettext("%(number)s post", "%(number)s posts", number), { number });

// One of the list: what it is, and more about it.
export function option(word, more) {
  const one = document.createElement("li");
  one.className = "complete-option";
  one.role = "option";
  one.dataset.word = word;
  for (const [name, words] of [["complete-word", word], ["complete-more", more]]) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = words;
    one.append(part, " ");
  }
  return one;
}
