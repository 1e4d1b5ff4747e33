#!/usr/bin/env python3
"""Check `fasttrain-data download` against a server on this machine.

    python3 check_download.py FASTTRAIN_DATA [MNISTDIR]

The server offers a mirror without files, one with damaged files, one that breaks off, one without range requests, and a
good one. MNISTDIR is the folder with MNIST's four files in gzip format; without it, only failures are checked.
"""

import http.server
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

STEMS = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves GET /KIND/NAME.gz, and records each request in `server.log` as (kind, first byte requested)."""

    def do_GET(self):
        _, kind, name = self.path.split("/")
        kind = self.server.mended.get(kind, kind)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked else 0
        self.server.log.append((kind, start))
        content = self.server.files.get(name)
        if content is None or kind == "empty":
            return self.send_error(404)
        if kind == "damaged":
            content = content[: len(content) // 2] + b"?" + content[len(content) // 2 + 1 :]
        if start >= len(content) and start > 0:
            return self.send_error(416)
        if kind == "norange":
            start = 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        body = content[start:]
        if kind == "breaking" and len(body) > 1000:
            body = body[: len(body) // 2]
        try:
            self.wfile.write(body)
        except ConnectionError:
            pass  # curl has noticed that it cannot continue

    def log_message(self, *arguments):
        pass


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.log, server.files, server.mended = [], {}, {}
    real = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else None
    for stem in STEMS:
        server.files[stem + ".gz"] = (real / (stem + ".gz")).read_bytes() if real else b"no gzip file" * 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"

    def download(folder, *kinds, environment=None):
        server.log.clear()
        mirrors = [word for kind in kinds for word in ("--mirror", kind if "://" in kind else f"{base}/{kind}")]
        command = [program, "download", "mnist", *mirrors, "-o", f"{folder}/out.safetensors"]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    def expect_failure(result, folder, says):
        last = result.stderr.splitlines()[-1]
        assert result.returncode == 66 and re.fullmatch("fasttrain-data: error: .*" + says, last), result
        assert not (folder / "out.safetensors").exists()

    def expect_success(result, folder):
        assert result.returncode == 0, result
        assert sorted(path.name for path in folder.iterdir()) == ["out.safetensors"], list(folder.iterdir())
        converted = folder / "again.safetensors"
        subprocess.run([program, "mnist", str(real), "-o", str(converted)], check=True, stdout=subprocess.DEVNULL)
        assert converted.read_bytes() == (folder / "out.safetensors").read_bytes()

    def scratch():
        holder = tempfile.TemporaryDirectory()
        holders.append(holder)
        return pathlib.Path(holder.name)

    holders = []
    folder = scratch()
    expect_failure(download(folder, "empty"), folder, ".*could not be downloaded from the mirror: .*404.*")
    expect_failure(download(folder, "empty", "damaged"), folder, ".*any of 2 mirrors: .*not the published file")
    expect_failure(download(folder, "http://127.0.0.1:1/"), folder, ".*Failed to connect to 127.0.0.1.*")
    expect_failure(download(folder, "empty", environment={"PATH": "/nowhere"}), folder, "curl: not found; .*")
    print("mirrors that fail: one line, and no file")
    if real:
        folder = scratch()
        expect_success(download(folder, "empty", "damaged", "good"), folder)
        print("passed over a mirror without files and one with damaged files")

        folder = scratch()
        expect_failure(download(folder, "breaking"), folder, ".*could not be downloaded.*")
        assert len(list((folder / "out.safetensors.download").iterdir())) > 0
        server.mended = {"breaking": "good"}  # the same address serves whole files from now on
        expect_success(download(folder, "breaking"), folder)
        assert any(start > 0 for _, start in server.log), server.log
        print("went on with what was interrupted")

        folder = scratch()
        server.mended = {}
        expect_failure(download(folder, "breaking"), folder, ".*could not be downloaded.*")
        server.mended = {"breaking": "norange"}
        expect_success(download(folder, "breaking"), folder)
        print("began again where the server knows no ranges")

        folder = scratch()
        server.mended = {}
        expect_failure(download(folder, "breaking"), folder, ".*could not be downloaded.*")
        for path in (folder / "out.safetensors.download").iterdir():
            path.write_bytes(b"x" * path.stat().st_size)
        server.mended = {"breaking": "good"}
        expect_success(download(folder, "breaking"), folder)
        print("began again where what was there had been damaged")
    else:
        print("SKIPPED: downloads that succeed: no folder of MNIST")
    server.shutdown()


if __name__ == "__main__":
    main()
