"""What a configuration says of the number format of the files, as an id of quantizations.yaml."""

from __future__ import annotations

from typing import Any

_DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}


def quantization(values: dict[str, Any]) -> str | None:
    """The id, or None where the file says nothing or something the catalog has no id for."""
    config = values.get("quantization_config")
    inner = values.get("text_config")
    if not isinstance(config, dict) and isinstance(inner, dict):
        config = inner.get("quantization_config")
    if not isinstance(config, dict):
        dtype = values.get("torch_dtype") or values.get("dtype")
        if dtype is None and isinstance(inner, dict):
            dtype = inner.get("torch_dtype") or inner.get("dtype")
        return _DTYPES.get(dtype) if isinstance(dtype, str) else None
    method, bits, group = (config.get(name) for name in ("quant_method", "bits", "group_size"))
    if method == "modelopt" or "quant_algo" in config:
        said = str(config.get("quant_algo"))
        return {"NVFP4": "nvfp4", "FP8": "fp8"}.get(said)
    if method == "fp8":
        return "fp8"
    if method == "mxfp4":
        return "mxfp4"
    if method in ("gptq", "awq") and group == 128:
        named = {"gptq4": "gptq-int4", "gptq8": "gptq-int8", "awq4": "awq-int4"}
        return named.get(f"{method}{bits}")
    if method == "bitsandbytes":
        if config.get("load_in_8bit") is True:
            return "int8"
        double = config.get("bnb_4bit_use_double_quant") is True
        return (
            ("nf4" if double else "nf4-single")
            if config.get("bnb_4bit_quant_type") == "nf4"
            else None
        )
    return None
