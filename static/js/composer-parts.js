// The parts of the composer that unfold: a warning, a poll, a later time. A folded part is not sent.
import { each } from "./each.js";
import { gettext, interpolate } from "./words.js";

const MOST_OPTIONS = 6;
const FEWEST_OPTIONS = 2;

function show(form, part, isOpen) {
  part.toggleAttribute("data-open", isOpen);
  part.disabled = !isOpen;
  form.querySelector(`[data-part-toggle="${part.dataset.part}"]`)?.setAttribute("aria-expanded", String(isOpen));
  if (part.dataset.part === "schedule") nameButton(form);
}

// What the button does is what it says.
function nameButton(form) {
  const send = form.querySelector("[data-send-words]");
  const due = form.querySelector("[data-due]");
  if (!send || !due) return;
  const isLater = due.value && !due.closest("[data-part]").disabled;
  send.textContent = isLater ? gettext("Schedule") : send.dataset.sendWords;
}

function preparePoll(poll) {
  const list = poll.querySelector("[data-poll-options]");
  const add = poll.querySelector("[data-option-add]");
  const options = () => [...list.querySelectorAll("[data-poll-option]")];

  function renumber() {
    options().forEach((option, index) => {
      const number = index + 1;
      const input = option.querySelector("input");
      input.id = option.querySelector("label").htmlFor = `poll-option-${number}`;
      option.querySelector("label").textContent = input.placeholder = interpolate(gettext("Option %(number)s"), { number });
      const remove = option.querySelector("[data-option-remove]");
      remove.setAttribute("aria-label", interpolate(gettext("Remove option %(number)s"), { number }));
      remove.hidden = options().length <= FEWEST_OPTIONS;
    });
    add.hidden = options().length >= MOST_OPTIONS;
  }

  // Without scripts there are some to spare.
  for (const option of options().reverse()) {
    if (options().length > FEWEST_OPTIONS && !option.querySelector("input").value) option.remove();
  }
  renumber();
  add.addEventListener("click", () => {
    const option = options()[0].cloneNode(true);
    option.querySelector("input").value = "";
    list.append(option);
    renumber();
    option.querySelector("input").focus();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-option-remove]")?.closest("[data-poll-option]");
    if (!option) return;
    const next = option.nextElementSibling ?? option.previousElementSibling;
    option.remove();
    renumber();
    next.querySelector("input").focus();
    list.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // Enter goes on to the next option instead of sending a poll that is not whole.
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = event.target.closest("[data-poll-option]")?.nextElementSibling;
    if (next) next.querySelector("input").focus();
    else if (!add.hidden) add.click();
  });
}

function prepare(form) {
  const parts = [...form.querySelectorAll("[data-part]")];
  for (const part of parts) show(form, part, part.hasAttribute("data-open"));
  form.querySelectorAll('[data-part="poll"]').forEach(preparePoll);
  form.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-part-toggle]");
    if (!toggle) return;
    const part = parts.find((one) => one.dataset.part === toggle.dataset.partToggle);
    show(form, part, part.disabled);
    if (!part.disabled) part.querySelector("input:not([type=hidden])").focus();
    part.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.querySelector("[data-due]")?.addEventListener("input", () => nameButton(form));
}

each("[data-autosave]", prepare);
