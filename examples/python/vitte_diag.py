"""Compiler diagnostics from Python, through the C library of vitte-diag.

    sources = Sources()
    file = sources.add("src/main.vitte", "let x = @\\n")
    bag = Bag()
    bag.push(error("LEX0001", sources.span(file, 8, 9), "illegal character `@`").help("remove it"))
    Emitter("human").emit(bag, sources)

The library is that in the environment variable VITTE_DIAG_LIBRARY, or else the installed one. A call that fails raises
Error with the text of the library. Objects are freed with the last reference to them, or by `with` and `close()`.
"""

import ctypes
import ctypes.util
import enum
import os
import sys
import weakref
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence, Tuple, TypeVar, Union

__all__ = [
    "Applicability",
    "Bag",
    "Color",
    "Diagnostic",
    "Emitter",
    "Error",
    "NO_SPAN",
    "Severity",
    "Sources",
    "Span",
    "Tool",
    "error",
    "warning",
]

Text = Union[str, bytes]


class Error(Exception):
    """A call of the library failed, or there is no library."""


class Severity(enum.IntEnum):
    NOTE = 0
    WARNING = 1
    ERROR = 2
    FATAL = 3
    HELP = 4


class Applicability(enum.IntEnum):
    MACHINE_APPLICABLE = 0
    MAYBE_INCORRECT = 1
    HAS_PLACEHOLDERS = 2
    UNSPECIFIED = 3


class Color(enum.IntEnum):
    AUTO = 0
    ALWAYS = 1
    NEVER = 2


class Span(NamedTuple):
    """A range of bytes in a file. See `Sources.span`."""

    file: int
    lo: int
    hi: int


NO_FILE = 2**32 - 1
NO_SPAN = Span(NO_FILE, 0, 0)
"""The span of a diagnostic without a location."""


class _Str(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(ctypes.c_char)), ("len", ctypes.c_size_t)]

    @classmethod
    def of(cls, text: Optional[Text]) -> "_Str":
        if text is None:
            return cls()
        # The library shows what is not valid UTF-8 as `?`.
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
        return cls(ctypes.cast(ctypes.c_char_p(data), ctypes.POINTER(ctypes.c_char)), len(data))

    def data_bytes(self) -> bytes:
        return ctypes.string_at(self.data, self.len) if self.len else b""

    def text(self) -> str:
        return self.data_bytes().decode("utf-8", "replace")


class _Span(ctypes.Structure):
    _fields_ = [("file", ctypes.c_uint32), ("lo", ctypes.c_uint32), ("hi", ctypes.c_uint32)]


def _number(value: int) -> int:
    """Checks a number of 32 bits, which ctypes would cut off."""
    if not 0 <= value < 2**32:
        raise Error(f"{value} is not a number of 32 bits without sign")
    return value


def _span(span: Span) -> _Span:
    return _Span(*map(_number, span))


_Handle = ctypes.c_void_p
_Status = ctypes.c_int

# The functions that this module calls: what each returns, and its parameters.
_FUNCTIONS: Dict[str, Tuple[Any, Sequence[Any]]] = {
    "vd_last_error": (ctypes.c_char_p, []),
    "vd_sources_new": (_Handle, []),
    "vd_sources_free": (_Status, [_Handle]),
    "vd_sources_add": (ctypes.c_uint32, [_Handle, _Str, _Str]),
    "vd_sources_load": (ctypes.c_uint32, [_Handle, _Str]),
    "vd_sources_text": (_Status, [_Handle, ctypes.c_uint32, ctypes.POINTER(_Str)]),
    "vd_tool_new": (_Handle, [_Str, _Str]),
    "vd_tool_free": (_Status, [_Handle]),
    "vd_tool_set_codes_url": (_Status, [_Handle, _Str]),
    "vd_diagnostic_new": (_Handle, [ctypes.c_int, _Str, _Span, _Str]),
    "vd_diagnostic_free": (_Status, [_Handle]),
    "vd_diagnostic_set_label": (_Status, [_Handle, _Str]),
    "vd_diagnostic_add_label": (_Status, [_Handle, ctypes.c_int, _Span, _Str]),
    "vd_diagnostic_add_note": (_Status, [_Handle, _Str]),
    "vd_diagnostic_add_help": (_Status, [_Handle, _Str]),
    "vd_diagnostic_suggest": (_Status, [_Handle, ctypes.c_int, _Span, _Str, _Str]),
    "vd_bag_new": (_Handle, [_Handle]),
    "vd_bag_free": (_Status, [_Handle]),
    "vd_bag_push": (_Status, [_Handle, _Handle]),
    "vd_bag_len": (_Status, [_Handle, ctypes.POINTER(ctypes.c_size_t)]),
    "vd_bag_has_errors": (ctypes.c_bool, [_Handle]),
    "vd_bag_emit": (_Status, [_Handle, _Handle, _Handle]),
    "vd_emitter_new": (_Handle, [_Str]),
    "vd_emitter_free": (_Status, [_Handle]),
    "vd_emitter_to_buffer": (_Status, [_Handle]),
    "vd_emitter_buffer": (_Status, [_Handle, ctypes.POINTER(_Str)]),
    "vd_emitter_set_tool": (_Status, [_Handle, _Handle]),
    "vd_emitter_set_color": (_Status, [_Handle, ctypes.c_int]),
    "vd_emitter_set_width": (_Status, [_Handle, ctypes.c_uint32]),
}

