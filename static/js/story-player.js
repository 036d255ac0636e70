// Time runs for the story that is shown: its bar fills, then the next one comes. It stands still while somebody holds
// the picture, writes, looks who has seen it, is elsewhere, or does not want things to move.
const SECONDS = 6;
const SECONDS_A_CHARACTER = 1 / 20;
let story = null;
let passed = 0; // seconds
let last = 0; // when the frame before was
let isHeld = false;
let isPaused = false;
let isSilent = true;
let atEnd = () => {};

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const video = () => story.querySelector("[data-story-video]");
const isBusy = () =>
  Boolean(document.querySelector("#confirm-dialog[open]") || story.querySelector("details[open], .story-words:focus"));

export function play(next, ended) {
  const isFirst = !story;
  [story, atEnd, passed, last, isHeld] = [next, ended, 0, performance.now(), false];
  if (isFirst) isPaused = still();
  showPaused();
  prepareVideo(video());
  if (isFirst) requestAnimationFrame(tick);
}

export function stop() {
  if (story) video()?.pause();
  story = null;
}

export function hold(isSo) {
  isHeld = isSo;
}

export function pause() {
  if (!story) return; // it is on its way
  isPaused = !isPaused;
  showPaused();
}

function showPaused() {
  story.querySelector("[data-story-pause]")?.setAttribute("aria-pressed", String(isPaused));
}

function prepareVideo(film) {
  if (!film) return;
  film.controls = false; // they would lie under the ways to the next and the one before
  film.muted = isSilent;
  story.querySelector("[data-story-sound]").setAttribute("aria-pressed", String(!isSilent));
}

export function switchSound() {
  isSilent = !isSilent;
  prepareVideo(video());
}

// The share of its time that is over; a picture's begins when it is there.
function done(seconds, waits) {
  const film = video();
  if (film) {
    if (waits !== film.paused) waits ? film.pause() : film.play().catch((error) => refused(film, error));
    return film.ended ? 1 : film.currentTime / (film.duration || Infinity);
  }
  const picture = story.querySelector("[data-story-picture]");
  if (!waits && (!picture || picture.complete)) passed += seconds;
  const words = story.querySelector(".story-caption")?.textContent.length ?? 0;
  return passed / (SECONDS + words * SECONDS_A_CHARACTER);
}

// By the browser, not by us: a film that is stopped while it begins is an error too.
function refused(film, error) {
  if (!story?.contains(film) || error.name === "AbortError") return;
  isPaused = true;
  showPaused();
}

function tick(now) {
  if (!story) return;
  // Its place may be taken already, or the dialog closed: its link would lead the whole page away.
  const bar = story.closest("dialog[open]") && story.querySelector("[data-story-bar]");
  const share = bar ? done((now - last) / 1000, isHeld || isPaused || document.hidden || isBusy()) : 0;
  last = now;
  if (bar) bar.value = Math.min(share, 1);
  if (share >= 1) advance();
  requestAnimationFrame(tick);
}

function advance() {
  const after = story.querySelector("[data-story-after]");
  if (after) after.click();
  else atEnd();
}
