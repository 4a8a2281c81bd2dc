"""`llm-select evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_select.cli.examples import examples
from llm_select.cli.options import (
    CatalogOption,
    DebugOption,
    LanguageOption,
    LocaleOption,
    PairOption,
    PicturedOption,
    TaskOption,
)
from llm_select.messages import Message

if TYPE_CHECKING:
    from llm_select.render.document import Document
    from llm_select.render.pictures import Picture

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command(
    epilog=examples(
        (
            Message("Two models of a server on this machine"),
            "llm-select evaluate --task translation --pair en-zh --data test.csv \\\n"
            "  --model qwen3-8b=qwen3:8b --model gemma-3-12b-it=gemma3:12b \\\n"
            "  --endpoint http://localhost:11434/v1",
        ),
        (
            Message("Calls, tokens and price, nothing sent"),
            "llm-select evaluate --task sentiment-analysis -l de --data test.csv \\\n"
            "  --model gpt-4.1 --endpoint https://api.openai.com/v1 --dry-run",
        ),
        (Message("What a model is asked"), "llm-select evaluate --task translation --show-prompt"),
        (
            Message("Go on with an interrupted run, at most 5 USD, and keep the result"),
            "llm-select evaluate --task translation --pair en-zh --data test.csv \\\n"
            "  --model gpt-4.1 --endpoint https://api.openai.com/v1 \\\n"
            "  --api-key-env OPENAI_API_KEY --resume --budget 5 --save-to my-cards",
        ),
    )
)
def evaluate(
    task: TaskOption,
    data: Annotated[
        Path | None, typer.Option("--data", help="Labelled examples: .csv, .tsv or .jsonl.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", help="NAME, or NAME=NAME-AT-THE-ENDPOINT; repeatable."),
    ] = None,
    endpoint: Annotated[
        list[str] | None,
        typer.Option(
            "--endpoint",
            help="Address of an OpenAI-compatible server, transformers:DIRECTORY, or batch:DIRECTORY for a "
            "job of vLLM on Ray; once for all models or once for each.",
        ),
    ] = None,
    api_key_env: Annotated[
        list[str] | None,
        typer.Option(help="Environment variable that holds the key; once, or for each model."),
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(
            help="USD per million tokens read and written, as 0.15,0.60; once, or for each model."
        ),
    ] = None,
    quantization: Annotated[
        list[str] | None,
        typer.Option("--quantization", "-q", help="Format served; once, or for each model."),
    ] = None,
    pair: PairOption = None,
    language: LanguageOption = None,
    labels: Annotated[
        str | None,
        typer.Option(help="Labels or entity types, separated by commas; default: the data's."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the data; default UTF-8.")
    ] = None,
    sample: Annotated[int | None, typer.Option(help="Examples drawn at random.")] = None,
    template: Annotated[
        Path | None, typer.Option(help="YAML file with `prompt` and perhaps `system`.")
    ] = None,
    show_prompt: Annotated[
        bool, typer.Option("--show-prompt", help="Print the task's prompt and exit.")
    ] = False,
    api: Annotated[
        str, typer.Option(help="chat, or completions for base models without a chat format.")
    ] = "chat",
    parameter: Annotated[
        list[str] | None,
        typer.Option(help="Further field of each request, NAME=JSON; repeatable."),
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(help="Most tokens of an answer; default by task.")
    ] = None,
    concurrency: Annotated[int, typer.Option(help="Requests under way at an endpoint.")] = 8,
    requests_per_minute: Annotated[
        float | None, typer.Option(help="Most requests a minute at an endpoint.")
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds that one answer may take.")] = 120.0,
    attempts: Annotated[int, typer.Option(help="Times a failing request is sent.")] = 6,
    budget: Annotated[
        float | None, typer.Option(help="Most USD, earlier runs on the journal included.")
    ] = None,
    token_budget: Annotated[
        int | None, typer.Option(help="Most tokens, earlier runs on the journal included.")
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(help="Where answers are kept; default: the data's name in this directory."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Use the answers that the journal has.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Calls, tokens and price; nothing is sent.")
    ] = False,
    save_to: Annotated[
        Path | None,
        typer.Option(help="Catalog directory that takes the results as evidence for recommend."),
    ] = None,
    board: Annotated[
        str | None, typer.Option(help="Name of the evidence; default own-DATA.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the sample and of resampling.")] = 0,
    worst: Annotated[int, typer.Option(help="Worst examples shown for each model.")] = 3,
    runner: Annotated[
        str, typer.Option(help="asyncio, or ray for Ray Data over a cluster (RAY_ADDRESS).")
    ] = "asyncio",
    workers: Annotated[int, typer.Option(help="Actors of --runner ray.")] = 2,
    output: PicturedOption = "table",
    catalog: CatalogOption = None,
    locale: LocaleOption = None,
    debug: DebugOption = False,
) -> int:
    """Measure models on your own data, at any endpoint, with intervals and significance."""
    from llm_select.cli import evaluate_pages as pages
    from llm_select.cli import evaluate_run as steps
    from llm_select.cli.evaluate_options import (
        Typed,
        own_data,
        read_parameters,
        read_subjects,
        read_template,
    )
    from llm_select.cli.output import PICTURED, check_form, emit, open_catalog
    from llm_select.errors import LlmSelectError, UsageError
    from llm_select.evaluation.data import DataRequest, read_data
    from llm_select.evaluation.prompts import columns
    from llm_select.evaluation.runner import Patience
    from llm_select.questions.names import named
    from llm_select.questions.requirements import choose, positive
    from llm_select.render.labels import name_of

    form = check_form(output, PICTURED)
    loaded = open_catalog(catalog)
    task_id = named(loaded, "--task", task)
    own = own_data(loaded, task_id)
    said = read_template(template, own)
    shown_columns = columns(said)
    if show_prompt:
        from llm_select.cli.evaluate_saving import print_template

        print_template(said)
        return 0
    for value, where, most in (
        (max_tokens, "--max-tokens", 1_000_000),
        (concurrency, "--concurrency", 1000),
        (requests_per_minute, "--requests-per-minute", 1e6),
        (timeout, "--timeout", 86_400),
        (attempts, "--attempts", 100),
        (workers, "--workers", 10_000),
        (budget, "--budget", 1e9),
        (token_budget, "--token-budget", 10**15),
        (sample, "--sample", 10**9),
        (worst + 1, "--worst", 1000),
    ):
        positive(value, where=where, limit=most)
    for absent, where in ((data, "--data"), (model, "--model"), (endpoint, "--endpoint")):
        if not absent:
            raise UsageError(
                Message("missing"), where=where, remedy=Message("see `llm-select evaluate --help`")
            )
    assert data is not None
    spoken = steps.one_language(loaded, task_id, pair or (), language or ())
    chosen = tuple(one.strip() for one in (labels or "").split(",") if one.strip())
    subjects = read_subjects(
        loaded,
        Typed(model or (), endpoint or (), api_key_env or (), price or (), quantization or ()),
        form=own.form,
        api=choose(api, ("chat", "completions"), where="--api"),
        parameters=read_parameters(parameter or ()),
        timeout=timeout,
        concurrency=concurrency,
    )
    request = DataRequest(
        own.form,
        shown_columns,
        spoken,
        loaded.tasks[task_id].paired,
        chosen,
        encoding,
        sample,
        seed,
    )
    examples = read_data(data, request)
    prepared = steps.prepare(
        subjects, examples, str(data), said, shown_columns, max_tokens or own.max_tokens
    )
    question = steps.Question(
        task_id, name_of(loaded.tasks[task_id]), spoken, own.form, own.metrics
    )
    path = journal or Path(f"{data.stem}.{task_id}.sqlite")
    if dry_run:
        return pages.dry_run(question, prepared, path, form, requests_per_minute)
    jobs = steps.export_batches(prepared)
    if jobs:
        return pages.exported(jobs, form)
    steps.check_prices(prepared, budget)
    steps.check_libraries(own.metrics, runner)
    limits = steps.Limits(
        concurrency,
        requests_per_minute,
        Patience(attempts=attempts),
        budget,
        token_budget,
        workers if choose(runner, ("asyncio", "ray"), where="--runner") == "ray" else None,
    )
    if save_to is not None:
        from llm_select.cli.evaluate_saving import check_place

        check_place(save_to, board)
    done = steps.measure(question, prepared, path, limits, resume=resume, seed=seed, worst=worst)
    saved: tuple[str, ...] = ()
    unsaved: LlmSelectError | None = None
    if save_to is not None:
        from llm_select.cli.evaluate_saving import save

        try:
            saved = save(
                save_to,
                board,
                question,
                prepared,
                done.evaluation,
                said,
                template is not None,
                catalog or (),
                seed,
            )
        except LlmSelectError as error:
            unsaved = error  # told after the results, which were paid for
    shown = pages.page_of(question, prepared, done, path, saved, save_to is not None)

    def document() -> Document:
        from llm_select.render.evaluate_view import evaluation_document

        return evaluation_document(done.evaluation, shown)

    def payload() -> object:
        from llm_select.render.evaluate_payload import evaluation_json

        return evaluation_json(done.evaluation, shown)

    def pictures() -> list[Picture]:
        from llm_select.render.pictures import of_evaluation

        return of_evaluation(done.evaluation)

    emit(form, document, payload, pictures, loaded)
    if unsaved is not None:
        raise unsaved
    return 1 if any(result.failed for result in done.evaluation.results) else 0
