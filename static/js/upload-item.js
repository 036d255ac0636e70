// One file on its way: sent with its progress shown, tried again, described, and for a video followed until it is ready.
import { gettext, interpolate } from "./words.js";

const POLL_MS = 1500;
const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
const part = (item, name) => item.querySelector(`[data-upload-${name}]`);

export const isPending = (item) => item.dataset.status === "sending";
export const isBroken = (item) => item.dataset.status === "broken";

function setState(item, status, words, isError = false) {
  item.dataset.status = status;
  item.classList.toggle("upload-broken", isError);
  part(item, "state").textContent = words;
  part(item, "retry").hidden = status !== "broken";
  part(item, "progress").hidden = !["sending", "processing"].includes(status);
  item.dispatchEvent(new CustomEvent("upload-state", { bubbles: true, detail: { words, isError } }));
}

function showProgress(item, percent) {
  const bar = part(item, "progress");
  if (percent === null) bar.removeAttribute("value"); // moves without saying how far
  else bar.value = percent;
}

export function send(item, file) {
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("file", file);
  body.append("alt", part(item, "alt").value);
  request.upload.addEventListener("progress", (event) => {
    const percent = Math.floor((100 * event.loaded) / event.total);
    showProgress(item, percent);
    part(item, "state").textContent = percent < 100 ? `${percent} %` : gettext("being looked at");
  });
  request.addEventListener("load", () => answered(item, request));
  request.addEventListener("error", () => setState(item, "broken", gettext("You seem to be offline."), true));
  request.addEventListener("timeout", () => setState(item, "broken", gettext("It took too long."), true));
  request.open("POST", "/api/v1/media");
  request.setRequestHeader("X-CSRFToken", token());
  request.responseType = "json";
  item.cancel = () => request.abort();
  item.again = () => send(item, file);
  showProgress(item, 0);
  setState(item, "sending", "0 %");
  request.send(body);
}

function answered(item, request) {
  const media = request.response;
  if (request.status >= 300 || !media) {
    return setState(item, "broken", media?.detail ?? gettext("That did not work."), true);
  }
  item.dataset.mediaId = media.media_id;
  item.classList.add("upload-done");
  const id = part(item, "id");
  id.value = media.media_id;
  id.disabled = false;
  const alt = part(item, "alt");
  alt.name = `alt_${media.media_id}`;
  if (alt.value !== media.alt) describe(item); // it was written while the file was on its way
  follow(item, media);
}

// A video may be posted before it is ready.
function follow(item, media) {
  if (media.status === "failed") return setState(item, "failed", media.problem, true);
  if (media.status === "ready") return setState(item, "ready", media.type === "video" ? gettext("ready") : "");
  const howFar = interpolate(gettext("is being prepared: %(percent)s %"), { percent: media.progress });
  setState(item, "processing", media.progress ? howFar : gettext("is being prepared"));
  showProgress(item, media.progress || null);
  setTimeout(async () => {
    if (!item.isConnected) return;
    const answer = await fetch(`/api/v1/media/${media.media_id}`).catch(() => null);
    follow(item, answer?.ok ? await answer.json() : media);
  }, POLL_MS);
}

export function describe(item) {
  if (!item.dataset.mediaId) return;
  fetch(`/api/v1/media/${item.dataset.mediaId}`, {
    method: "PATCH",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify({ alt: part(item, "alt").value }),
  }).catch(() => {}); // it is sent again with the post
}

// Taken out of the form, and off the server too: it hangs on nothing yet.
export function remove(item) {
  item.cancel?.();
  item.remove();
  if (!item.dataset.mediaId) return;
  fetch(`/api/v1/media/${item.dataset.mediaId}`, { method: "DELETE", headers: { "X-CSRFToken": token() } }).catch(
    () => {}, // what is left over goes after a day
  );
}

// An item that came with the page: it was uploaded before the form was refused, or lies in a draft.
export function resume(item) {
  if (item.dataset.status === "processing") follow(item, { media_id: item.dataset.mediaId, status: "processing" });
}
