"""The shape of a network: enough to recompute its parameters, its cache and its arithmetic.

One vocabulary covers dense and mixture decoders, latent and windowed attention, linear and state-space
layers, encoders, encoder-decoders and recurrent networks. A network is one stack of layers (or an encoder
and a decoder stack); a stack is a list of *layer groups*, each with its own token mixer.
"""

from __future__ import annotations

from typing import Literal

from llm_select.schema.base import Count, Layers, NonNegative, Strict

MixerKind = Literal[
    "multi-head",
    "grouped-query",
    "multi-query",
    "latent",
    "linear",
    "state-space",
    "none",
]
Position = Literal[
    "rope", "alibi", "learned", "sinusoidal", "relative", "disentangled", "none", "recurrent"
]


class FeedForward(Strict):
    """The position-wise network of a layer."""

    size: Count
    """Width of the hidden layer."""
    gated: bool
    """True for SwiGLU, GeGLU and the like: three matrices instead of two."""
    bias: bool = False
    """True when the matrices carry bias vectors."""


class Experts(Strict):
    """A mixture of experts in place of the feed-forward network."""

    count: Count
    """Routed experts in each mixture layer."""
    active: Count
    """Routed experts a token passes through."""
    size: Count
    """Width of one routed expert's hidden layer."""
    gated: bool = True
    """True when an expert has three matrices."""
    bias: bool = False
    """True when expert matrices and the router carry bias vectors (gpt-oss)."""
    shared: NonNegative = 0
    """Experts every token passes through, besides the routed ones."""
    shared_size: Count | None = None
    """Width of one shared expert where it differs from `size`."""
    shared_gate: bool = False
    """True when the shared expert's output is scaled by a learned gate (Qwen)."""
    dense_layers: int = 0
    """Layers of the stack that keep the dense feed-forward network instead."""
    beside_dense: bool = False
    """True when mixture layers run the dense network too (Gemma 4)."""
    router_bias: bool = False
    """True when the router has one correction value per expert (DeepSeek-V3)."""
    latent_size: Count | None = None
    """Width experts work in when it is smaller than the hidden size (Nemotron 3 Super)."""


class Latent(Strict):
    """Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434): the cache holds one compressed vector."""

    kv_rank: Count
    """Width of the compressed key-value vector."""
    q_rank: Count | None = None
    """Width of the compressed query; absent when queries are projected directly."""
    nope_dim: Count
    """Key and query width per head without position."""
    rope_dim: Count
    """Key and query width that carries the rotary position, shared by all heads in the key."""
    value_dim: Count
    """Value width per head."""


class State(Strict):
    """The fixed-size state of a linear-attention or state-space layer."""

    variant: Literal["mamba", "mamba2", "gated-delta-net", "kimi-delta", "lightning", "short-conv"]
    """Which recurrence; it decides the state's shape and the parameters."""
    inner_size: Count | None = None
    """Mamba: width after expansion."""
    state_size: Count | None = None
    """Mamba: state values per channel."""
    heads: Count | None = None
    """Mamba-2: heads; delta networks: value heads."""
    head_dim: Count | None = None
    """Mamba-2: head width; delta networks: value head width."""
    key_heads: Count | None = None
    """Delta networks: key heads."""
    key_dim: Count | None = None
    """Delta networks: key head width."""
    groups: Count | None = None
    """Mamba-2: groups that share B and C."""
    conv: Count = 4
    """Length of the causal convolution."""
    dt_rank: Count | None = None
    """Mamba-1: rank of the step-size projection."""


class LayerGroup(Strict):
    """Layers of a stack that share one token mixer, in any order of appearance."""

    layers: Layers
    """How many layers of the stack are of this kind."""
    kind: MixerKind
    """The token mixer; `none` for a layer that is a feed-forward network only."""
    heads: Count | None = None
    """Query heads."""
    kv_heads: Count | None = None
    """Key-value heads that the cache holds."""
    head_dim: Count | None = None
    """Width of a key or query head."""
    value_dim: Count | None = None
    """Width of a value head where it differs from `head_dim`."""
    window: Count | None = None
    """Tokens a position sees (sliding or chunked attention); absent for full attention."""
    latent: Latent | None = None
    """Ranks and widths, for kind `latent`."""
    state: State | None = None
    """State shape, for kinds `linear` and `state-space`."""
    bias: Literal["none", "qkv", "all"] = "none"
    """Which attention projections carry bias vectors."""
    qk_norm: Literal["none", "head", "full"] = "none"
    """Normalisation of queries and keys: per head (Qwen3) or over the whole projection (OLMo 2)."""
    output_gate: bool = False
    """True when the query projection also makes a gate as wide as the queries (Qwen3-Next)."""
    sinks: bool = False
    """True when each head has a learned attention sink (gpt-oss)."""
    key_is_value: bool = False
    """True when keys and values share one projection (Gemma 4 global layers)."""
    reuses_cache: bool = False
    """True when these layers read the cache of an earlier layer instead of keeping their own (Gemma 3n)."""
    feed_forward: bool = True
    """False when these layers have no feed-forward network (Nemotron-H alternates them)."""
    ffn: FeedForward | None = None
    """The feed-forward network of these layers where it differs from the stack's."""
    sparse_index: Count | None = None
    """Cache width per token (per row with `cache_ratio`) of a sparse-attention indexer (DeepSeek-V3.2)."""
    cache_ratio: Count | None = None
    """Tokens that share one row of the cache (compressed attention, DeepSeek-V4); `window` rows are kept beside."""
    parameters: Count | None = None
    """Parameters of one layer's mixer, where the fields above cannot give them; `note` then says why."""
    note: str | None = None
    """What the fields cannot say."""


