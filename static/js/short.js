// Numbers and times in few characters, as posts/templatetags/short.py writes them.
import { decimalSeparator, gettext, interpolate } from "./words.js";

const DAY = 86400;
const UNITS = [[DAY, gettext("%(number)sd")], [3600, gettext("%(number)sh")], [60, gettext("%(number)sm")]];
const NUMBERS = [[1e6, gettext("%(number)sM")], [1e3, gettext("%(number)sK")]];

export function shortNumber(number) {
  for (const [size, words] of NUMBERS) {
    if (number < size) continue;
    const [whole, tenth] = [Math.floor(number / size), Math.floor((number * 10) / size) % 10];
    const isRound = whole >= 10 || tenth === 0;
    return interpolate(words, { number: isRound ? whole : `${whole}${decimalSeparator}${tenth}` });
  }
  return String(number);
}

function shortTime(moment) {
  const seconds = Math.floor((Date.now() - moment) / 1000);
  if (seconds >= 7 * DAY) return null; // the server wrote a date, which does not age
  const unit = UNITS.find(([size]) => seconds >= size);
  return unit ? interpolate(unit[1], { number: Math.floor(seconds / unit[0]) }) : gettext("now");
}

function refreshTimes() {
  for (const element of document.querySelectorAll("[data-short-time]")) {
    const text = shortTime(new Date(element.dateTime).getTime());
    if (text && element.textContent !== text) element.textContent = text;
  }
}

setInterval(refreshTimes, 30_000);
document.addEventListener("visibilitychange", () => document.hidden || refreshTimes());
