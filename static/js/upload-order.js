// The order of the files of a post: by dragging, or by the buttons, which a keyboard reaches too.
import { gettext, interpolate } from "./words.js";

const itemsOf = (list) => [...list.querySelectorAll("[data-upload]")];

// The first cannot go up, the last not down; a lone one has nowhere to go.
export function showPlaces(list) {
  const items = itemsOf(list);
  items.forEach((item, place) => {
    const [up, down] = item.querySelectorAll("[data-upload-move]");
    up.hidden = down.hidden = items.length < 2;
    up.disabled = place === 0;
    down.disabled = place === items.length - 1;
    item.querySelector(".upload-grip").hidden = items.length < 2;
  });
}

function move(list, item, by) {
  const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(item);
  else other.after(item);
}

export function makeSortable(list, say) {
  let dragged = null;

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-upload-move]");
    if (!button) return;
    const item = button.closest("[data-upload]");
    move(list, item, Number(button.dataset.uploadMove));
    showPlaces(list);
    // At either end the button pressed is of no more use; its twin is.
    (button.disabled ? item.querySelector("[data-upload-move]:not(:disabled)") : button)?.focus();
    const places = { place: itemsOf(list).indexOf(item) + 1, number: itemsOf(list).length };
    say(interpolate(gettext("Moved to place %(place)s of %(number)s."), places));
  });

  // By its grip alone: elsewhere text is marked.
  list.addEventListener("pointerdown", (event) => {
    const item = event.target.closest("[data-upload]");
    if (item) item.draggable = Boolean(event.target.closest(".upload-grip"));
  });
  list.addEventListener("dragstart", (event) => {
    if (!event.target.matches?.("[data-upload]")) return;
    dragged = event.target;
    event.dataTransfer.effectAllowed = "move";
    dragged.classList.add("upload-dragged");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-upload]");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const { top, height } = over.getBoundingClientRect();
    if (event.clientY < top + height / 2) over.before(dragged);
    else over.after(dragged);
  });
  list.addEventListener("drop", (event) => dragged && event.preventDefault());
  list.addEventListener("dragend", () => {
    dragged?.classList.remove("upload-dragged");
    dragged = null;
    showPlaces(list);
  });
}
