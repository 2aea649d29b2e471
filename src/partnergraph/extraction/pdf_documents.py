"""The text of a PDF, taken from it in a process of its own, whose time and memory are bounded.

Run as a module it is that process: a PDF on standard input, its text on standard output, pages divided by form feeds.
"""

from __future__ import annotations

import io
import subprocess
import sys
from importlib.util import find_spec

from partnergraph.errors import DataError, MissingExtra

TIMEOUT = 120.0  # seconds
MEMORY = 1_000_000_000  # bytes, where the system has such limits
MAX_PAGES = 2_000
MAX_LENGTH = 20_000_000  # characters
_LOCKED, _NO_TEXT, _TOO_LONG, _DAMAGED, _TOO_LARGE = 3, 4, 5, 6, 7
_REASONS = {
    _LOCKED: "is locked with a password. Save it without one.",
    _NO_TEXT: "holds no text: it is a scan or a picture. Read a text of it (OCR) instead.",
    _TOO_LONG: f"has more than {MAX_PAGES:,} pages or {MAX_LENGTH:,} characters, or grows beyond measure. Divide it.",
    _TOO_LARGE: "takes too much memory. Divide it.",
    _DAMAGED: "is not a PDF that can be read: it is damaged. Open it in a viewer and save or print it to a file anew.",
}


def pdf_text(name: str, data: bytes, timeout: float = TIMEOUT) -> str:
    """The text of the bytes of a PDF called `name`, with a form feed between pages. `timeout` in seconds.

    Raises `MissingExtra` without pypdf, and `DataError` for a file that is damaged, locked or without text, or takes
    too much time or memory.
    """
    if find_spec("pypdf") is None:
        raise MissingExtra("pypdf", "documents")
    command = [sys.executable, "-m", "partnergraph.extraction.pdf_documents"]
    try:
        process = subprocess.run(command, input=data, capture_output=True, timeout=timeout, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise DataError(
            f"{name} was not read within {timeout:g} seconds. Save it as plain text and read that."
        ) from None
    if process.returncode:
        reason = _REASONS.get(
            process.returncode, f"cannot be read: its process ended with status {process.returncode}."
        )
        raise DataError(f"{name} {reason}")
    return process.stdout.decode("utf-8")


def _limit_memory() -> None:
    """Bound the memory of this process, where the system has such limits."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, OSError, ValueError):
        pass  # Windows has none, macOS refuses some


def _extract(data: bytes) -> tuple[int, str]:
    """The exit status and the text of a PDF."""
    import pypdf
    from pypdf.errors import DependencyError, LimitReachedError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return _LOCKED, ""
        if len(reader.pages) > MAX_PAGES:
            return _TOO_LONG, ""
        pages, length = [], 0
        for page in reader.pages:
            pages.append(page.extract_text().replace("\f", " "))
            length += len(pages[-1])
            if length > MAX_LENGTH:
                return _TOO_LONG, ""
    except LimitReachedError:
        return _TOO_LONG, ""
    except MemoryError:
        return _TOO_LARGE, ""
    except DependencyError:  # a kind of encryption that needs another library
        return _LOCKED, ""
    except Exception:  # a damaged file makes the library fail in any way
        return _DAMAGED, ""
    text = "\f".join(pages)
    return (0, text) if text.strip() else (_NO_TEXT, "")


def main() -> int:
    """Read a PDF from standard input; returns the exit status."""
    _limit_memory()
    status, text = _extract(sys.stdin.buffer.read())
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return status


if __name__ == "__main__":
    sys.exit(main())