_library: Optional[ctypes.CDLL] = None


def _load() -> ctypes.CDLL:
    """Loads the library at its first use."""
    global _library
    if _library is None:
        path = os.environ.get("VITTE_DIAG_LIBRARY") or ctypes.util.find_library("vitte_diag") or "libvitte_diag.so.0"
        try:
            library = ctypes.CDLL(path)
            for name, (result, parameters) in _FUNCTIONS.items():
                function = getattr(library, name)
                function.restype, function.argtypes = result, parameters
        except (OSError, AttributeError) as why:
            raise Error(f"cannot load libvitte_diag: {why}; set VITTE_DIAG_LIBRARY to its path") from why
        _library = library
    return _library


def _call(name: str, *arguments: Any) -> Any:
    """Calls a function of the library, and raises Error if it failed."""
    library = _load()
    function: Callable[..., Any] = getattr(library, name)
    result = function(*arguments)
    kind = function.restype  # type: ignore[attr-defined]
    if kind is _Handle:
        failed = result is None
    elif kind is ctypes.c_uint32:
        failed = result == NO_FILE
    else:
        failed = kind is _Status and result != 0
    if failed:
        raise Error(library.vd_last_error().decode("utf-8", "replace"))
    return result


Self = TypeVar("Self", bound="_Object")


class _Object:
    """Owns a handle."""

    def __init__(self, kind: str, *arguments: Any) -> None:
        self._handle = _call(f"vd_{kind}_new", *arguments)
        self._free = weakref.finalize(self, getattr(_load(), f"vd_{kind}_free"), self._handle)

    def close(self) -> None:
        """Frees the object. Later calls with it raise Error."""
        self._free()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Sources(_Object):
    """The source files of one compilation."""

    def __init__(self) -> None:
        super().__init__("sources")

    def add(self, path: Text, text: Text) -> int:
        """Adds a file from memory, and returns its number."""
        return int(_call("vd_sources_add", self._handle, _Str.of(path), _Str.of(text)))

    def load(self, path: "Union[Text, os.PathLike[str]]") -> int:
        """Adds a file from disk, and returns its number."""
        return int(_call("vd_sources_load", self._handle, _Str.of(os.fsencode(path))))

    def text(self, file: int) -> str:
        """Returns the text of a file. Each byte that is not UTF-8 is a lone surrogate in it, as in `os.fsdecode`."""
        return self._decoded(file)[0]

    def _decoded(self, file: int) -> Tuple[str, str]:
        """Returns the text of a file, and the error handler with which it becomes the same bytes again."""
        text = _Str()
        _call("vd_sources_text", self._handle, _number(file), ctypes.byref(text))
        data = text.data_bytes()
        try:
            # As `add` has encoded it, if it was a `str`.
            return data.decode("utf-8", "surrogatepass"), "surrogatepass"
        except UnicodeDecodeError:
            return data.decode("utf-8", "surrogateescape"), "surrogateescape"

    def span(self, file: int, lo: int, hi: int) -> Span:
        """Converts indexes in the text of a file, as Python counts, to bytes. For bytes, use `Span` itself."""
        text, errors = self._decoded(file)
        if not 0 <= lo <= hi <= len(text):
            raise Error(f"cannot make a span of {lo} to {hi}: the text has {len(text)} characters")
        start = len(text[:lo].encode("utf-8", errors))
        return Span(file, start, start + len(text[lo:hi].encode("utf-8", errors)))


