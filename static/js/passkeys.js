// Passkeys: makes one, or lets the browser answer with one, and sends what it says by the form around the button.
import { say } from "./toasts.js";
import { gettext } from "./words.js";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const asBytes = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function make({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: asBytes(publicKey.excludeCredentials),
      // It stands in for name and password: the device keeps it, and asks whoever uses it.
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    },
  });
  return { ...plain(made), response: answered(made.response, ["clientDataJSON", "attestationObject"]) };
}

async function use({ publicKey }) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: asBytes(publicKey.allowCredentials),
    },
  });
  const parts = ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
  return { ...plain(found), response: answered(found.response, parts) };
}

function plain(credential) {
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

const answered = (response, parts) =>
  Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, toText(response[part])]));

// What the site asks of the browser: it stands beside the form, or is fetched when somebody wants to log in.
async function asked(form) {
  if (form.dataset.passkeyOptions) return JSON.parse(form.dataset.passkeyOptions);
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(response.statusText);
  return (await response.json()).request_options;
}

async function start(form) {
  try {
    const options = await asked(form);
    const credential = await (form.dataset.passkey === "make" ? make(options) : use(options));
    form.querySelector("[data-passkey-answer]").value = JSON.stringify(credential);
    form.requestSubmit();
  } catch (error) {
    if (error.name === "NotAllowedError") return; // closed by whoever was asked
    const isKnown = error.name === "InvalidStateError";
    say(isKnown ? gettext("This device has a passkey already.") : gettext("That passkey did not work."), { isError: true });
  }
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  const button = form.querySelector("[data-passkey-start]");
  button.hidden = !window.PublicKeyCredential;
  button.addEventListener("click", () => start(form));
}
