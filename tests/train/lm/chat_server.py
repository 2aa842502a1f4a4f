"""A small server that speaks the OpenAI chat protocol, as a process of its own; what it does follows the
model's name.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

seen: Counter[str] = Counter()
requests: list[dict[str, Any]] = []
lock = Lock()


class Chat(BaseHTTPRequestHandler):
    """Answers with the last user turn in capitals, unless the model's name asks for trouble."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """What was asked so far."""
        self._send(200, {"requests": requests})

    def do_POST(self) -> None:
        """One completion."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        model, text = body["model"], body["messages"][-1]["content"]
        with lock:
            seen[text] += 1
            tries = seen[text]
            requests.append({"body": body, "key": self.headers.get("authorization"), "path": self.path})
        if model == "busy" and tries == 1:
            return self._send(429, {"error": "slow down"}, {"retry-after": "0"})
        if model == "broken" and tries <= 2:
            return self._send(503, {"error": "later"})
        if model == "cut" and tries == 1:
            self.close_connection = True
            return self.connection.close()
        if model == "closed":
            return self._send(401, {"error": "your key sk-12345 is wrong"})
        if model == "web":
            return self._send(200, {"page": "hello"})
        usage = {"prompt_tokens": 10, "completion_tokens": 5}
        said = text.upper()
        if "response_format" in body and model != "deaf":
            said = json.dumps({"said": said})
        why = "length" if model == "short" else "stop"
        choice = {"message": {"content": said[:6] if model == "short" else said}, "finish_reason": why}
        self._send(200, {"choices": [choice], "usage": usage})

    def _send(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"content-length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
