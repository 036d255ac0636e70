// Pictures and videos of a post or a profile, one at a time over the page: arrows, Escape, swipes; the focus goes back
// where it was.
import { gettext, interpolate } from "./words.js";

const SWIPE_PX = 50;
const viewer = document.getElementById("viewer");
const picture = document.createElement("img"); // not in the page: there it would be one without an address
picture.className = "viewer-picture";
picture.dataset.viewerPicture = "";
const film = document.createElement("video");
film.className = "viewer-picture";
film.dataset.viewerPicture = "";
film.controls = film.playsInline = true;
film.preload = "none";
let links = [];
let place = 0;

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function show(next) {
  place = Math.max(0, Math.min(links.length - 1, next));
  const link = links[place];
  if (link.dataset.kind === "video") showFilm(link);
  else showPicture(link);
  const post = viewer.querySelector("[data-viewer-post]");
  post.hidden = !link.dataset.postUrl;
  post.href = link.dataset.postUrl || post.href;
  viewer.querySelector("[data-viewer-alt]").textContent = link.dataset.alt;
  const places = interpolate(gettext("%(place)s of %(number)s"), { place: place + 1, number: links.length });
  viewer.querySelector("[data-viewer-place]").textContent = links.length > 1 ? places : "";
  for (const button of viewer.querySelectorAll("[data-viewer-step]")) {
    const target = place + Number(button.dataset.viewerStep);
    button.hidden = links.length < 2;
    button.disabled = target < 0 || target >= links.length;
  }
}

function showPicture(link) {
  leaveFilm();
  const quiet = still() && link.querySelector("source")?.srcset; // an animation that should not move
  picture.src = quiet || link.href;
  picture.width = Number(link.dataset.width);
  picture.height = Number(link.dataset.height);
  picture.alt = link.dataset.alt || gettext("Picture without a description");
  viewer.querySelector("[data-viewer-stage]").replaceChildren(picture);
}

function showFilm(link) {
  leaveFilm();
  film.poster = link.dataset.poster;
  film.src = link.href;
  film.width = Number(link.dataset.width);
  film.height = Number(link.dataset.height);
  film.setAttribute("aria-label", link.dataset.alt || link.querySelector("img").alt);
  viewer.querySelector("[data-viewer-stage]").replaceChildren(film);
}

function leaveFilm() {
  film.pause();
  film.removeAttribute("src");
  film.load(); // or the browser goes on fetching what nobody watches
}

function open(link) {
  links = [...link.closest("[data-media]").querySelectorAll("[data-media-view]")];
  show(links.indexOf(link));
  viewer.showModal();
}

function bind() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-media-view]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  viewer.addEventListener("click", (event) => {
    const step = event.target.closest("[data-viewer-step]");
    if (step) show(place + Number(step.dataset.viewerStep));
    else if (!event.target.closest("[data-viewer-picture], [data-viewer-alt], [data-viewer-post]")) viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -links.length, End: links.length };
    if (!(event.key in steps) || event.target === film) return; // a player has its own use for arrows
    event.preventDefault();
    show(place + steps[event.key]);
  });
  viewer.addEventListener("close", () => {
    links[place]?.focus(); // where one stopped looking, which the page has in sight
    picture.removeAttribute("src");
    leaveFilm();
  });
  swipes();
}

function swipes() {
  let from = null;
  viewer.addEventListener("pointerdown", (event) => {
    from = event.pointerType === "touch" ? [event.clientX, event.clientY] : null;
  });
  viewer.addEventListener("pointerup", (event) => {
    if (!from) return;
    const [across, down] = [event.clientX - from[0], event.clientY - from[1]];
    from = null;
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > Math.abs(down)) show(place + (across < 0 ? 1 : -1));
    else if (Math.abs(down) > 2 * SWIPE_PX) viewer.close();
  });
}

if (viewer?.showModal) bind();
