"""A llama of 100,000 random weights as a GGUF file: a byte for a token, two layers. It writes nonsense, by the real
code of a real server."""

from __future__ import annotations

from pathlib import Path

LAYERS, WIDTH, FEED_FORWARD, HEADS, CONTEXT = 2, 64, 128, 4, 4096


def write(path: Path) -> None:
    """Writes the file."""
    import numpy as np
    from gguf import GGUFWriter, TokenType

    random = np.random.default_rng(0)
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁"]
    types = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL]
    types += [*[TokenType.BYTE] * 256, TokenType.NORMAL]
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template("{% for m in messages %}{{ m['content'] }}\n{% endfor %}")

    def matrix(name: str, *shape: int) -> None:
        writer.add_tensor(f"{name}.weight", (random.standard_normal(shape) / 10).astype(np.float32))

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))

    matrix("token_embd", len(tokens), WIDTH)
    matrix("output", len(tokens), WIDTH)
    norm("output_norm")
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        norm(f"{block}attn_norm")
        norm(f"{block}ffn_norm")
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(block + name, WIDTH, WIDTH)
        matrix(f"{block}ffn_gate", FEED_FORWARD, WIDTH)
        matrix(f"{block}ffn_up", FEED_FORWARD, WIDTH)
        matrix(f"{block}ffn_down", WIDTH, FEED_FORWARD)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
