// Asks the device for a passkey, to make one ("create") or to sign with one ("get"), and sends what it says in our form.
"use strict";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const warning = form.querySelector("[role=alert]");

  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    warning.hidden = true;
    try {
      const asked = JSON.parse(form.dataset.options);
      asked.challenge = bytes(asked.challenge);
      for (const one of [...(asked.excludeCredentials || []), ...(asked.allowCredentials || [])]) one.id = bytes(one.id);
      if (asked.user) asked.user.id = bytes(asked.user.id);
      const key = await navigator.credentials[form.dataset.passkey]({ publicKey: asked });
      const said = { clientDataJSON: text(key.response.clientDataJSON) };
      for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
        if (key.response[name]) said[name] = text(key.response[name]);
      }
      form.elements.answer.value = JSON.stringify({
        id: key.id, rawId: text(key.rawId), type: key.type, response: said, clientExtensionResults: {},
      });
      form.submit();
    } catch (error) {
      warning.hidden = false;
    }
  });
}
