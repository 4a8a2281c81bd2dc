"""A small server for models that no engine serves over HTTP: encoders, and encoder-decoders. It is copied as it stands.

    python serve.py --model PATH_OR_REPOSITORY --task text-to-text
    curl -s localhost:8000/ -d '{"inputs": ["A sentence."], "source": "eng_Latn", "target": "deu_Latn"}'

Requests are answered one after the other; the texts of one request run together, `--batch` at a time. It keeps nothing
and writes nothing down.
"""

from __future__ import annotations

import argparse
import ctypes
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

TASKS = (
    "text-to-text",
    "text-classification",
    "token-classification",
    "question-answering",
    "feature-extraction",
)
MOST_BYTES = 10_000_000
Answer = Callable[[dict[str, Any]], list[Any]]


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(description="Serve an encoder or an encoder-decoder.")
    options.add_argument("--model", required=True, help="directory or repository")
    options.add_argument("--revision", help="revision of the repository")
    options.add_argument("--tokenizer", help="directory or repository; the model's if left out")
    options.add_argument("--task", choices=TASKS, required=True)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--batch", type=int, default=8, help="texts that run together")
    options.add_argument("--length", type=int, default=512, help="tokens after which a text is cut")
    options.add_argument("--dtype", default="auto", help="bfloat16, float16, float32 or auto")
    options.add_argument("--device", default="auto", help="cpu, cuda, mps or auto")
    options.add_argument("--quantization", choices=("bnb-8bit", "bnb-4bit"))
    return options


def languages(tokenizer: Any, request: dict[str, Any]) -> int | None:
    """Sets the source language and returns the token the answer must begin with, for models with language codes."""
    if request.get("source") and hasattr(tokenizer, "src_lang"):
        tokenizer.src_lang = request["source"]
    target = request.get("target")
    if not target:
        return None
    code = (
        tokenizer.get_lang_id(target)
        if hasattr(tokenizer, "get_lang_id")
        else tokenizer.convert_tokens_to_ids(target)
    )
    if code is None or code == tokenizer.unk_token_id:
        raise ValueError(f"the model has no language {target!r}")
    return int(code)


def load_cublas() -> None:
    """CUDA 12's cuBLAS from the package `nvidia-cublas-cu12`, which is not where libraries are looked for. CTranslate2
    then finds it loaded; without the package the system's is taken."""
    try:
        found = find_spec("nvidia.cublas")
    except ModuleNotFoundError:
        return
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        for name in ("libcublasLt.so.12", "libcublas.so.12"):
            library = Path(place, "lib", name)
            if library.is_file():
                ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)


def with_ctranslate2(told: argparse.Namespace) -> Answer:
    """A converted translation or summarization model."""
    import ctranslate2
    from transformers import AutoTokenizer

    load_cublas()
    device = "auto" if told.device in ("auto", "mps") else told.device
    translator = ctranslate2.Translator(told.model, device=device)
    tokenizer = AutoTokenizer.from_pretrained(told.tokenizer or told.model)

    def answer(request: dict[str, Any]) -> list[Any]:
        start = languages(tokenizer, request)
        rows = [
            tokenizer.convert_ids_to_tokens(
                tokenizer(text, truncation=True, max_length=told.length)["input_ids"]
            )
            for text in request["inputs"]
        ]
        prefix = None
        if start is not None:
            prefix = [[tokenizer.convert_ids_to_tokens(start)]] * len(rows)
        results = translator.translate_batch(
            rows,
            target_prefix=prefix,
            max_batch_size=told.batch,
            beam_size=1,
            max_decoding_length=told.length,
        )
        cut = 0 if prefix is None else 1
        return [
            tokenizer.decode(
                tokenizer.convert_tokens_to_ids(result.hypotheses[0][cut:]),
                skip_special_tokens=True,
            )
            for result in results
        ]

    return answer


def with_transformers(told: argparse.Namespace) -> Answer:
    """Any checkpoint of Transformers."""
    import torch
    import transformers as t

    kinds = {
        "text-to-text": t.AutoModelForSeq2SeqLM,
        "text-classification": t.AutoModelForSequenceClassification,
        "token-classification": t.AutoModelForTokenClassification,
        "question-answering": t.AutoModelForQuestionAnswering,
        "feature-extraction": t.AutoModel,
    }
    settings: dict[str, Any] = {"dtype": told.dtype, "revision": told.revision}
    if told.quantization is not None:
        four = told.quantization == "bnb-4bit"
        settings["quantization_config"] = t.BitsAndBytesConfig(
            load_in_4bit=four,
            load_in_8bit=not four,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=four,
        )
    model = kinds[told.task].from_pretrained(told.model, **settings).eval()
    tokenizer = t.AutoTokenizer.from_pretrained(
        told.tokenizer or told.model, revision=told.revision
    )
    device = told.device
    if device == "auto":
        mps = torch.backends.mps.is_available()
        device = "cuda" if torch.cuda.is_available() else "mps" if mps else "cpu"
    if told.quantization is None:
        model.to(device)
    answer = {
        "text-to-text": _write,
        "text-classification": _classify,
        "token-classification": _tag,
        "question-answering": _find,
        "feature-extraction": _embed,
    }[told.task]

    def run(request: dict[str, Any]) -> list[Any]:
        found: list[Any] = []
        texts = request["inputs"]
        with torch.inference_mode():
            for begin in range(0, len(texts), told.batch):
                part = {**request, "inputs": texts[begin : begin + told.batch]}
                found += answer(model, tokenizer, part, told.length)
        return found

    return run


