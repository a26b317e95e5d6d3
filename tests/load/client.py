"""A visitor without a browser: speaks to a real server as Streamlit's own page does."""

from __future__ import annotations

import json
import time
import urllib.request
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

PATIENCE = 1800.0
RUN_ENDED = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY
XSRF_COOKIE = "_streamlit_xsrf"


class Visitor:
    """One session on a server, and the elements that it shows."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._token = self._cookie()
        self._socket = connect(
            address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit", self._token],  # type: ignore[list-item]
            origin=address,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"{XSRF_COOKIE}={self._token}"},
            max_size=None,
            open_timeout=PATIENCE,
            legacy=True,  # closed by this object's own end
        )
        self._session = self._page = ""
        self._elements: dict[tuple[int, ...], Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def open(self, page: str) -> None:
        """Go to a page, as by a link."""
        self._page = ""
        self._rerun(query=f"page={page}")

    def again(self) -> None:
        """Let the script run once more."""
        self._rerun()

    def click(self, label: str) -> None:
        """Press a button."""
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = self._named("button", label).id, True
        self._rerun(message)

    def upload(self, label: str, name: str, data: bytes) -> None:
        """Give a file to an uploader: its bytes first, then the word that they are there."""
        widget = self._named("file_uploader", label).id
        urls = self._urls(name)
        self._put(urls.upload_url, name, data)
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.id = widget
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, name, len(data)
        info.file_urls.CopyFrom(urls)
        self._rerun(message)

    @property
    def text(self) -> str:
        """All that the page says, and what can be chosen on it."""
        lines = []
        for element in self._elements.values():
            kind = element.WhichOneof("type")
            value = getattr(element, kind) if kind else None
            lines += [str(getattr(value, name, "")) for name in ("body", "text", "label")]
            lines += map(str, getattr(value, "options", ()))
        return "\n".join(line for line in lines if line).replace("\\", "")

    def until(self, text: str, hidden: bool = False) -> None:
        """Look again until the page says this, or no longer does."""
        end = time.monotonic() + PATIENCE
        while (text in self.text) == hidden:
            assert time.monotonic() < end, self.text
            time.sleep(1.0)  # each look is a whole page, of the time that models need
            self.again()

    def _named(self, kind: str, label: str) -> Any:
        for element in self._elements.values():
            if element.WhichOneof("type") == kind and label in getattr(element, kind).label:
                return getattr(element, kind)
        raise AssertionError(f"There is no {kind} {label!r} on the page:\n{self.text}")

    def _rerun(self, message: BackMsg | None = None, query: str = "") -> None:
        message = message or BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_script_hash = self._page
        self._socket.send(message.SerializeToString())
        while not self._ended(self._next()):
            pass

    def _ended(self, message: ForwardMsg) -> bool:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._session = message.new_session.initialize.session_id or self._session
            self._page = message.new_session.page_script_hash
            self._elements.clear()
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            assert element.WhichOneof("type") != "exception", element.exception.message
            self._elements[tuple(message.metadata.delta_path)] = element
        return kind == "script_finished" and message.script_finished == RUN_ENDED

    def _next(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(self._socket.recv(timeout=PATIENCE))  # type: ignore[arg-type]
        return message

    def _urls(self, name: str) -> FileURLs:
        message = BackMsg()
        message.file_urls_request.request_id = uuid4().hex
        message.file_urls_request.session_id = self._session
        message.file_urls_request.file_names.append(name)
        self._socket.send(message.SerializeToString())
        while (answer := self._next()).WhichOneof("type") != "file_urls_response":
            pass
        return answer.file_urls_response.file_urls[0]

    def _put(self, path: str, name: str, data: bytes) -> None:
        mark = uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; '
            f"filename={json.dumps(name)}\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
        request = urllib.request.Request(  # noqa: S310 - http to this machine
            self._address + path,
            data=head.encode() + data + f"\r\n--{mark}--\r\n".encode(),
            headers={
                "Content-Type": f"multipart/form-data; boundary={mark}",
                "X-Xsrftoken": self._token,
                "Cookie": f"{XSRF_COOKIE}={self._token}",
            },
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - as above
            assert answer.status == 204

    def _cookie(self) -> str:
        with urllib.request.urlopen(f"{self._address}/_stcore/health", timeout=60) as answer:  # noqa: S310 - as above
            cookie = answer.headers["Set-Cookie"]
        return str(cookie).partition("=")[2].partition(";")[0].strip('"')