class Diagnostic(_Object):
    """A diagnostic that is being built. Its methods return it, so that calls can be chained."""

    def __init__(self, severity: Severity, code: Optional[Text], span: Span, message: Text) -> None:
        super().__init__("diagnostic", severity, _Str.of(code), _span(span), _Str.of(message))

    def _done(self, name: str, *arguments: Any) -> "Diagnostic":
        _call(f"vd_diagnostic_{name}", self._handle, *arguments)
        return self

    def label(self, message: Text) -> "Diagnostic":
        """Sets the message of the primary label."""
        return self._done("set_label", _Str.of(message))

    def secondary(self, span: Span, message: Text) -> "Diagnostic":
        """Adds a secondary label."""
        return self._done("add_label", 1, _span(span), _Str.of(message))

    def note(self, note: Text) -> "Diagnostic":
        return self._done("add_note", _Str.of(note))

    def help(self, help: Text) -> "Diagnostic":
        return self._done("add_help", _Str.of(help))

    def suggest(self, applicability: Applicability, span: Span, replacement: Text, message: Text) -> "Diagnostic":
        """Adds a suggestion to replace the text at `span`."""
        return self._done("suggest", applicability, _span(span), _Str.of(replacement), _Str.of(message))


def error(code: Optional[Text], span: Span, message: Text) -> Diagnostic:
    return Diagnostic(Severity.ERROR, code, span, message)


def warning(code: Optional[Text], span: Span, message: Text) -> Diagnostic:
    return Diagnostic(Severity.WARNING, code, span, message)


class Bag(_Object):
    """A collection of diagnostics, which counts and sorts them."""

    def __init__(self) -> None:
        super().__init__("bag", None)

    def push(self, diagnostic: Diagnostic) -> None:
        """Moves a diagnostic to the bag. It cannot be used afterwards."""
        _call("vd_bag_push", self._handle, diagnostic._handle)
        diagnostic._free.detach()

    def has_errors(self) -> bool:
        return bool(_call("vd_bag_has_errors", self._handle))

    def __len__(self) -> int:
        count = ctypes.c_size_t()
        _call("vd_bag_len", self._handle, ctypes.byref(count))
        return count.value

    def __bool__(self) -> bool:
        return True


class Tool(_Object):
    """The name and version of a compiler, and the URL of its codes, for formats that have them."""

    def __init__(self, name: Text, version: Text, codes_url: Optional[Text] = None) -> None:
        super().__init__("tool", _Str.of(name), _Str.of(version))
        if codes_url is not None:
            _call("vd_tool_set_codes_url", self._handle, _Str.of(codes_url))


class Emitter:
    """A format (human, short, json, sarif, ...) and its options.

    `tool` is the compiler that formats such as SARIF name, by default the running program. `width` is the cells of a line, 0
    for those of the terminal.
    """

    def __init__(self, format: Text, tool: Optional[Tool] = None, color: Color = Color.AUTO, width: int = 0) -> None:
        self.format, self.tool, self.color, self.width = format, tool, color, width

    def emit(self, bag: Bag, sources: Sources) -> None:
        """Writes all diagnostics: to standard error for people, to standard output for programs."""
        sys.stdout.flush()
        sys.stderr.flush()
        with self._open() as emitter:
            _call("vd_bag_emit", bag._handle, sources._handle, emitter._handle)

    def render(self, bag: Bag, sources: Sources) -> str:
        """Returns what `emit` writes."""
        output = _Str()
        with self._open() as emitter:
            _call("vd_emitter_to_buffer", emitter._handle)
            _call("vd_bag_emit", bag._handle, sources._handle, emitter._handle)
            _call("vd_emitter_buffer", emitter._handle, ctypes.byref(output))
            return output.text()

    def _open(self) -> _Object:
        emitter = _Object("emitter", _Str.of(self.format))
        if self.tool is not None:
            _call("vd_emitter_set_tool", emitter._handle, self.tool._handle)
        _call("vd_emitter_set_color", emitter._handle, self.color)
        _call("vd_emitter_set_width", emitter._handle, _number(self.width))
        return emitter


def main() -> int:
    """Shows an error in three formats, or in those of the command line."""
    with Sources() as sources, Bag() as bag, Tool("lexer", "1.0.0") as tool:
        file = sources.add("src/main.vitte", "let x = @\n")
        bag.push(error("LEX0001", sources.span(file, 8, 9), "illegal character `@`").help("remove it"))
        for format in sys.argv[1:] or ["human", "json", "sarif"]:
            Emitter(format, tool).emit(bag, sources)
        return 1 if bag.has_errors() else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Error as why:
        print(f"vitte_diag: {why}", file=sys.stderr)
        sys.exit(2)