class Stack(Strict):
    """One pile of layers."""

    layers: Layers
    """Layers in all; the groups' counts sum to it."""
    attention: tuple[LayerGroup, ...]
    """The layers by kind of token mixer."""
    ffn: FeedForward | None = None
    """The dense feed-forward network; absent when every layer is a mixture."""
    experts: Experts | None = None
    """The mixture of experts, if any."""
    position: Position | None = None
    """How positions are told apart; absent: as the architecture says."""


class Recurrent(Strict):
    """A recurrent layer pile of the generation before the transformer."""

    cell: Literal["lstm", "gru", "qrnn", "awd-lstm"]
    """The cell."""
    layers: Layers
    """Layers."""
    hidden_size: Count
    """Width of the cell."""
    input_size: Count | None = None
    """Width of the first layer's input where it differs from the architecture's hidden size."""
    output_size: Count | None = None
    """Width of the last layer or projection where it differs."""
    bidirectional: bool = False
    """True when a second pile reads backwards."""
    role: Literal["encoder", "decoder", "language-model"] = "language-model"
    """What the pile is for."""


class Tower(Strict):
    """A vision or audio encoder in front of the language model."""

    modality: Literal["image", "audio", "video"]
    """What it reads."""
    parameters: Count
    """Parameters of the tower with its projector."""
    tokens_per_item: Count | None = None
    """Tokens an image (or a second of audio or video) becomes; the largest by default settings."""
    note: str | None = None
    """How the count of tokens varies."""


class ExtraPrediction(Strict):
    """Layers that predict further tokens, in the files but not in the main count."""

    layers: Layers
    """Layers."""
    parameters: Count
    """Their parameters."""


class PerLayerEmbedding(Strict):
    """A second embedding table read at every layer (Gemma 3n)."""

    vocab_size: Count
    """Rows."""
    size: Count
    """Width per layer."""


class Architecture(Strict):
    """A network. Either one stack written inline, or an `encoder` and a `decoder`, or `recurrent` piles."""

    model_type: str
    """Name in Transformers' configs (`llama`, `gemma3`, `m2m_100`); engines list what they run by it."""
    hidden_size: Count
    """Width of the residual stream."""
    vocab_size: Count
    """Rows of the embedding table, padding included."""
    tied_embeddings: bool
    """True when the output head is the embedding table."""
    position: Position
    """How positions are told apart."""
    max_positions: Count | None = None
    """Rows of a learned position table (also counted when `position` is `learned`)."""
    token_types: int = 0
    """Rows of a token-type table (BERT)."""
    norm: Literal["rmsnorm", "layernorm", "layernorm-nobias", "none"] = "rmsnorm"
    """The normalisation; layernorm counts a bias too."""
    norms_per_layer: int = 2
    """Normalisations in a layer, of the hidden width."""
    final_norm: bool = True
    """True when a normalisation follows the last layer."""
    embedding_norm: bool = False
    """True when the embeddings are normalised (BERT)."""
    embedding_size: Count | None = None
    """Width of the embedding table where it is factorised (ALBERT, ELECTRA)."""
    layers: Layers | None = None
    """Layers of the only stack."""
    attention: tuple[LayerGroup, ...] = ()
    """Layer groups of the only stack."""
    ffn: FeedForward | None = None
    """Dense feed-forward network of the only stack."""
    experts: Experts | None = None
    """Mixture of the only stack."""
    encoder: Stack | None = None
    """The encoder of an encoder-decoder."""
    decoder: Stack | None = None
    """The decoder of an encoder-decoder; each of its layers also attends to the encoder."""
    recurrent: tuple[Recurrent, ...] = ()
    """Recurrent piles."""
    towers: tuple[Tower, ...] = ()
    """Vision and audio encoders."""
    extra_prediction: ExtraPrediction | None = None
    """Multi-token-prediction layers."""
    per_layer_embedding: PerLayerEmbedding | None = None
    """Per-layer embedding table."""
    relative_buckets: int = 0
    """Rows of a relative-position bias table per stack (T5: 32; times heads)."""
    head_layer: bool = False
    """True when a dense layer of hidden width precedes the output head (BERT's, counted in its file)."""
    other_parameters: int = 0
    """Parameters that none of the fields describe; `note` names them."""
    note: str | None = None
    """What the fields cannot say, and why a recomputed count may differ by more than 1 %."""
