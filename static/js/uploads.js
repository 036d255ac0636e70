// Pictures and videos in the forms one posts with: chosen, dropped or pasted, then sent at once, each by itself.
import { describe, isBroken, isPending, remove, resume, send } from "./upload-item.js";
import { makeSortable, showPlaces } from "./upload-order.js";
import { listen } from "./upload-sources.js";
import { gettext, interpolate } from "./words.js";

const LOOKABLE = /^image\//;

class Uploads {
  constructor(box) {
    this.box = box;
    this.form = box.closest("form");
    this.list = box.querySelector("[data-upload-list]");
    this.said = box.querySelector("[data-upload-said]");
    this.error = box.querySelector("[data-upload-error]");
    this.choose = this.form.querySelector("[data-upload-choose]");
    this.most = Number(box.dataset.most);
    box.querySelector("[data-upload-plain]").remove();
    this.items.forEach(resume);
    this.bind();
    makeSortable(this.list, (words) => this.say(words));
    this.changed();
  }

  get items() {
    return [...this.list.querySelectorAll("[data-upload]")];
  }

  bind() {
    listen(this.form, (files) => this.add(files));
    this.form.addEventListener("submit", (event) => this.hold(event), { capture: true });
    this.list.addEventListener("upload-state", (event) => this.told(event));
    this.list.addEventListener("change", (event) => {
      if (event.target.matches("[data-upload-alt]")) describe(event.target.closest("[data-upload]"));
    });
    this.list.addEventListener("click", (event) => this.press(event));
  }

  add(files) {
    const room = this.most - this.items.length;
    const words = gettext("A post has at most %(most)s pictures and videos.");
    const tooMany = this.box.dataset.tooMany ?? interpolate(words, { most: this.most });
    this.error.textContent = files.length > room ? tooMany : "";
    for (const file of files.slice(0, Math.max(0, room))) this.put(file);
    this.changed();
  }

  put(file) {
    const item = this.box.querySelector("[data-upload-template]").content.firstElementChild.cloneNode(true);
    item.querySelector("[data-upload-name]").textContent = file.name;
    const look = item.querySelector("[data-upload-look]");
    if (LOOKABLE.test(file.type)) {
      look.src = URL.createObjectURL(file);
      look.addEventListener("load", () => URL.revokeObjectURL(look.src), { once: true });
      look.hidden = false;
    }
    this.list.append(item);
    send(item, file);
  }

  press(event) {
    const item = event.target.closest("[data-upload]");
    if (event.target.closest("[data-upload-retry]")) item.again?.();
    if (!event.target.closest("[data-upload-remove]")) return;
    const next = item.nextElementSibling ?? item.previousElementSibling;
    remove(item);
    (next?.querySelector("[data-upload-remove]") ?? this.choose).focus();
    this.say(gettext("Removed."));
    this.changed();
  }

  told({ target, detail }) {
    const name = target.querySelector("[data-upload-name]").textContent;
    if (detail.isError || target.dataset.status === "ready") this.say(`${name}: ${detail.words || gettext("uploaded")}`);
  }

  // What is still on its way would be missing from the post.
  hold(event) {
    const waits = this.items.some(isPending);
    if (!waits && !this.items.some(isBroken)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.error.textContent = waits
      ? gettext("A file is still on its way. Post when it has arrived.")
      : gettext("A file could not be sent. Try it again, or remove it.");
  }

  say(words) {
    this.said.textContent = words;
  }

  changed() {
    this.choose.disabled = this.items.length >= this.most;
    showPlaces(this.list);
  }
}

function prepare(root) {
  for (const box of root.querySelectorAll("[data-uploads]:not([data-ready])")) {
    box.dataset.ready = "";
    new Uploads(box);
  }
}

prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.target.parentElement ?? event.target));
