"""Whether the page has asked for a script that its server has not begun yet.

Streamlit says that a script runs once the server has answered. Between a click and that answer the
page looks as if it stood still: what is asked for and what is begun is counted where both pass.
"""

from __future__ import annotations

RERUN_SCRIPT, NEW_SESSION = 11, 4  # the fields of Streamlit's messages, to the server and from it
# A script that is never begun is not waited for longer than this, in milliseconds.
LOST = 10_000
COUNTS = f"""(() => {{
  const counts = (window.pedestalScripts = {{ asked: 0, begun: 0, last: 0 }});
  counts.pending = () => counts.asked > counts.begun && performance.now() - counts.last < {LOST};
  // The first field behind the hash (1) and the metadata (2) of a message of Protocol Buffers.
  const fieldOf = (bytes) => {{
    let at = 0;
    const number = () => {{
      for (let value = 0, shift = 0; ; shift += 7) {{
        const byte = bytes[at++];
        value |= (byte & 127) << shift;
        if (!(byte & 128)) return value;
      }}
    }};
    while (at < bytes.length) {{
      const field = number() >> 3;
      if (field > 2) return field;
      const length = number();
      at += length;
    }}
  }};
  window.WebSocket = class extends window.WebSocket {{
    constructor(...given) {{
      super(...given);
      counts.asked = counts.begun = 0;
      this.addEventListener("message", ({{ data }}) => {{
        if (!(data instanceof ArrayBuffer)) return;
        if (fieldOf(new Uint8Array(data)) === {NEW_SESSION}) counts.begun = counts.asked;
      }});
    }}
    send(data) {{
      if (typeof data !== "string" && fieldOf(new Uint8Array(data)) === {RERUN_SCRIPT}) {{
        counts.asked += 1;
        counts.last = performance.now();
      }}
      super.send(data);
    }}
  }};
}})()"""
