"""Find out which instruction sets and kernels a peer runs on, from what its libraries print when asked to."""

import re

# Read by oneDNN (PyTorch, XLA), MKL (PyTorch) and OpenBLAS (numpy).
ENVIRONMENT = {"ONEDNN_VERBOSE": "1", "MKL_VERBOSE": "1", "OPENBLAS_VERBOSE": "2"}

ONEDNN = re.compile(r"^onednn_verbose,.*info,oneDNN (v[\d.]+)", re.MULTILINE)
ONEDNN_ISA = re.compile(r"^onednn_verbose,.*info,cpu,isa:(.+)$", re.MULTILINE)
ONEDNN_PRODUCT = re.compile(
    r"^onednn_verbose,.*exec,cpu,(matmul|inner_product|gemm_api),([^,]*),[^,]*,src[_:](\w+)", re.MULTILINE
)
MKL = re.compile(r"^MKL_VERBOSE (\w*MKL [\d.]+).*? for (.+), Lnx", re.MULTILINE)
MKL_PRODUCT = re.compile(r"^MKL_VERBOSE (\w*GEMM\w*)\(", re.MULTILINE)
OPENBLAS = re.compile(r"^Core: (\w+)$", re.MULTILINE)


def ran_on(log: str) -> dict[str, list[str]]:
    """Return the instruction sets that the libraries name, and the kernels of the products that they ran.

    numpy loads OpenBLAS in every peer, so OpenBLAS only counts where no other library printed a product.
    """
    isa, primitives = [], []
    if products := set(ONEDNN_PRODUCT.findall(log)):
        isa += [f"oneDNN {ONEDNN.search(log)[1]}: {ONEDNN_ISA.search(log)[1]}"]
        primitives += sorted(" ".join(filter(None, product)) for product in products)
    if products := set(MKL_PRODUCT.findall(log)):
        isa += [f"{name}: {text}" for name, text in MKL.findall(log)]
        primitives += sorted(products)
    if not primitives:
        isa = [f"OpenBLAS: {core}" for core in dict.fromkeys(OPENBLAS.findall(log))]
    return {"isa": isa, "primitives": primitives}
