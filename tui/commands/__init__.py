"""The commands, one file each; `COMMANDS` is their table in the order of the help."""

from .app import app
from .check import check
from .completion import completion
from .doctor import doctor
from .eval import evaluate
from .export import export
from .forget import forget
from .import_ import import_
from .ingest import ingest
from .mcp import mcp
from .models import models
from .move import move
from .pick import pick
from .query import query
from .serve import serve
from .show import show
from .status import status

COMMANDS = (
    ingest,
    query,
    app,
    pick,
    show,
    status,
    check,
    doctor,
    forget,
    move,
    export,
    import_,
    models,
    evaluate,
    serve,
    mcp,
    completion,
)
