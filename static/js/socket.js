// A websocket that comes back by itself, and tells where it left off.
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const PING_MS = 25_000;
const PONG_WITHIN_MS = 10_000;
const CLOSED_NOT_SIGNED_IN = 4401;
const CLOSED_UNKNOWN_SINCE = 4404;

// `query()` answers what is asked with each new connection; `onLost()` is told when the place to go on from is not
// known any more. What it answers: `again()` connects anew at once, because there is more to ask for.
export function connect(url, { query, onMessage, onLost }) {
  let failures = 0;
  let pinging;
  let pongDue;
  let current;

  function open() {
    const asked = query();
    const socket = (current = new WebSocket(asked ? `${url}?${asked}` : url));

    socket.addEventListener("open", () => {
      pinging = setInterval(() => {
        socket.send('{"type":"ping"}');
        pongDue ??= setTimeout(() => socket.close(), PONG_WITHIN_MS);
      }, PING_MS);
    });

    socket.addEventListener("message", (event) => {
      failures = 0;
      const message = JSON.parse(event.data);
      if (message.type === "pong") settlePong();
      else onMessage(message);
    });

    socket.addEventListener("close", (event) => {
      if (socket !== current) return; // another has its place
      clearInterval(pinging);
      settlePong();
      if (event.code === CLOSED_NOT_SIGNED_IN) return;
      if (event.code === CLOSED_UNKNOWN_SINCE) return onLost();
      setTimeout(open, waitMs(failures++));
    });
  }

  function settlePong() {
    clearTimeout(pongDue);
    pongDue = undefined;
  }

  function again() {
    if (current.readyState === WebSocket.CONNECTING) return current.addEventListener("open", again, { once: true });
    if (current.readyState !== WebSocket.OPEN) return; // it will ask for all when it comes back
    const old = current;
    clearInterval(pinging);
    settlePong();
    open();
    old.close();
  }

  open();
  return { again };
}

// Doubles each time; the jitter keeps a thousand pages from coming back in the same second.
function waitMs(failures) {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + Math.random() / 2);
}
