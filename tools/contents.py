"""What JupyterLab gets to see of a notebook file that a learner saved; tools/lab.py starts it with this.

Served as they are, files would show two things that come as a surprise on the second day. A widget whose kernel has
ended would be an error, "model not found", though its picture is stored beside it: JupyterLab prefers the widget. And
a notebook that was merely opened would be marked as changed: JupyterLab notes the exact version of Python in it.
The files themselves are left alone.
"""

import asyncio
import queue

from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
PATIENCE = 5  # seconds for a kernel to say which widgets it has


class Contents(AsyncLargeFileManager):
    """The files, where a notebook shows pictures in place of widgets that are gone."""

    async def get(self, path, *args, **kwargs):
        model = await super().get(path, *args, **kwargs)
        if model["type"] == "notebook" and model["content"]:
            notebook = model["content"]
            if notebook.metadata.get("language_info") == {"name": "python"}:  # as tools/execute.py stores it
                notebook.metadata["language_info"] = dict(IPythonKernel.language_info)  # as the kernel will say it
            if ids := set(shown_widgets(notebook)):
                saved = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
                if gone := ids - set(saved) - await self.living_widgets(path, ids):
                    leave_out(notebook, gone)
        return model

    async def living_widgets(self, path, ids):
        """The ids of the widgets in kernels that work on this notebook; all of `ids` where a kernel does not answer."""
        found = set()
        for session in await self.parent.session_manager.list_sessions():
            if session["path"] == path.strip("/"):
                kernel = self.parent.kernel_manager.get_kernel(session["kernel"]["id"])
                try:
                    found |= await widgets_of(kernel)
                except (queue.Empty, TimeoutError):
                    return ids
        return found


async def widgets_of(kernel):
    """The ids of a kernel's widgets. The question goes by the control channel, where no running cell holds it up."""
    client = kernel.client()
    client.start_channels(shell=False, iopub=False, stdin=False, hb=False)
    try:
        client.control_channel.send(client.session.msg("comm_info_request", {"target_name": "jupyter.widget"}))
        answer = await asyncio.wait_for(client.get_control_msg(timeout=PATIENCE), PATIENCE)
    finally:
        client.stop_channels()
    return set(answer["content"]["comms"])


def shown_widgets(notebook):
    """The ids of all widgets in a notebook's outputs."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if WIDGET_VIEW in output.get("data", {}):
                yield output["data"][WIDGET_VIEW].get("model_id")


def leave_out(notebook, gone):
    """Leave only the pictures of these widgets; of one without a picture, nothing."""
    for cell in notebook.cells:
        kept = []
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if WIDGET_VIEW in data and data[WIDGET_VIEW].get("model_id") in gone:
                del data[WIDGET_VIEW]
                if set(data) <= {"text/plain"}:
                    continue
            kept.append(output)
        if "outputs" in cell:
            cell["outputs"] = kept
