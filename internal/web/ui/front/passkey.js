// Passkeys need a script: the browser's own dialog does the rest. Without it the button stays hidden and
// the password works.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function decode(options) {
  const o = options.publicKey || options;
  o.challenge = bytes(o.challenge);
  if (o.user) o.user.id = bytes(o.user.id);
  for (const list of [o.excludeCredentials, o.allowCredentials]) (list || []).forEach((c) => { c.id = bytes(c.id); });
  return { publicKey: o };
}

function encode(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: credential.getClientExtensionResults() });
}

async function post(url, body) {
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ceremony(kind, block) {
  const base = kind === "add" ? "/me/security/passkeys" : "/login/passkey";
  const { id, options } = await post(base);
  const call = kind === "add" ? "create" : "get";
  const { to } = await post(`${base}/${id}`, encode(await navigator.credentials[call](decode(options))));
  location.assign(block.dataset.return || to);
}

export function passkeys() {
  if (!window.PublicKeyCredential) return;
  for (const button of document.querySelectorAll("[data-passkey]")) {
    const block = button.parentElement;
    const wrong = block.querySelector("[data-passkey-wrong]");
    block.hidden = false;
    button.addEventListener("click", () => {
      wrong.hidden = true;
      ceremony(button.dataset.passkey, block).catch(() => { wrong.hidden = false; });
    });
  }
}
