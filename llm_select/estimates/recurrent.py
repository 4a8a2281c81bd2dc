"""Parameters of recurrent layers: the generation before the transformer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llm_select.schema.architecture import Architecture, Recurrent


def recurrent_parameters(arch: Architecture, pile: Recurrent) -> int:
    """Cells of a recurrent pile, with the two bias vectors per gate of `torch.nn.LSTM`.

    Hochreiter and Schmidhuber 1997; GRU: Cho et al. 2014, arXiv:1406.1078; QRNN: arXiv:1611.01576;
    AWD-LSTM: Merity et al. 2017, arXiv:1708.02182 (the last layer has the embedding's width); a projection
    after each LSTM layer: Sak et al. 2014, arXiv:1402.1128.
    """
    gates = 4 if pile.cell in ("lstm", "awd-lstm") else 3
    projected = pile.output_size if pile.cell in ("lstm", "gru") else None
    directions = 2 if pile.bidirectional else 1
    width, total = pile.input_size or arch.embedding_size or arch.hidden_size, 0
    for index in range(pile.layers):
        last = index == pile.layers - 1
        cell = (
            pile.output_size
            if last and projected is None and pile.output_size
            else pile.hidden_size
        )
        back = projected or cell
        if pile.cell == "qrnn":
            # A convolution over two steps in the first layer, one after; no recurrent matrix.
            total += directions * (gates * cell * width * (2 if index == 0 else 1) + gates * cell)
        else:
            total += directions * (gates * cell * (width + back) + 2 * gates * cell)
        total += directions * cell * projected if projected else 0
        width = projected or cell * directions
    return total
