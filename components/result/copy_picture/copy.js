// One button that copies a picture. The clipboard is asked at the click, as browsers demand, with a
// promise of the picture, which the server draws meanwhile.
const WAIT_MS = 30000;
const waiting = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".copy");
  if (!root) {
    root = document.createElement("div");
    root.className = "copy";
    root.innerHTML = '<button type="button">Copy picture</button><span role="status"></span>';
    parentElement.appendChild(root);
  }
  const [button, status] = root.children;
  if (data.picture && waiting.has(root)) {
    waiting.get(root)(blob(data.picture));
    waiting.delete(root);
  }
  button.onclick = async () => {
    if (!navigator.clipboard?.write || typeof ClipboardItem === "undefined") {
      status.textContent = "This browser copies no pictures from this address. Download it below.";
      return;
    }
    button.disabled = true;
    status.textContent = "Drawing …";
    const picture = new Promise((done, fail) => {
      waiting.set(root, done);
      setTimeout(fail, WAIT_MS);
    });
    setTriggerValue("asked", true);
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
      status.textContent = "Copied";
    } catch {  // not allowed, or the picture came too late
      status.textContent = "The browser did not let it be copied. Download it below.";
    }
    button.disabled = false;
  };
}

function blob(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  return new Blob([bytes], { type: "image/png" });
}
