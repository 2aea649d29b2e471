"""How a command ends: one clean line for whatever went wrong, and an exit code; standard streams that can be relied on.

====  ================================================================================
0     it was done
1     findings, a failed query, a file or disk that refuses, too little memory
2     wrong usage
70    a fault of partnergraph (EX_SOFTWARE of sysexits.h); PARTNERGRAPH_DEBUG=1 shows where
130   stopped with Ctrl-C
====  ================================================================================
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from io import TextIOWrapper

import click

from partnergraph.errors import DataError, PartnerGraphError

__all__ = ["DEBUG", "INTERNAL", "INTERRUPTED", "flush_output", "prepare_streams", "report_error", "terminal_text"]

DEBUG = "PARTNERGRAPH_DEBUG"
INTERNAL, INTERRUPTED = 70, 130
_MAX_SHOWN = 50


def prepare_streams() -> None:
    """Have all three standard streams open, so that no file of ours takes the place of one that was closed.

    Writing to a standard output that was closed fails, as it must: nobody would get what was written. Characters that
    the terminal's encoding lacks, and bytes of file names that are no text, are written as escapes.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # (the lowest number that is free: this one)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if getattr(sys.stdin, "errors", "") == "strict" and hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")  # what is typed in an answer; the text of a query is read as bytes
    # Results are written as UTF-8 whatever the system; what is printed beside them goes into the same file.
    if os.name == "nt" and not os.environ.get("PYTHONIOENCODING"):
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper) and not stream.isatty():
                stream.reconfigure(encoding="utf-8")
    if getattr(sys.stdout, "errors", "") == "strict" and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def flush_output(code: int) -> int:
    """Flush what was written. The exit code, or 1 (said in one line) where it cannot be written."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:  # (a ValueError: it was closed)
        _discard_output()
        if isinstance(error, BrokenPipeError):
            return code or 1
        _print_error(_os_error_text(error) if isinstance(error, OSError) else str(error))
        return 1
    return code


def _discard_output() -> None:
    """What is left in the buffer cannot be written; the interpreter would try again when it ends, and complain."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def report_error(error: BaseException) -> int:
    """Say what went wrong; returns the exit code."""
    if os.environ.get(DEBUG) and not isinstance(error, SystemExit | click.ClickException):
        import traceback

        traceback.print_exception(error)
    match error:
        case SystemExit():
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        case click.ClickException():
            error.show()
            return error.exit_code
        case click.Abort() | KeyboardInterrupt():
            _print_error("Aborted!", "")
            return INTERRUPTED
        case PartnerGraphError():
            _print_error(str(error))
            if isinstance(error, DataError):
                _findings(error)
            return error.exit_code
        case BrokenPipeError():
            _discard_output()
            return 1
        case OSError():
            if error.filename is None:  # perhaps standard output
                _discard_output()
            _print_error(_os_error_text(error))
            return 1
    if (message := _environment_problem(error)) is not None:
        _print_error(message)
        return 1
    lines = [line for line in str(error).splitlines() if line.strip()] or ["no message"]
    summary = lines[0] if len(lines) == 1 else f"{lines[0]} ... {lines[-1]}"
    _print_error(
        f"{type(error).__name__}: {summary[:500]}. This is a fault of partnergraph itself: please report it, with the "
        f"command. {DEBUG}=1 before the command shows where it happened."
    )
    return INTERNAL


def _environment_problem(error: BaseException) -> str | None:
    """What is neither our fault nor the data's: memory, threads, names that are no text."""
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. Ask for less, or allow more (ulimit -v)."
    if isinstance(error, RuntimeError) and str(error).startswith("can't start new thread"):
        return "The system lets this program start no further thread. Allow more threads or memory (ulimit -u, -v)."
    if isinstance(error, ImportError):
        message = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__).rstrip(".:")
        return f"A part of the program cannot be loaded: {message}. Look at the installation and at limits of memory."
    if isinstance(error, UnicodeEncodeError):
        excerpt = ascii(error.object[max(0, error.start - 40) : error.end + 40])[1:-1]
        return f"'{excerpt}' is not text in UTF-8. Give names and texts in UTF-8."
    if isinstance(error, ValueError) and str(error).startswith("embedded null"):
        return "A path holds the character U+0000. Mend the path."
    return None


def _os_error_text(error: OSError) -> str:
    """A file or disk that refuses."""
    from partnergraph.reading import printable

    where = f"{printable(os.fsdecode(error.filename))}: " if isinstance(error.filename, str | bytes) else ""
    if error.errno == errno.EBADF and not where:
        return "Standard output is closed; nothing could be written to it."
    return f"{where}{error.strerror or error}."


def _findings(error: DataError) -> None:
    lines = [str(finding) for finding in error.findings if str(finding) not in str(error)]
    for line in lines[:_MAX_SHOWN]:
        _print_error(line, "  ")
    if len(lines) > _MAX_SHOWN:
        _print_error(f"... and {len(lines) - _MAX_SHOWN} more: partnergraph check lists all", "  ")


def terminal_text(text: str) -> str:
    """Text with its control characters as escapes: the content of a file or graph must not command the terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)


def _print_error(message: str, before: str = "Error: ") -> None:
    with suppress(OSError, ValueError):  # standard error is closed
        click.echo(f"{before}{terminal_text(message)}", err=True)
