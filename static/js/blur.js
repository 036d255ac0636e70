// A blurred picture from some thirty characters, until the picture itself is there.
import { decode } from "../vendor/blurhash.js";

const SIDE = 32;
const drawn = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    drawn.unobserve(target);
    draw(target);
  }
}, { rootMargin: "100%" });

function draw(canvas) {
  try {
    canvas.getContext("2d").putImageData(new ImageData(decode(canvas.dataset.blurhash, SIDE, SIDE), SIDE, SIDE), 0, 0);
  } catch {
    canvas.remove(); // the plain ground behind it will do
  }
}

function watch(root) {
  for (const canvas of root.querySelectorAll("[data-blurhash]")) drawn.observe(canvas);
}

// Once the picture is there the blur would shine through where it is transparent.
document.addEventListener(
  "load",
  (event) => event.target.matches?.(".media-picture") && event.target.closest(".media-frame").classList.add("media-there"),
  { capture: true },
);

watch(document);
function showLoaded(root) {
  for (const picture of root.querySelectorAll("img.media-picture")) {
    if (picture.complete && picture.naturalWidth) picture.closest(".media-frame").classList.add("media-there");
  }
}
showLoaded(document);
document.addEventListener("htmx:load", (event) => {
  const root = event.target.parentElement ?? event.target;
  watch(root);
  showLoaded(root);
});
