"""Vision towers with their projectors, counted from `vision_config`; each as its Transformers class builds it."""

from __future__ import annotations

from collections.abc import Callable

from llm_select.catalog.importers.layers import MAX_LAYERS, Values
from llm_select.catalog.importers.reading import Fields
from llm_select.messages import Message


def tower(vision: Fields, model_type: str, outer: Fields, hidden: int) -> Values | None:
    """The tower of a model of this `model_type`; None when this kind of tower is not known."""
    known: dict[str, Callable[[Fields, Fields, int], int]] = {
        "qwen3_vl": _qwen3,
        "qwen3_vl_moe": _qwen3,
        "qwen3_5": _qwen3,
        "qwen3_5_moe": _qwen3,
        "qwen2_5_vl": _qwen25,
        "kimi_k25": _moonvit,
        "gemma4": _gemma4,
        "gemma3": _siglip,
        "mistral3": _pixtral,
        "llama4": _llama4,
    }
    if model_type not in known:
        return None
    return {"modality": "image", "parameters": known[model_type](vision, outer, hidden)}


def _linear(inputs: int, outputs: int, bias: bool = True) -> int:
    return inputs * outputs + (outputs if bias else 0)


def _depth(vision: Fields, *names: str) -> int:
    layers = vision.count(*names)
    if layers > MAX_LAYERS:
        vision.fail(
            names[0], Message("is {layers}, more than {limit}", layers=layers, limit=MAX_LAYERS)
        )
    return layers


def _block(wide: int, size: int) -> int:
    """A layer of two biased layer normalisations, attention with biases and two matrices (Dosovitskiy et al. 2020)."""
    return (
        4 * wide
        + _linear(wide, 3 * wide)
        + _linear(wide, wide)
        + _linear(wide, size)
        + _linear(size, wide)
    )


def _qwen3(vision: Fields, _outer: Fields, _hidden: int) -> int:
    wide, patch = vision.count("hidden_size"), vision.count("patch_size")
    volume = vision.count("in_channels") * vision.count("temporal_patch_size") * patch**2
    merged = wide * vision.count("spatial_merge_size") ** 2
    out = vision.count("out_hidden_size")
    count = _linear(volume, wide) + vision.count("num_position_embeddings") * wide
    count += _depth(vision, "depth") * _block(wide, vision.count("intermediate_size"))
    side = _linear(merged, merged) + _linear(merged, out)
    count += 2 * wide + side
    count += len(vision.items("deepstack_visual_indexes") or ()) * (2 * merged + side)
    return count


def _qwen25(vision: Fields, _outer: Fields, hidden: int) -> int:
    wide, patch = vision.count("hidden_size"), vision.count("patch_size", "spatial_patch_size")
    size, out = vision.count("intermediate_size"), vision.maybe("out_hidden_size") or hidden
    volume = (
        (vision.maybe("in_channels", "in_chans") or 3)
        * (vision.maybe("temporal_patch_size") or 2)
        * patch**2
    )
    merged = wide * (vision.maybe("spatial_merge_size") or 2) ** 2
    layer = 2 * wide + _linear(wide, 3 * wide) + _linear(wide, wide)
    layer += 2 * _linear(wide, size) + _linear(size, wide)
    return (
        volume * wide
        + _depth(vision, "depth") * layer
        + wide
        + _linear(merged, merged)
        + _linear(merged, out)
    )


def _moonvit(vision: Fields, _outer: Fields, hidden: int) -> int:
    wide, patch = vision.count("vt_hidden_size"), vision.count("patch_size")
    merge = vision.items("merge_kernel_size") or [2, 2]
    if len(merge) != 2 or not all(isinstance(one, int) and 0 < one < 64 for one in merge):
        vision.fail("merge_kernel_size", Message("is not two small whole numbers"))
    merged = wide * merge[0] * merge[1]
    count = _linear(3 * patch**2, wide)
    count += vision.count("init_pos_emb_height") * vision.count("init_pos_emb_width") * wide
    count += _depth(vision, "vt_num_hidden_layers") * _block(
        wide, vision.count("vt_intermediate_size")
    )
    return count + 2 * wide + 2 * wide + _linear(merged, merged) + _linear(merged, hidden)


def _siglip(vision: Fields, _outer: Fields, hidden: int) -> int:
    wide, patch = vision.count("hidden_size"), vision.count("patch_size")
    count = _linear(3 * patch**2, wide) + (vision.count("image_size") // patch) ** 2 * wide
    count += _depth(vision, "num_hidden_layers") * _block(wide, vision.count("intermediate_size"))
    if vision.flag("vision_use_head", True):
        # Pooling by attention to one learned query (Transformers `SiglipMultiheadAttentionPoolingHead`).
        size = vision.count("intermediate_size")
        count += 3 * wide + _linear(wide, 3 * wide) + _linear(wide, wide)
        count += _linear(wide, size) + _linear(size, wide)
    # The projector: one matrix without bias, one RMS normalisation (Transformers `Gemma3MultiModalProjector`).
    return count + 2 * wide + wide * hidden + wide


def _pixtral(vision: Fields, outer: Fields, hidden: int) -> int:
    wide, size = vision.count("hidden_size"), vision.count("intermediate_size")
    layer = 2 * wide + 4 * wide**2 + 3 * wide * size
    count = (
        3 * vision.count("patch_size") ** 2 * wide
        + wide
        + _depth(vision, "num_hidden_layers") * layer
    )
    merged = wide * (outer.maybe("spatial_merge_size") or 1) ** 2
    bias = outer.flag("multimodal_projector_bias")
    return (
        count + wide + merged * wide + _linear(wide, hidden, bias) + _linear(hidden, hidden, bias)
    )


def _llama4(vision: Fields, _outer: Fields, hidden: int) -> int:
    wide, size, patch = (
        vision.count("hidden_size"),
        vision.count("intermediate_size"),
        vision.count("patch_size"),
    )
    count = 3 * patch**2 * wide + wide + ((vision.count("image_size") // patch) ** 2 + 1) * wide
    count += _depth(vision, "num_hidden_layers") * _block(wide, size) + 4 * wide
    out = vision.count("projector_output_dim")
    count += size * vision.count("projector_input_dim") + vision.count("projector_input_dim") * out
    return count + vision.count("vision_output_dim") * hidden


def _gemma4(vision: Fields, _outer: Fields, hidden: int) -> int:
    wide, size = vision.count("hidden_size"), vision.count("intermediate_size")
    heads, dim = vision.count("num_attention_heads"), vision.count("head_dim")
    kv = vision.maybe("num_key_value_heads") or heads
    layer = wide * dim * (2 * heads + 2 * kv) + 2 * dim + 3 * wide * size + 4 * wide
    count = (
        3 * vision.count("patch_size") ** 2 * wide
        + 2 * vision.count("position_embedding_size") * wide
    )
    count += _depth(vision, "num_hidden_layers") * layer
    if vision.flag("standardize"):
        count += 2 * wide
    return count + wide * hidden
