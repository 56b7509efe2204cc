"""llama.cpp's server as a process of its own: the embedded model's engine.

    python -I engine.py --weights FILE --context TOKENS --threads N

Loading a model holds Python's lock for a second or more, and unloading should give all memory back,
so the engine does not share the adapter's process. It writes one JSON line with its loopback
address and the key that its callers must send, and ends when its standard input does, that is, with
whoever started it. Only the standard library and xllamacpp are used.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys

import xllamacpp

# A prompt is evaluated in pieces of this many tokens; between two pieces the engine notices that a
# caller has gone. Larger pieces are hardly faster on a CPU.
_BATCH = 256

# Mebibytes for the states of earlier prompts, beside that of the last one.
_CACHE = 256


def main() -> None:
    """Load the model, say where it listens, stay until standard input ends."""
    parser = argparse.ArgumentParser(prog="engine")
    parser.add_argument("--weights", required=True)
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    given = parser.parse_args()
    key = secrets.token_urlsafe(32)
    params = xllamacpp.CommonParams()
    params.model.path = given.weights
    params.n_ctx = given.context
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = _BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = given.threads
    params.cache_prompt = True
    params.cache_ram_mib = _CACHE
    params.ctx_shift = True
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.ui = False
    params.verbosity = 1  # errors only
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        sys.exit(f"llama.cpp could not load {given.weights}: {error}")
    sys.stdout.write(json.dumps({"address": server.listening_address, "key": key}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    # Without the destructors of native code, which may wait for a generation to end.
    os._exit(0)


if __name__ == "__main__":
    main()