def _encoded(model: Any, tokenizer: Any, texts: Any, length: int, **more: Any) -> Any:
    coded = tokenizer(
        texts, truncation=True, max_length=length, padding=True, return_tensors="pt", **more
    )
    return coded.to(model.device)


def _write(model: Any, tokenizer: Any, request: dict[str, Any], length: int) -> list[Any]:
    start = languages(tokenizer, request)
    more = {} if start is None else {"forced_bos_token_id": start}
    coded = _encoded(model, tokenizer, request["inputs"], length)
    written = model.generate(**coded, max_new_tokens=length, num_beams=1, do_sample=False, **more)
    return list(tokenizer.batch_decode(written, skip_special_tokens=True))


def _classify(model: Any, tokenizer: Any, request: dict[str, Any], length: int) -> list[Any]:
    scores = model(**_encoded(model, tokenizer, request["inputs"], length)).logits.float()
    names = model.config.id2label
    return [{names[n]: round(float(p), 4) for n, p in enumerate(row)} for row in scores.softmax(-1)]


def _tag(model: Any, tokenizer: Any, request: dict[str, Any], length: int) -> list[Any]:
    """Runs of tokens of one label, with the text they cover."""
    coded = _encoded(model, tokenizer, request["inputs"], length, return_offsets_mapping=True)
    places = coded.pop("offset_mapping").tolist()
    labels = model(**coded).logits.argmax(-1).tolist()
    names = model.config.id2label
    answers = []
    for text, spans, row in zip(request["inputs"], places, labels, strict=True):
        found: list[dict[str, Any]] = []
        for (begin, end), label in zip(spans, row, strict=True):
            name = names[label]
            if begin == end or name == "O":
                continue
            kind = name.split("-", 1)[-1]
            last = found[-1] if found else None
            if last and last["label"] == kind and begin - last["end"] <= 1 and name[:2] != "B-":
                last["end"] = end
            else:
                found.append({"label": kind, "start": begin, "end": end})
        answers.append([{**one, "text": text[one["start"] : one["end"]]} for one in found])
    return answers


def _find(model: Any, tokenizer: Any, request: dict[str, Any], length: int) -> list[Any]:
    """The span of `context` that answers each of `inputs`; both ends where their scores are highest together."""
    answers = []
    for question in request["inputs"]:
        coded = tokenizer(
            question,
            request["context"],
            truncation="only_second",
            max_length=length,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        spans = coded.pop("offset_mapping")[0].tolist()
        inside = [part == 1 for part in coded.sequence_ids(0)]
        out = model(**coded.to(model.device))
        starts, ends = out.start_logits[0].tolist(), out.end_logits[0].tolist()
        pairs = (
            (starts[a] + ends[b], a, b)
            for a in range(len(spans))
            if inside[a]
            for b in range(a, min(len(spans), a + 64))
            if inside[b]
        )
        _, first, last = max(pairs)
        begin, end = spans[first][0], spans[last][1]
        answers.append({"text": request["context"][begin:end], "start": begin, "end": end})
    return answers


def _embed(model: Any, tokenizer: Any, request: dict[str, Any], length: int) -> list[Any]:
    """Mean of the last layer over the text's tokens. Some models are trained for another pooling: see their card."""
    coded = _encoded(model, tokenizer, request["inputs"], length)
    states = model(**coded).last_hidden_state.float()
    mask = coded["attention_mask"].unsqueeze(-1).float()
    return list(((states * mask).sum(1) / mask.sum(1)).tolist())


def checked(body: Any, task: str) -> dict[str, Any]:
    """A request, or ValueError with what is wrong."""
    if not isinstance(body, dict) or not isinstance(body.get("inputs"), list | str):
        raise ValueError('write {"inputs": ["text", …]}')
    texts = [body["inputs"]] if isinstance(body["inputs"], str) else body["inputs"]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError("inputs must be texts that are not empty")
    if task == "question-answering" and not (
        isinstance(body.get("context"), str) and body["context"]
    ):
        raise ValueError("a question needs a context to find its answer in")
    return {**body, "inputs": texts}


def server(told: argparse.Namespace, answer: Answer) -> ThreadingHTTPServer:
    """The server, not yet running. One request is worked on at a time; health is answered meanwhile."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path in ("/health", "/")
            self._send(
                200 if known else 404, {"status": "ok"} if known else {"error": "no such path"}
            )

        def do_POST(self) -> None:
            try:
                size = int(self.headers.get("Content-Length") or 0)
                if size > MOST_BYTES:
                    raise ValueError(f"at most {MOST_BYTES} bytes")
                request = checked(json.loads(self.rfile.read(size)), told.task)
                with lock:
                    outputs = answer(request)
            except (ValueError, KeyError) as error:
                self._send(400, {"error": str(error)})
            except Exception as error:
                self._send(500, {"error": f"{type(error).__name__}: {error}"})
            else:
                self._send(200, {"outputs": outputs})

        def _send(self, code: int, body: object) -> None:
            data = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing of a request is written down."""

    return ThreadingHTTPServer((told.host, told.port), Handler)


def main() -> None:
    """Load, then serve until stopped."""
    told = parser().parse_args()
    converted = Path(told.model, "model.bin").is_file()
    answer = with_ctranslate2(told) if converted else with_transformers(told)
    running = server(told, answer)
    print(f"serving {told.model} on {told.host}:{running.server_address[1]}", flush=True)
    try:
        running.serve_forever()
    except KeyboardInterrupt:
        running.server_close()


if __name__ == "__main__":
    main()
