// Finishes @names and #hashtags while they are typed: arrows, Enter or Tab, Escape, mouse, touch.
import { each } from "./each.js";
import { gettext, interpolate, ngettext } from "./words.js";

const WAIT_MS = 120;
const BEGUN = /(?:^|[^\p{L}\p{M}\p{N}_/@#&])([@#][\p{L}\p{M}\p{N}_]{1,40})$/u;
let lists = 0;

class Completion {
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
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
  }

  begun() {
    const { selectionStart: start, selectionEnd: end, value } = this.text;
    return start === end ? (BEGUN.exec(value.slice(Math.max(0, start - 60), start))?.[1] ?? "") : "";
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
      const answer = await fetch(`/api/v1/autocomplete?q=${encodeURIComponent(begun)}`);
      const found = answer.ok ? await answer.json() : { users: [], hashtags: [] };
      if (begun === this.begun() && document.activeElement === this.text) this.show(found);
    } catch {
      this.close(); // one can finish the word oneself
    }
  }

  show({ users, hashtags }) {
    const people = users.map((user) => option(`@${user.username}`, user.display_name));
    const tags = hashtags.map((tag) => option(`#${tag.name}`, posts(tag.posts_count)));
    const options = [...people, ...tags];
    if (!options.length) return this.close();
    options.forEach((one, index) => (one.id = `${this.list.id}-${index}`));
    this.list.replaceChildren(...options);
    this.list.hidden = false;
    this.text.setAttribute("role", "combobox");
    this.text.setAttribute("aria-autocomplete", "list");
    this.text.setAttribute("aria-controls", this.list.id);
    this.text.setAttribute("aria-expanded", "true");
    return this.choose(0);
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
    this.at = (index + options.length) % options.length;
    options.forEach((one, number) => one.setAttribute("aria-selected", String(number === this.at)));
    this.text.setAttribute("aria-activedescendant", options[this.at].id);
    options[this.at].scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    if (this.list.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown") this.choose(this.at + 1);
    else if (event.key === "ArrowUp") this.choose(this.at - 1);
    else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) this.take(this.list.children[this.at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  take(chosen) {
    if (!chosen) return;
    const end = this.text.selectionStart;
    this.text.setRangeText(`${chosen.dataset.word} `, end - this.begun().length, end, "end");
    this.close();
    this.text.focus();
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const posts = (number) => interpolate(ngettext("%(number)s post", "%(number)s posts", number), { number });

function option(word, more) {
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

each("[data-composer-text]", (text) => new Completion(text));
