// Numbers and times in few characters, as posts/templatetags/short.py writes them.
const DAY = 86400;
const UNITS = [[DAY, "d"], [3600, "h"], [60, "m"]];

export function shortNumber(number) {
  for (const [size, letter] of [[1e6, "M"], [1e3, "K"]]) {
    if (number < size) continue;
    const tenths = Math.floor((number * 10) / size);
    return tenths >= 100 || tenths % 10 === 0 ? `${Math.floor(tenths / 10)}${letter}` : `${tenths / 10}${letter}`;
  }
  return String(number);
}

function shortTime(moment) {
  const seconds = Math.floor((Date.now() - moment) / 1000);
  if (seconds >= 7 * DAY) return null; // the server wrote a date, which does not age
  const unit = UNITS.find(([size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[0])}${unit[1]}` : "now";
}

function refreshTimes() {
  for (const element of document.querySelectorAll("[data-short-time]")) {
    const text = shortTime(new Date(element.dateTime).getTime());
    if (text && element.textContent !== text) element.textContent = text;
  }
}

setInterval(refreshTimes, 30_000);
document.addEventListener("visibilitychange", () => document.hidden || refreshTimes());
