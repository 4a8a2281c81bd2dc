"""The JSON of `deploy`, and its schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_select.plan.deploy_lines import Place, arguments, environment, filled, shell_line
from llm_select.render.deploy_messages import say
from llm_select.render.payload import VERSION, Json, assumption_json, memory_json, speed_json
from llm_select.units import GIB

if TYPE_CHECKING:
    from llm_select.estimates.types import Range
    from llm_select.plan.deploy_types import Capacity, Cost, Deployment, EnginePlan
    from llm_select.selection.types import Reason


def deploy_json(answer: Deployment, written: Sequence[str]) -> Json:
    """The answer of `deploy`: `plans` with the recommended first, `refused` engines, `hosted` offers."""
    ask = answer.ask
    machine = answer.plans[0].machine if answer.plans else ask.machine
    return {
        "version": VERSION,
        "model": answer.model_id,
        "machine": None
        if machine is None
        else {
            "name": machine.name,
            "device": machine.device,
            "devices": machine.devices // machine.nodes,
            "nodes": machine.nodes,
            "nominal_gib": machine.nominal_gib,
            "usable_gib": machine.usable_gib,
        },
        "workload": {
            "context": ask.workload.context,
            "prompt_tokens": ask.workload.prompt_tokens,
            "generate_tokens": ask.workload.generate_tokens,
            "concurrency": ask.workload.batch,
            "requests_per_second": ask.rate,
        },
        "recommended": answer.plans[0].engine_id if answer.plans and answer.plans[0].fits else None,
        "plans": [plan_json(plan) for plan in answer.plans],
        "refused": [
            {"engine": engine, "reason": reason_json(reason)} for engine, reason in answer.refused
        ],
        "hosted": [
            {
                "provider": one.offer.provider,
                "input_usd_per_mtok": one.offer.input_usd_per_mtok,
                "output_usd_per_mtok": one.offer.output_usd_per_mtok,
                "as_of": one.offer.as_of,
                "source": one.offer.source,
                "usd_per_request": one.usd_per_request,
                "usd_per_hour": one.usd_per_hour,
            }
            for one in answer.hosted
        ],
        "privacy": reason_json(answer.privacy),
        "assumptions": [reason_json(reason) for reason in answer.assumed],
        "written": list(written),
        "catalog_hash": answer.catalog.content_hash,
    }


def plan_json(plan: EnginePlan) -> Json:
    """One engine."""
    place = Place()
    return {
        "engine": plan.engine_id,
        "quantization": plan.candidate.quantization_id,
        "published": plan.candidate.published,
        "verdict": plan.memory.verdict,
        "tensor_parallel": plan.split.tensor,
        "pipeline_parallel": plan.split.stages,
        "split": plan.split.kind,
        "kv_type": plan.workload.kv_type,
        "largest_context": plan.largest_context,
        "memory": memory_json(plan.memory),
        "speed": speed_json(plan.speed),
        "files": {
            "basis": plan.files.basis,
            "model": filled(plan.files.model, place),
            "repository": plan.files.repository,
            "revision": plan.files.revision,
            "commands": list(plan.files.commands),
            "reason": reason_json(plan.files.reason),
        },
        "flags": [
            {
                "role": flag.role,
                "name": flag.name,
                "value": filled(flag.value, place) if flag.value is not None else None,
                "environment": flag.environment,
                "reason": reason_json(flag.reason),
            }
            for flag in plan.flags
        ],
        "command": arguments(plan, place),
        "environment": environment(plan, place),
        "own_server": plan.own_server,
        "validated": {
            "how": plan.serving.validated,
            "version": plan.serving.version,
            "text": plan.serving.checked,
            "source": plan.serving.source,
        },
        "capacity": _capacity(plan.capacity),
        "cost": _cost(plan.cost),
        "notes": [reason_json(note) for note in plan.notes],
        "behind": reason_json(plan.behind) if plan.behind is not None else None,
        "assumptions": [
            assumption_json(a) for a in (*plan.memory.assumptions, *plan.speed.assumptions)
        ],
    }


def reason_json(reason: Reason) -> Json:
    """A reason with its typed values and its sentence."""
    return {
        "code": reason.code,
        "values": {k: list(v) if isinstance(v, tuple) else v for k, v in reason.values.items()},
        "message": say(reason),
    }


def _range(value: Range | None) -> Json | None:
    return dict(value._asdict()) if value is not None else None


def _capacity(can: Capacity) -> Json:
    return {
        "sequences": can.sequences,
        "held": can.held,
        "first_token_s": _range(can.first_token_s),
        "last_first_token_s": _range(can.last_first_token_s),
        "token_s": _range(can.token_s),
        "request_s": _range(can.request_s),
        "tokens_per_second": _range(can.tokens_per_second),
        "requests_per_second": _range(can.requests_per_second),
        "replicas": dict(can.replicas._asdict()) if can.rate_known else None,
        "missing": can.missing,
    }


def _cost(cost: Cost | None) -> Json | None:
    if cost is None:
        return None
    return {
        "usd_per_hour": cost.usd_per_hour,
        "usd_per_mtok": _range(cost.usd_per_mtok),
        "usd_per_mtok_written": _range(cost.usd_per_mtok_written),
        "hosted": [
            {
                "provider": one.provider,
                "as_of": one.offer.as_of if one.offer is not None else None,
                "source": one.offer.source if one.offer is not None else None,
                "usd_per_request": one.usd_per_request,
                "usd_per_mtok": one.usd_per_mtok,
                "break_even_requests_per_hour": one.break_even,
                "break_even_load": _range(one.load),
            }
            for one in cost.hosted
        ],
    }


def flat_plan(plan: EnginePlan) -> Json:
    """A record for CSV."""
    can, decode = plan.capacity, plan.speed.decode
    rate = can.requests_per_second
    return {
        "engine": plan.engine_id,
        "quantization": plan.candidate.quantization_id,
        "verdict": plan.memory.verdict,
        "total_gib": round(plan.memory.total / GIB, 4),
        "low_gib": round(plan.memory.low / GIB, 4),
        "high_gib": round(plan.memory.high / GIB, 4),
        "devices": plan.machine.devices,
        "nodes": plan.machine.nodes,
        "tensor_parallel": plan.split.tensor,
        "pipeline_parallel": plan.split.stages,
        "sequences": can.sequences,
        "decode_tps": round(decode.expected, 3) if decode is not None else None,
        "decode_low": round(decode.low, 3) if decode is not None else None,
        "decode_high": round(decode.high, 3) if decode is not None else None,
        "requests_per_second": round(rate.expected, 4) if rate is not None else None,
        "replicas": can.replicas.expected if can.rate_known else None,
        "files": filled(plan.files.model, Place()),
        "command": shell_line(plan),
    }
