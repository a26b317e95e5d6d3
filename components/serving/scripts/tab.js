// Tells the server which tab speaks, so that a reload finds its work again and two tabs stay apart.
// The name stays in this tab (sessionStorage) and goes along with the connection, never with a link.
(() => {
  const KEY = "pedestal-tab", STREAM = "/_stcore/stream";
  const fresh = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(24));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  };
  const stored = (name) => {
    try {
      if (name) sessionStorage.setItem(KEY, name);
      return sessionStorage.getItem(KEY);
    } catch {  // a browser that stores nothing: each load is a tab of its own
      return null;
    }
  };
  let tab = stored() || fresh();
  stored(tab);

  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url, protocols) {
      const address = new URL(url, location.href);
      if (address.pathname.endsWith(STREAM)) address.searchParams.set("tab", tab);
      super(address, protocols);
    }
  };

  // "Duplicate tab" copies what is stored: the older document answers, the younger one starts anew.
  if (!("BroadcastChannel" in window)) return;
  const page = fresh(), channel = new BroadcastChannel(KEY);
  channel.onmessage = ({ data }) => {
    if (data.asked === tab && data.by !== page) channel.postMessage({ taken: tab, from: data.by });
    if (data.taken === tab && data.from === page && stored(tab = fresh())) location.reload();
  };
  channel.postMessage({ asked: tab, by: page });
})();
