// What is being written is kept on the server as a draft: every few seconds, and when the page is left.
import { kept } from "./composer.js";
import { each } from "./each.js";
import { gettext } from "./words.js";

const EVERY_MS = 3000;
const OPEN = new Set();

class Draft {
  constructor(form) {
    this.form = form;
    this.id = form.querySelector("[data-draft-id]");
    this.said = form.querySelector("[data-composer-saved]");
    this.saved = this.words();
    form.addEventListener("input", () => this.later());
    form.addEventListener("change", () => this.later());
    form.addEventListener("upload-state", () => this.later());
    OPEN.add(this);
  }

  // Everything but files, which are sent by themselves, and what is made anew each time.
  content() {
    const data = new FormData(this.form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  }

  words() {
    const own = new Set(["csrfmiddlewaretoken", "next", "draft", "due_at", "time_zone", "poll_seconds", "visibility"]);
    const data = [...this.content()].filter(([name, value]) => !own.has(name) && value.trim());
    return JSON.stringify(data);
  }

  later() {
    this.timer ??= setTimeout(() => this.save(), EVERY_MS);
  }

  isDirty() {
    return this.form.isConnected && !this.sent && this.words() !== this.saved;
  }

  // One at a time: the first answer tells which draft the next words belong to.
  async save() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.saving || !this.isDirty()) return this.saving;
    const words = this.words();
    this.saving = this.send(words);
    await this.saving;
    this.saving = null;
    if (this.isDirty()) this.later();
    return null;
  }

  async send(words) {
    try {
      const answer = await fetch(this.form.dataset.autosave, { method: "POST", body: this.content(), keepalive: true });
      if (answer.status === 404) this.id.value = ""; // deleted elsewhere: the next words begin a new one
      if (!answer.ok) return this.say(gettext("Not saved"));
      this.id.value = (await answer.json()).draft_id;
      this.saved = words;
      kept.write(this.form);
      return this.say(this.id.value ? gettext("Draft saved") : "");
    } catch {
      return this.say(gettext("Not saved")); // away: the next words try again
    }
  }

  say(words) {
    if (this.said.textContent !== words) this.said.textContent = words;
  }
}

each("[data-autosave]", (form) => (form.draft_ = new Draft(form)));
// A draft of which this tab knows the text only goes on with all its parts.
async function goOn(form) {
  const { goOn: draft } = form.dataset;
  if (!draft || !window.htmx) return;
  const { text } = kept.read(form);
  const answer = await fetch(`/compose?draft=${draft}`, { headers: { "HX-Request": "true" } });
  if (!form.isConnected) return;
  if (!answer.ok) return kept.write(form); // it was deleted elsewhere: the text is here
  window.htmx.swap(form, await answer.text(), { swapStyle: "outerHTML" });
  const field = document.querySelector("#composer [data-composer-text]");
  if (!field || !text || field.value === text) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
each("[data-go-on]", goOn);

// Sending waits for a draft on its way, so that the post takes its place and does not stand beside it.
document.addEventListener(
  "submit",
  (event) => {
    const draft = event.target.draft_;
    if (!draft) return;
    clearTimeout(draft.timer);
    draft.timer = null;
    if (!draft.saving) return;
    event.preventDefault();
    event.stopPropagation();
    draft.saving.then(() => draft.form.requestSubmit(event.submitter));
  },
  true,
);
// Once it is on its way nothing more is kept; unless something held it back, or it is refused.
document.addEventListener("submit", (event) => {
  if (event.target.draft_ && !event.defaultPrevented) event.target.draft_.sent = true;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.draft_) event.detail.elt.draft_.sent = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const draft = event.detail.elt.draft_;
  if (draft && !event.detail.successful) draft.sent = false;
});

addEventListener("pagehide", () => OPEN.forEach((draft) => draft.save()));
document.addEventListener("visibilitychange", () => document.hidden && OPEN.forEach((draft) => draft.save()));
