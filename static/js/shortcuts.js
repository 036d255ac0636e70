// Single keys, as readers of Mastodon and X have them in their fingers. What they do stands in the sheet ("?");
// the keys that lead somewhere are read from its links, so the list and the deed cannot differ.
import { areOn, openSheet } from "./shortcuts-sheet.js";
import { forPosts, open } from "./shortcuts-posts.js";

const CHORD_MS = 1500;
const MAY_REPEAT = new Set(["j", "k"]);
let begun = ""; // "g", while the second key is awaited
let forgetting;

const click = (element) => element?.click();
const addressOf = (keys) => document.querySelector(`[data-shortcut="${CSS.escape(keys)}"]`)?.href;

function compose() {
  const text = document.getElementById("composer-text");
  if (!text) return go("n");
  text.closest("form").scrollIntoView({ block: "nearest" });
  text.focus({ preventScroll: true });
  return true;
}

function go(keys) {
  const address = addressOf(keys);
  if (address) location.assign(address);
  return Boolean(address);
}

// The box that is seen, else its page.
function search() {
  const box = [...document.querySelectorAll("[data-search-text]")].find((one) => one.checkVisibility());
  if (!box) return click(document.querySelector(".site-search-link"));
  box.focus();
  return box.select();
}

const deeds = {
  ...forPosts,
  "?": openSheet,
  "/": search,
  n: compose,
  c: compose,
  ".": () => click(document.querySelector("[data-new-posts]:not([hidden])")),
  z: () => click([...document.querySelectorAll("[data-toast] .toast-undo")].at(-1)),
};

// In a field a key is a letter; in a dialog it belongs to the dialog; with Ctrl, Alt or Meta to the browser.
function isOurs(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return false;
  if (document.querySelector("dialog[open]")) return false;
  return !event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function awaitSecond(key) {
  clearTimeout(forgetting);
  begun = key;
  forgetting = setTimeout(() => (begun = ""), CHORD_MS);
}

function act(event) {
  // With Shift a letter is another one, and Caps Lock is not Shift.
  const key = event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
  if (event.repeat && !MAY_REPEAT.has(key)) return;
  const chord = begun ? `${begun} ${key}` : "";
  awaitSecond(key === "g" && !chord ? key : "");
  const deed = chord && addressOf(chord) ? () => go(chord) : deeds[key];
  if (deed && deed() !== false) event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter") open(event);
  else if (event.key === "Escape" && event.target.id === "composer-text" && !event.defaultPrevented) event.target.blur();
  else if (areOn() && isOurs(event)) act(event);
});
