// How one goes through stories: arrows, Space and Escape; taps at the sides, swipes, and a finger that rests.
import { hold, pause, switchSound } from "./story-player.js";

const SWIPE_PX = 50;
const HELD_MS = 350;

export function listen(dialog) {
  const go = (which) => dialog.querySelector(`[data-story-${which}]`)?.click();
  dialog.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowRight") go("after");
    else if (event.key === "ArrowLeft") go("before");
    else if (event.key === " " && !event.target.closest("a, button")) pause();
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-story-pause]")) pause();
    else if (event.target.closest("[data-story-sound]")) switchSound();
    else if (event.target.matches(".story-dialog, .story-box")) dialog.close(); // beside it
  });
  listenForFingers(dialog, go);
}

function listenForFingers(dialog, go) {
  let from = null;
  let isMoved = false;
  dialog.addEventListener("pointerdown", (event) => {
    isMoved = false;
    if (!event.target.closest("[data-story-stage]")) return;
    from = { x: event.clientX, y: event.clientY, since: event.timeStamp, isTouch: event.pointerType === "touch" };
    hold(true);
  });
  dialog.addEventListener("pointerup", (event) => {
    if (!from) return;
    const { x, y, since, isTouch } = from;
    const [across, down] = [event.clientX - x, event.clientY - y];
    end();
    isMoved = event.timeStamp - since > HELD_MS;
    if (!isTouch || Math.max(Math.abs(across), Math.abs(down)) < SWIPE_PX) return;
    isMoved = true;
    if (Math.abs(across) > Math.abs(down)) go(across < 0 ? "after" : "before");
    else if (down > 2 * SWIPE_PX) dialog.close();
  });
  const end = () => {
    from = null;
    hold(false);
  };
  dialog.addEventListener("pointercancel", end);
  // A rest or a swipe is no tap. What a swipe presses itself comes from no finger.
  dialog.addEventListener(
    "click",
    (event) => {
      if (!isMoved || !event.isTrusted) return;
      isMoved = false;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
  dialog.addEventListener("contextmenu", (event) => event.target.closest("[data-story-stage]") && event.preventDefault());
}
