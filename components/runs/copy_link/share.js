// One button that copies a link. Where the browser gives pages no clipboard (plain http from
// another machine), the link is shown, selected, for the person to copy.
export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(".share");
  if (!root) {
    root = document.createElement("div");
    root.className = "share";
    root.innerHTML = '<button type="button">Copy link</button><input readonly hidden aria-label="Link to this view"><span role="status"></span>';
    parentElement.appendChild(root);
  }
  const [button, field, status] = root.children;
  if (field.value !== data.link) {
    field.value = data.link;
    field.hidden = true;
    status.textContent = "";
  }
  button.onclick = async () => {
    status.textContent = (await copied(field)) ? "Copied" : "Copy it from the field";
  };
  field.onfocus = () => field.select();
}

async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {  // not there, or not allowed
    field.hidden = false;
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
