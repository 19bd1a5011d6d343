# Run by gdb on a core file or a process: prints the frames of one thread, innermost first, as a line of JSON.
# CRASHED_THREAD names the thread; without it, the one that gdb chose.
import json
import os
import re

import gdb
from gdb.unwinder import Unwinder, register_unwinder

MAX_FRAMES = 100
BUILT_IN = re.compile("Builtins_|PushAllRegistersAndIterateStack")
X64 = gdb.selected_frame().architecture().name().startswith("i386:x86-64")
FRAME_POINTER, STACK_POINTER, PROGRAM_COUNTER = ("rbp", "rsp", "rip") if X64 else ("x29", "sp", "pc")


def code_of_files():
    section = re.compile(r"^\s*(0x[0-9a-f]+) - (0x[0-9a-f]+) is \.", re.MULTILINE)
    return [(int(low, 16), int(high, 16)) for low, high in section.findall(gdb.execute("info files", to_string=True))]


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class GeneratedCode(Unwinder):
    """What V8 generates, at run time or when it is built, has no unwind information; every function of it keeps a frame pointer."""

    def __init__(self):
        super().__init__("code that V8 generated")
        self.files = code_of_files()

    def is_generated(self, pc):
        if not any(low <= pc < high for low, high in self.files):
            return True
        return BUILT_IN.match(gdb.execute(f"info symbol {pc}", to_string=True)) is not None

    def __call__(self, pending_frame):
        pc = pending_frame.read_register(PROGRAM_COUNTER)
        if not self.is_generated(int(pc)):
            return None
        word = gdb.lookup_type("unsigned long").pointer()
        frame = pending_frame.read_register(FRAME_POINTER).cast(word)
        unwind = pending_frame.create_unwind_info(FrameId(frame + 2, pc))
        unwind.add_saved_register(FRAME_POINTER, frame.dereference())
        unwind.add_saved_register(PROGRAM_COUNTER, (frame + 1).dereference())
        unwind.add_saved_register(STACK_POINTER, frame + 2)
        return unwind


def select_thread(thread_id):
    for thread in gdb.selected_inferior().threads():
        if thread.ptid[1] == thread_id:
            thread.switch()


def frames():
    found = []
    frame = gdb.newest_frame()
    while frame is not None and len(found) < MAX_FRAMES:
        if frame.type() == gdb.SIGTRAMP_FRAME:
            found = []
        # Calls that were inlined, or became jumps, are no frames on the stack.
        elif frame.type() == gdb.NORMAL_FRAME:
            line = frame.find_sal()
            found.append({"address": hex(frame.pc()), "name": frame.name(), "line": line.line if line.symtab else None})
        frame = frame.older()
    return found


if os.environ.get("CRASHED_THREAD"):
    select_thread(int(os.environ["CRASHED_THREAD"]))
register_unwinder(None, GeneratedCode())
gdb.invalidate_cached_frames()
print("FRAMES " + json.dumps(frames()))
