// Stories over the page: they open in a dialog, the next takes the place of the one before, and whoever closes it is
// back where it was opened. Without scripts each is a page with links.
import { each } from "./each.js";
import { listen } from "./story-gestures.js";
import { play, stop } from "./story-player.js";

const tray = document.getElementById("story-tray");
const page = document.querySelector("[data-story-page]");
let dialog;
let isComing = false;

function makeDialog() {
  const made = document.createElement("dialog");
  made.className = "story-dialog";
  made.setAttribute("aria-labelledby", "story-title");
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  made.append(told, makeBox());
  document.body.append(made);
  made.addEventListener("close", closed);
  listen(made);
  return made;
}

function makeBox() {
  const made = document.createElement("div");
  made.className = "story-box";
  return made;
}

const box = () => dialog.querySelector(".story-box");

// What is still on its way comes into the old box, where nobody sees it. Also of the page itself there is nothing more
// to see.
function closed() {
  stop();
  const leave = page && box().querySelector("[data-story-close]");
  box().replaceWith(makeBox());
  isComing = false;
  if (leave) location.assign(leave.href);
}

// One at a time. By hand: htmx minds a link only a moment after it has put it here, and keys may be quicker.
async function bring(address, target, swap) {
  if (isComing || !dialog.open) return;
  isComing = true;
  const source = box();
  const before = source.querySelector("[data-story]");
  await window.htmx.ajax("GET", address, { source, target, swap }).catch(() => {}); // said by toasts.js
  if (source !== box()) return; // closed meanwhile
  isComing = false;
  const after = source.querySelector("[data-story]");
  if (!after || after === before) dialog.close(); // what has gone meanwhile leads nowhere
}

function open(address) {
  dialog ??= makeDialog();
  dialog.showModal();
  bring(address, box(), "innerHTML");
}

// Said once it has changed: whoever does not see the picture hears what it shows.
function tell(story) {
  const what = story.querySelector("[data-story-picture]")?.alt ?? story.querySelector("[data-story-video]")?.ariaLabel ?? "";
  const words = [story.querySelector(".story-person-name"), story.querySelector("#story-title"), story.querySelector(".story-caption")];
  const said = [...words.map((one) => one?.textContent.trim()), what].filter(Boolean);
  dialog.querySelector("[role=status]").textContent = said.join(". ");
}

function show(story) {
  if (!dialog?.open || !dialog.contains(story)) return;
  if (!story.contains(document.activeElement)) story.focus({ preventScroll: true });
  const ring = document.getElementById(`story-of-${story.dataset.person}`);
  if ("seenAll" in story.dataset) ring?.classList.add("story-link-seen");
  if (story.dataset.soon) new Image().src = story.dataset.soon;
  tell(story);
  // A page of its own stays when all is seen; over another one there is something to go back to.
  play(story, () => page || dialog.close());
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-story-open]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(link.href);
  }
  if (!dialog?.contains(event.target)) return;
  const step = event.target.closest("[data-story-before], [data-story-after]");
  const close = event.target.closest("[data-story-close]");
  if (step || close) event.preventDefault();
  if (step) bring(step.href, "#story", "outerHTML");
  if (close) dialog.close();
});

document.addEventListener("story-gone", () => {
  dialog?.close();
  if (tray) window.htmx.trigger(tray, "story-told");
});

if (page && window.HTMLDialogElement) {
  dialog = makeDialog();
  box().append(...page.children);
  dialog.showModal();
}
each("[data-story]", show);
