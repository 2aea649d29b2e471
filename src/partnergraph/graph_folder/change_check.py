"""Whether a graph folder is still what was read, asked right before its tables are changed."""

from __future__ import annotations

from contextlib import suppress

from partnergraph.errors import DataError
from partnergraph.graph_folder.folder import CONFIG, GraphFolder
from partnergraph.graph_folder.partnership_ids import IDS
from partnergraph.registers.register_config import sha256
from partnergraph.tables.table_files import table_files

__all__ = ["stop_if_changed"]


def stop_if_changed(folder: GraphFolder) -> None:
    """Raise `DataError` when settings or tables of a folder are no longer those that were read, byte for byte."""
    before = {
        name: value for name, value in folder.inputs.items() if name in (CONFIG, IDS) or name.startswith("tables/")
    }
    now = {}
    for path in (folder.path / CONFIG, *folder.path.glob(IDS), *table_files(folder.path)):
        with suppress(OSError):  # then it is not what was read
            now[path.relative_to(folder.path).as_posix()] = sha256(path)
    changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    if changed:
        raise DataError(
            f"{', '.join(changed)} of {folder.path} changed while this command ran; nothing was written. Run it again."
        )
