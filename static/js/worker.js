// The service worker. `site` stands above it, by feedsite/pwa.py: what is kept, and where things are.
//
// Pages are never kept: what somebody reads must not stay on a machine that others use. Kept is one page for
// the time without a network, what it is made of, and files whose names say what is in them.
const SHELL = `shell-${site.version}`;
const FILES = `files-${site.version}`;
const NOT_PAGES = ["/api/", "/media/", "/ws/"];
const HAS_HASH = /\.[0-9a-f]{12}\.\w+$/;

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

// Without cookies: nobody in particular asks for it.
async function keepShell() {
  const cache = await caches.open(SHELL);
  const asked = [site.page, ...site.shell].map((url) => new Request(url, { credentials: "omit", cache: "reload" }));
  await cache.addAll(asked);
}

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name !== SHELL && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (request.method === "POST" && url.pathname === site.logout) event.waitUntil(forget());
    if (request.method === "GET" && !NOT_PAGES.some((start) => url.pathname.startsWith(start))) event.respondWith(page(event));
  } else if (request.method === "GET" && url.pathname.startsWith(site.files) && !request.headers.has("range")) {
    if (HAS_HASH.test(url.pathname)) event.respondWith(hashed(request));
    else if (site.shell.includes(url.pathname)) event.respondWith(fresh(request));
  }
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch (error) {
    const kept = await caches.match(site.page, { cacheName: SHELL });
    if (!kept) throw error;
    return kept;
  }
}

// A name with a hash always means the same: what is here is right.
async function hashed(request) {
  const kept = await caches.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200) (await caches.open(FILES)).put(request.url, answer.clone()).catch(() => {});
  return answer;
}

// A name without one means what the server says; what was kept is for the time without it.
async function fresh(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request.url, { cacheName: SHELL });
    if (!kept) throw error;
    return kept;
  }
}

// After a log-out nothing more is shown here, not even what a push service still has.
async function forget() {
  const [subscription, shown] = await Promise.all([
    self.registration.pushManager?.getSubscription(),
    self.registration.getNotifications?.() ?? [],
  ]);
  for (const notification of shown) notification.close();
  await subscription?.unsubscribe();
}

self.addEventListener("push", (event) => {
  const told = read(event.data);
  const options = { body: told.body, tag: told.tag, icon: site.icon, badge: site.badge, data: { url: told.url } };
  event.waitUntil(self.registration.showNotification(told.title, options));
});

// Browsers want something to be shown for every message; one that cannot be read still says that there is something.
function read(data) {
  try {
    const { title, body, url, tag } = data.json();
    return { title: title || site.name, body: body ?? "", url: url || site.home, tag: tag || "news" };
  } catch {
    return { title: site.name, body: "", url: site.home, tag: "news" };
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data?.url ?? site.home, self.location.origin)));
});

// A window that shows it already, else any of the site's, else a new one. Never another site's address.
async function open(url) {
  const target = url.origin === self.location.origin ? url.href : new URL(site.home, self.location.origin).href;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => one.url === target);
  if (there) return there.focus();
  if (!windows.length) return self.clients.openWindow(target);
  await windows[0].focus();
  return windows[0].navigate(target).catch(() => self.clients.openWindow(target));
}

// The push service gave this browser another address. Where that cannot be told here, the next page tells it.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew(event) {
  const made = event.newSubscription ?? (await subscribeAgain(event.oldSubscription));
  const token = (await self.cookieStore?.get(site.token))?.value;
  if (!made || !token) return;
  await fetch("/api/v1/push/subscriptions", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(made.toJSON()),
  });
}

async function subscribeAgain(old) {
  const { public_key: key } = await (await fetch("/api/v1/push/key")).json();
  if (!old || !key) return null;
  return self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}
